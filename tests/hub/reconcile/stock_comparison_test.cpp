#include "hub/reconcile/stock_comparison.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

OnHand stock_of(std::initializer_list<std::pair<const char*, std::int64_t>> units) {
  OnHand stock;
  for (const auto& [sku, count] : units) stock[Sku(sku)] = Quantity{count * 1'000};
  return stock;
}

}  // namespace

TEST_CASE("stock comparison: equal, more, less, unknown on either side", "[reconcile]") {
  const StockComparison found = compare_stock(stock_of({{"A", 5}, {"B", 3}, {"C", 1}, {"E", 0}, {"F", -2}}), {Instant{7}, stock_of({{"A", 5}, {"B", 4}, {"D", 2}, {"F", 2}, {"G", 0}})});
  CHECK(found.erp_as_of == Instant{7});
  CHECK(found.items == 7);
  CHECK(found.differences == std::vector<SkuDifference>{{Sku("B"), Quantity{3'000}, Quantity{4'000}},
                                                        {Sku("C"), Quantity{1'000}, {}},
                                                        {Sku("D"), {}, Quantity{2'000}},
                                                        {Sku("F"), Quantity{-2'000}, Quantity{2'000}}});
  CHECK(found.excess == Quantity{1'000});
  CHECK(found.shortage == Quantity{7'000});
  CHECK(summary_of(found) == "4 of 7 SKUs differ; the hub has 1 more and 7 less; the first: B: hub 3, ERP 4");
}

TEST_CASE("stock comparison: nothing differs", "[reconcile]") {
  CHECK(compare_stock({}, {}).differences.empty());
  CHECK(summary_of(compare_stock(stock_of({{"A", 1}}), {Instant{}, stock_of({{"A", 1}})})) == "all 1 SKUs agree");
}

TEST_CASE("stock comparison: case matters", "[reconcile]") {
  CHECK(compare_stock(stock_of({{"a", 1}}), {Instant{}, stock_of({{"A", 1}})}).differences.size() == 2);
}
