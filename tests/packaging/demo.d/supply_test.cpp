#include "packaging/demo.d/supply.h"

#include <catch2/catch.hpp>

#include "common/contract/codec.h"
#include "packaging/demo.d/stores.h"
#include "packaging/demo.d/sums.h"
#include "packaging/demo.d/trade.h"

using namespace tillsync;
using namespace tillsync::demo;

namespace {

Document sold(const std::string& country, std::int32_t day, const std::string& sku, std::int64_t units) {
  Invoice invoice{units < 0 ? "C1" : "1", country, "9", {day * std::int64_t{86'400'000'000}}, {}};
  invoice.lines.push_back({sku, "THING", {units * 1'000}, {1'000'000}, invoice.at});
  auto made = documents_of(invoice, {});
  REQUIRE(made);
  return made->at(0);
}

Demand season() {
  Demand demand;
  for (std::int32_t day = 15'000; day < 15'040; ++day) {
    demand.add(sold("France", day, "A" + std::to_string(day % 7), 10 + day % 3));
    demand.add(sold("Germany", day, "B9", 4));
  }
  demand.add(sold("Spain", 15'003, "C", 4));  // trades on one day only
  return demand;
}

}  // namespace

TEST_CASE("supply: demand knows the deepest point, not only the end", "[demo]") {
  Demand demand;
  demand.add(sold("France", 15'000, "A", 30));
  demand.add(sold("France", 15'001, "A", -30));
  demand.add(sold("France", 15'001, "A", 10));
  const auto& shelf = demand.stores().at("FR").shelves.at("A");
  CHECK(shelf.lowest_milli == -30'000);
  CHECK(shelf.balance_milli == -10'000);
  CHECK(demand.stores().at("FR").dates.size() == 2);
}

TEST_CASE("supply: opening stock covers everything that will be sold", "[demo]") {
  const Demand demand = season();
  const Supply supply = plan_supply(demand, 1);
  for (const auto& [location, store] : demand.stores()) {
    std::map<std::string, std::int64_t> opening;
    for (const auto& [sku, qty] : supply.openings.at(location)) opening[sku.value] += qty.milli;
    for (const auto& [sku, shelf] : store.shelves) CHECK(opening[sku] + shelf.lowest_milli >= 0);
  }
}

TEST_CASE("supply: what is sent is received on the store's next date, and was bought before", "[demo]") {
  const Demand demand = season();
  const Supply supply = plan_supply(demand, 1);
  std::set<std::string> stores, numbers;
  for (const auto& delivery : supply.deliveries) {
    stores.insert(delivery.store.value);
    CHECK(numbers.insert(delivery.number).second);
    CHECK(delivery.sent < delivery.received);
    const auto& dates = demand.stores().at(delivery.store.value).dates;
    CHECK(dates.count(delivery.sent) == 1);
    CHECK(*std::next(dates.find(delivery.sent)) == delivery.received);
    REQUIRE(delivery.lines.size() == delivery.bought.size());
    std::set<std::string> skus;
    for (std::size_t i = 0; i < delivery.lines.size(); ++i) {
      CHECK(skus.insert(delivery.lines[i].first.value).second);
      CHECK(delivery.lines[i].second.milli > 0);
      CHECK(delivery.bought[i].second >= delivery.lines[i].second);
    }
  }
  CHECK(stores == std::set<std::string>{"DE", "FR"});  // Spain has no second date to receive anything on
}

TEST_CASE("supply: a seed gives the same supply, another seed another", "[demo]") {
  const Demand demand = season();
  const auto text = [&](std::uint64_t seed) {
    std::string all;
    const auto supply = plan_supply(demand, seed);
    for (const auto& delivery : supply.deliveries)
      all += document_to_json(receipt_document(delivery)) + document_to_json(transfer_out_document(delivery)) +
             document_to_json(transfer_in_document(delivery));
    for (const auto& [location, lines] : supply.openings)
      for (const auto& document : opening_documents(LocationId(location), TillId("T"), {}, lines)) all += document_to_json(document);
    return all;
  };
  CHECK(text(1) == text(1));
  CHECK(text(1) != text(2));
}

TEST_CASE("supply: movements are sound documents and a transfer's two sides agree", "[demo]") {
  for (const auto& delivery : plan_supply(season(), 3).deliveries) {
    const auto receipt = receipt_document(delivery), out = transfer_out_document(delivery), in = transfer_in_document(delivery);
    for (const auto* document : {&receipt, &out, &in}) CHECK(check_document(*document).empty());
    CHECK(out.header.location == warehouse());
    CHECK(in.header.location == delivery.store);
    CHECK(std::get<StockMovement>(out.body).transfer_no == std::get<StockMovement>(in.body).transfer_no);
    CHECK(std::get<StockMovement>(out.body).counterpart == delivery.store.value);
    CHECK(sums_of(out).units_milli == -sums_of(in).units_milli);
    CHECK(sums_of(receipt).units_milli >= sums_of(in).units_milli);
  }
}

TEST_CASE("supply: opening lines fill a document to its limit, one more needs a second", "[demo]") {
  std::vector<std::pair<Sku, Quantity>> lines;
  for (std::size_t i = 0; i < kOpeningLinesMax; ++i) lines.emplace_back(Sku("S" + std::to_string(i)), Quantity{1'000});
  CHECK(opening_documents(LocationId("GB"), TillId("GB-1"), {}, lines).size() == 1);
  lines.emplace_back(Sku("LAST"), Quantity{1'000});
  const auto two = opening_documents(LocationId("GB"), TillId("GB-1"), {}, lines);
  REQUIRE(two.size() == 2);
  CHECK(two[0].header.document_no.value == "OPEN-1");
  CHECK(two[1].header.document_no.value == "OPEN-2");
  CHECK(std::get<StockMovement>(two[1].body).lines.at(0).sku.value == "LAST");
  CHECK(opening_documents(LocationId("GB"), TillId("GB-1"), {}, {}).empty());
}
