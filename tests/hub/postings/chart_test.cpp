#include "hub/postings/chart.h"

#include <catch2/catch.hpp>

#include <set>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("chart: tenders go to their accounts, unknown ones to the account for others", "[postings]") {
  CHECK(default_chart().tender_account("cash") == kCashAccount);
  CHECK(default_chart().tender_account("card") == kCardAccount);
  CHECK(default_chart().tender_account("gift_card") == kGiftCardAccount);
  CHECK(default_chart().tender_account("account") == kReceivableAccount);
  CHECK(default_chart().tender_account("sea shells") == kOtherTenderAccount);
  CHECK(default_chart().tender_account("") == kOtherTenderAccount);
}

TEST_CASE("chart: what is owed to someone is a liability, never revenue", "[postings]") {
  const Chart chart = default_chart();
  for (const char* kind : {"gift_card", "deposit", "tip", "donation"}) CHECK(chart.line_account(kind).front() == '2');
  for (const char* kind : {"goods", "service", "shipping", "fee", "discount", "something new", ""}) CHECK(chart.line_account(kind).front() == '4');
  CHECK(chart.line_account("account") == kReceivableAccount);
}

TEST_CASE("chart: every kind of line has an account of its own", "[postings]") {
  std::set<std::string> accounts;
  for (const auto& [kind, account] : default_chart().lines) CHECK(accounts.insert(account).second);
  CHECK(accounts.size() == 11);
}

TEST_CASE("chart: a file says it per company; what it leaves out is as by default", "[postings]") {
  const auto charts = parse_charts(R"({"companies": [
    {"name": "UK Ltd", "locations": ["GB", "WH"], "currency": "GBP", "accounts": {"tenders": {"cash": "110", "cash/EUR": "111"}, "taxes": {"S": "222", "*": "229"}, "discounts": "480",
     "costs": {"inventory": "1", "received": "2", "adjusted": "3", "transit": "4", "opening": "5", "cost_of_goods": "6"}}},
    {"name": "Others", "accounts": {"lines": {"goods": "400", "*": "499"}}}]})");
  REQUIRE(charts);
  const Chart& uk = charts->of(LocationId("WH"));
  CHECK(uk.company == "UK Ltd");
  CHECK(uk.tender_account("cash") == "110");
  CHECK(uk.tender_account("cash", "EUR") == "111");
  CHECK(uk.tender_account("cash", "USD") == "110");
  CHECK(uk.tender_account("card") == kCardAccount);
  CHECK(uk.tax_account("S") == "222");
  CHECK(uk.tax_account("Z") == "229");
  CHECK(uk.discounts == "480");
  CHECK(uk.costs->transit == "4");
  CHECK(uk.costs->cost_of_goods == "6");
  CHECK(uk.books_cost_of_goods());
  const Chart& others = charts->of(LocationId("DE"));
  CHECK(others.line_account("goods") == "400");
  CHECK(others.line_account("something new") == "499");
  CHECK(others.line_account("tip") == kTipAccount);
  CHECK_FALSE(others.costs);
  CHECK_FALSE(others.books_cost_of_goods());
}

TEST_CASE("chart: a location that no company has gets the default chart", "[postings]") {
  const auto charts = parse_charts(R"({"companies": [{"name": "UK Ltd", "locations": ["GB"], "accounts": {"rounding": "690"}}]})");
  REQUIRE(charts);
  CHECK(charts->of(LocationId("GB")).rounding == "690");
  CHECK(charts->of(LocationId("DE")).rounding == kRoundingAccount);
  CHECK(ChartBook().of(LocationId("GB")).rounding == kRoundingAccount);
}

TEST_CASE("chart: what is wrong with a file is named", "[postings]") {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "no JSON object"},
      {"{}", "/companies: a list"},
      {R"({"companies": []})", "/companies: a list"},
      {R"({"companies": [{}]})", "/companies/0/name"},
      {R"({"companies": [{"name": "A", "accouts": {}}]})", "/companies/0/accouts: no such field"},
      {R"({"companies": [{"name": "A", "accounts": {"tender": {}}}]})", "/companies/0/accounts/tender: no such field"},
      {R"({"companies": [{"name": "A", "accounts": {"tenders": {"cash": 1000}}}]})", "/companies/0/accounts/tenders/cash: an account"},
      {R"({"companies": [{"name": "A", "accounts": {"rounding": ""}}]})", "/companies/0/accounts/rounding: an account"},
      {R"({"companies": [{"name": "A", "locations": ["GB"]}, {"name": "B", "locations": ["GB"]}]})", "/companies/1/locations: GB has a company already"},
      {R"({"companies": [{"name": "A"}, {"name": "B"}]})", "only one company may have all others"},
      {R"({"companies": [{"name": "A", "currency": "POUND"}]})", "/companies/0/currency"},
      {R"({"companies": [{"name": "A", "currency": "GBP", "accounts": {"costs": {"inventory": "1"}}}]})", "/companies/0/accounts/costs/received"},
      {R"({"companies": [{"name": "A", "currency": "GBP", "accounts": {"costs": {"inventory": "1", "received": "2", "adjusted": "3", "transit": "4", "opening": "5", "cost_of_goods": 6}}}]})",
       "/companies/0/accounts/costs/cost_of_goods"},
      {R"({"companies": [{"name": "A", "accounts": {"costs": {"inventory": "1", "received": "2", "adjusted": "3", "transit": "4", "opening": "5"}}}]})", "costs need one"},
  };
  for (const auto& [text, why] : cases) {
    const auto charts = parse_charts(text);
    INFO(text);
    REQUIRE_FALSE(charts);
    CHECK(charts.error().detail.find(why) != std::string::npos);
  }
  const std::string at(64, '1'), beyond(65, '1');
  const auto with_rounding = [](const std::string& account) { return parse_charts("{\"companies\": [{\"name\": \"A\", \"accounts\": {\"rounding\": \"" + account + "\"}}]}"); };
  CHECK(with_rounding(at));
  CHECK_FALSE(with_rounding(beyond));
}
