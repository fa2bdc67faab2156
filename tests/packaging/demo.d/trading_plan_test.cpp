#include "packaging/demo.d/trading_plan.h"

#include <catch2/catch.hpp>
#include <set>

#include "common/contract/codec.h"
#include "packaging/demo.d/generate.h"
#include "packaging/demo.d/stores.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

RetailTable made_up() {
  RetailTable table;
  for (const auto& row : generate({5, 4, 60})) REQUIRE(table.add(row));
  table.finish();
  return table;
}

std::vector<std::vector<Document>> all_days(TradingPlan& plan) {
  std::vector<std::vector<Document>> days;
  for (;;) {
    auto day = plan.next_day();
    REQUIRE(day);
    if (day->empty()) return days;
    days.push_back(std::move(*day));
  }
}

Product product(std::string sku) {
  Product made;
  made.sku = Sku(std::move(sku));
  return made;
}

}  // namespace

TEST_CASE("trading plan: a file with a header only has no trade", "[demo]") {
  RetailTable table;
  table.finish();
  CHECK_FALSE(TradingPlan::make(table, {}));
}

TEST_CASE("trading plan: stores, warehouse and their tills", "[demo]") {
  const RetailTable table = made_up();
  const auto plan = TradingPlan::make(table, {5, 2});
  REQUIRE(plan);
  std::map<std::string, std::size_t> tills;
  for (const auto& location : plan->locations()) tills[location.id.value] = location.tills.size();
  CHECK(tills == std::map<std::string, std::size_t>{{"DE", 1}, {"FR", 1}, {"GB", 2}, {"WH", 1}});
  CHECK(plan->locations().back().kind == "warehouse");
}

TEST_CASE("trading plan: every till numbers its documents without a gap and closes every day that its store trades", "[demo]") {
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {5, 3});
  REQUIRE(plan);
  std::map<std::string, std::int64_t> sequences;
  for (const auto& day : all_days(*plan)) {
    const auto date = day.front().header.business_date;
    std::set<std::string> active, closed;
    for (const auto& document : day) {
      CHECK(document.header.business_date == date);
      CHECK(document.header.sequence == ++sequences[document.header.till.value]);
      active.insert(document.header.location.value);
      CHECK(closed.count(document.header.till.value) == 0);
      if (std::holds_alternative<TillClose>(document.body)) closed.insert(document.header.till.value);
    }
    for (const auto& location : plan->locations())
      for (const auto& till : location.tills) CHECK(closed.count(till.id.value) == active.count(location.id.value));
  }
}

TEST_CASE("trading plan: the closes add up to the documents, per till and over all days", "[demo]") {
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {5, 3});
  REQUIRE(plan);
  for (const auto& day : all_days(*plan)) {
    std::map<std::string, LocationSums> sums;
    std::map<std::string, std::int64_t> tenders;
    for (const auto& document : day) {
      const std::string& till = document.header.till.value;
      if (const auto* close = std::get_if<TillClose>(&document.body)) {
        CHECK(close->totals.at(0).gross.minor == sums[till].gross_minor["GBP"]);
        std::int64_t expected = 0;
        for (const auto& tender : close->tenders) expected += tender.expected.minor;
        CHECK(expected == close->totals.at(0).gross.minor);
        if (close->first_sequence) CHECK(*close->last_sequence - *close->first_sequence + 1 == sums[till].sent());
        CHECK(*document.header.sequence == close->last_sequence.value_or(*document.header.sequence - 1) + 1);
      } else {
        sums[till].add(sums_of(document));
      }
    }
  }
}

TEST_CASE("trading plan: no shelf is ever below zero and no identity comes twice", "[demo]") {
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {5, 3});
  REQUIRE(plan);
  std::map<std::pair<std::string, std::string>, std::int64_t> shelves;
  std::set<Identity> identities;
  for (const auto& day : all_days(*plan)) {
    for (const auto& document : day) {
      CHECK(identities.insert(identity_of(document, document.header.location)).second);
      for (const auto& [sku, change] : stock_changes(document)) {
        auto& shelf = shelves[{document.header.location.value, sku.value}];
        shelf += change.milli;
        CHECK(shelf >= 0);
      }
    }
  }
}

TEST_CASE("trading plan: rewound, it gives the same documents, and they add up to its total", "[demo]") {
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {5, 3});
  REQUIRE(plan);
  const auto total = plan->total();
  REQUIRE(total);
  std::string first, second;
  SumsByLocation sums;
  for (const auto& day : all_days(*plan))
    for (const auto& document : day) {
      first += document_to_json(document);
      sums[document.header.location.value].add(sums_of(document));
    }
  plan->rewind();
  for (const auto& day : all_days(*plan))
    for (const auto& document : day) second += document_to_json(document);
  CHECK(first == second);
  CHECK(sums == *total);
}

TEST_CASE("trading plan: made-up documents are sound but for the prices below 0", "[demo]") {
  const RetailTable table = made_up();
  auto plan = TradingPlan::make(table, {5, 3});
  REQUIRE(plan);
  std::size_t doubtful = 0;
  for (const auto& day : all_days(*plan))
    for (const auto& document : day)
      for (const auto& warning : check_document(document)) {
        CHECK(warning.code == "negative_price");
        ++doubtful;
      }
  CHECK(doubtful == 2);  // A563186 and A563187
}

TEST_CASE("trading plan: products have a name that is no note of the stock room, and a kind", "[demo]") {
  RetailTable table;
  RetailRow row;
  row.country = "France";
  row.quantity.milli = 1'000;
  const auto add = [&](std::string invoice, std::string code, std::string description, std::int64_t price) {
    row.invoice = std::move(invoice);
    row.stock_code = std::move(code);
    row.description = std::move(description);
    row.price.micro = price;
    REQUIRE(table.add(row));
  };
  add("1", "A", "damages", 0);
  add("2", "A", "RED LANTERN", 1'000'000);
  add("3", "A", "RED LANTERN NEW", 1'000'000);
  add("4", "B1", "", 0);
  add("5", "POST", "POSTAGE", 1'000'000);
  table.finish();
  const auto plan = TradingPlan::make(table, {});
  REQUIRE(plan);
  REQUIRE(plan->products().size() == 3);
  CHECK(plan->products()[0].description.value == "RED LANTERN");
  CHECK(plan->products()[0].kind == "goods");
  CHECK(plan->products()[1].description.value == "B1");
  CHECK(plan->products()[2].kind == "shipping");
  for (const auto& made : plan->products()) CHECK(parse_product(*parse_tree(product_to_json(made), Syntax::kJson)));
  for (const auto& made : plan->locations()) CHECK(parse_location(*parse_tree(location_to_json(made), Syntax::kJson)));
}

TEST_CASE("trading plan: SKUs that differ by case get ERP items that do not", "[demo]") {
  std::vector<Product> products = {product("85123A"), product("85123a"), product("PADS"), product("pads")};
  name_erp_items(products);
  CHECK(products[0].erp_item == "85123A");
  CHECK(products[1].erp_item == "85123A~2");
  CHECK(products[2].erp_item == "PADS");
  CHECK(products[3].erp_item == "PADS~2");
}
