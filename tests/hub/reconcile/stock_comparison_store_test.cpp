#include "hub/reconcile/stock_comparison_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const LocationId kShop{"GB"};

ErpStock erp_with(std::int64_t units_of_a) { return {kNow, {{Sku("A"), Quantity{units_of_a * 1'000}}}}; }

}  // namespace

TEST_CASE("stock comparison store: own stock that is sellable, all lots together", "[reconcile]") {
  DayHub hub;
  MovementLine damaged = movement_line("A", 2);
  damaged.state = "damaged";
  MovementLine consigned = movement_line("A", 9);
  consigned.owner = "supplier";
  hub.take({movement("1", "receipt", {movement_line("A", 5), damaged, consigned, movement_line("B", 1)})});
  const auto stock = read_on_hand(hub.connection(), kShop);
  REQUIRE(stock);
  CHECK(*stock == OnHand{{Sku("A"), Quantity{5'000}}, {Sku("B"), Quantity{1'000}}});
  CHECK(read_on_hand(hub.connection(), LocationId("FR"))->empty());
}

TEST_CASE("stock comparison store: a difference is an exception of the location until it is gone", "[reconcile]") {
  DayHub hub;
  hub.take({movement("1", "receipt", {movement_line("A", 5)})});
  const auto compare = [&hub](std::int64_t erp_units) {
    REQUIRE(record_stock_comparison(hub.connection(), kShop, compare_stock(*read_on_hand(hub.connection(), kShop), erp_with(erp_units)), kNow));
  };
  compare(4);
  CHECK(hub.open_exceptions("stock.erp_differs") == std::vector<std::string>{"stock.erp_differs GB"});
  const auto rows = stock_comparisons(hub.connection(), "", 10);
  REQUIRE((rows && rows->size() == 1));
  CHECK((*rows)[0].differing == 1);
  CHECK((*rows)[0].excess == Quantity{1'000});
  CHECK(sku_differences(hub.connection(), kShop, "", 10).value() == std::vector<SkuDifference>{{Sku("A"), Quantity{5'000}, Quantity{4'000}}});
  compare(5);
  CHECK(hub.open_exceptions("stock.erp_differs").empty());
  CHECK(sku_differences(hub.connection(), kShop, "", 10)->empty());
  CHECK((*stock_comparisons(hub.connection(), "", 10))[0].differing == 0);
  CHECK(stock_comparisons(hub.connection(), "GB", 10)->empty());
  // It comes up again.
  compare(6);
  CHECK(hub.open_exceptions("stock.erp_differs").size() == 1);
}
