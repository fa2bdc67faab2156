// CONTRACT's two lists as tables: what every door refuses with which code, and what it takes with which warning. One
// place, so that each door is held to the same lists.
#pragma once

#include <string>
#include <vector>

namespace tillsync::test {

struct BadDocument {
  std::string what;
  std::string bytes;
  int status;        // of the refusal
  std::string code;  // the last part of the problem's type
};

/// A fact that makes no sense: taken, with a warning of this code and an exception of the same.
struct StrangeDocument {
  std::string code;
  std::string bytes;
};

namespace detail {

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}
inline std::string with_members(const std::string& document, const std::string& members) {
  return "{" + members + "," + document.substr(1);
}

}  // namespace detail

/// `good`: a sale of the smallest form without spaces, JSON, with document_no `number` and till GB-1.
inline std::vector<BadDocument> bad_documents(const std::string& good, const std::string& number) {
  using detail::replaced;
  using detail::with_members;
  const std::string number_member = R"("document_no":")" + number + "\",";
  return {{"not JSON", "not json at all", 422, "not_json"},
          {"nothing", "", 422, "not_json"},
          {"cut short", good.substr(0, good.size() / 2), 422, "not_json"},
          {"no number", replaced(good, number_member, ""), 422, "no_identity"},
          {"wrong type of a field", replaced(good, R"("qty":"6")", R"("qty":true)"), 422, "wrong_type"},
          {"no object", "7", 422, "wrong_type"},
          {"unknown version", replaced(good, "sale/1", "sale/99"), 422, "unknown_contract"},
          {"unknown contract", replaced(good, "sale/1", "poem/1"), 422, "unknown_contract"},
          {"1e400", replaced(good, R"("qty":"6")", R"("qty":1e400)"), 422, "number_out_of_range"},
          {"10 MB string", with_members(good, R"("note":")" + std::string(10'000'000, 'x') + "\""), 413, "too_large"},
          {"depth 10,000", with_members(good, R"("note":)" + std::string(10'000, '[') + std::string(10'000, ']')), 422,
           "too_deep"},
          {"NUL", with_members(good, R"("note":"a\u0000b")"), 422, "bad_text"},
          {"no UTF-8", with_members(good, "\"note\":\"a\xff\xfe\""), 422, "bad_text"}};
}

/// `good` with an unknown field of many short numbers: below 4 MB of text and few enough values, but above 4 MB in the compact form.
inline std::string grows_when_encoded(const std::string& good) {
  std::string row = "0.5";
  for (int i = 1; i < 4'900; ++i) row += ",0.5";
  std::string rows = "[" + row + "]";
  for (int i = 1; i < 190; ++i) rows += ",[" + row + "]";
  return detail::with_members(good, R"("readings":[)" + rows + "]");
}

/// The same of a sale with document_no `number`, each with a number of its own behind it ("7-0", "7-1", …).
inline std::vector<StrangeDocument> strange_documents(const std::string& good, const std::string& number) {
  using detail::replaced;
  using detail::with_members;
  std::vector<StrangeDocument> documents = {
      {"sum_mismatch", replaced(good, R"("gross":"17.98")", R"("gross":"99.98")")},
      {"odd_sign", replaced(good, R"("sale/1")", R"("return/1")")},
      {"unknown_field", with_members(good, R"("colour":"red")")},
      {"unknown_critical", with_members(good, R"("colour":"red","critical":["colour"])")},
      {"unknown_value", replaced(good, R"("kind":"goods")", R"("kind":"dreams")")},
      {"negative_price", replaced(good, R"("unit_price":"2.55")", R"("unit_price":"-2.55")")},
  };
  documents[1].bytes = replaced(documents[1].bytes, R"("qty":"6")", R"("qty":"-6")");
  for (std::size_t i = 0; i < documents.size(); ++i)
    documents[i].bytes = replaced(documents[i].bytes, R"("document_no":")" + number + "\"",
                                  R"("document_no":")" + number + "-" + std::to_string(i) + "\"");
  return documents;
}

}  // namespace tillsync::test
