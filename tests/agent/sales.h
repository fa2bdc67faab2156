// Documents for tests of the agent.
#pragma once

#include <string>

namespace tillsync::agent {

/// The smallest sale of INTERFACES, with a number and an amount of choice.
inline std::string sale(const std::string& number, const std::string& till = "GB-1", const std::string& description = "HOLDER") {
  return R"({"contract":"sale/1","till":")" + till + R"(","document_no":")" + number +
         R"(","business_date":"2010-12-01","occurred_at":"2010-12-01T08:26:00Z","currency":"GBP","prices_include_tax":false,)"
         R"("lines":[{"line_no":1,"kind":"goods","sku":"85123A","description":")" + description +
         R"(","qty":"6","unit_price":"2.55","amount":"15.30","tax_codes":["S"]}],)"
         R"("tax_summary":[{"code":"S","rate":"0.175","base":"15.30","amount":"2.68"}],)"
         R"("tenders":[{"tender_no":1,"type":"card","amount":"17.98"}],)"
         R"("totals":{"net":"15.30","tax":"2.68","gross":"17.98","rounding":"0.00"}})";
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

/// [first, …, first+count-1]
inline std::string array_of_sales(int first, int count) {
  std::string text = "[";
  for (int i = 0; i < count; ++i) text += (i > 0 ? "," : "") + sale(std::to_string(first + i));
  return text + "]";
}

}  // namespace tillsync::agent
