#include "hub/ledger/stock_reader.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("stock reader: pages and filters", "[ledger]") {
  LedgerHub hub;
  hub.take(sale("1", {goods_line("A", 1, 100), goods_line("B", 2, 100), goods_line("C", 3, 100)}));
  StockFilter filter;
  filter.limit = 2;
  const auto first = hub.reader.list(filter);
  REQUIRE(first->next);
  CHECK(first->stock.size() == 2);
  filter.after = first->next;
  const auto rest = hub.reader.list(filter);
  REQUIRE(rest->stock.size() == 1);
  CHECK(rest->stock[0].sku == Sku("C"));
  CHECK_FALSE(rest->next);
  filter = {};
  filter.sku = Sku("B");
  CHECK(hub.reader.list(filter)->stock.at(0).on_hand.milli == -2'000);
  filter.location = LocationId("FR");
  CHECK(hub.reader.list(filter)->stock.empty());
  filter.limit = kStockPageMax + 1;
  CHECK(hub.reader.list(filter).error().code == ErrorCode::kInvalid);
  filter.limit = kStockPageMax;
  CHECK(hub.reader.list(filter));
  filter.limit = 0;
  CHECK_FALSE(hub.reader.list(filter));
}

TEST_CASE("stock reader: entries of a balance, newest first", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 10)}));
  hub.take(sale("1", {goods_line("A", 1, 100)}));
  hub.take(count("c", {movement_line("A", 5)}, minutes_after(kMorning, 1)));
  const auto stock = hub.reader.list({});
  REQUIRE(stock->stock.size() == 1);
  CHECK(stock->stock[0].counted_at == minutes_after(kMorning, 1));
  CHECK(stock->stock[0].counted.milli == 5'000);
  const auto entries = hub.reader.entries(stock->stock[0].balance_no, 10);
  REQUIRE(entries->size() == 3);
  CHECK(entries->at(0).movement == "count");
  CHECK(entries->at(0).event_no == 3);
  CHECK(entries->at(2).movement == "opening");
  CHECK(hub.reader.entries(stock->stock[0].balance_no, 2)->size() == 2);
  CHECK(hub.reader.entries(99, 10)->empty());
}

TEST_CASE("stock reader: units per location, and the books verify", "[ledger]") {
  LedgerHub hub;
  hub.take(movement("o", "opening", {movement_line("A", 10), movement_line("B", 5)}));
  CHECK(hub.reader.units_by_location()->at(0).on_hand.milli == 15'000);
  CHECK(hub.reader.verify()->empty());
  REQUIRE(hub.database.connection().run("UPDATE stock_balance SET on_hand_milli = 1 WHERE sku = 'A'"));
  const auto differences = hub.reader.verify();
  REQUIRE(differences->size() == 1);
  CHECK(differences->at(0).stock.sku == Sku("A"));
  CHECK(differences->at(0).entries_sum.milli == 10'000);
}
