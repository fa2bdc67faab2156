// What comparisons of stock have found, per location the newest one; and the hub's side of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reconcile/stock_comparison.h"

namespace tillsync::hub {

/// Own stock of a location. Any connection.
Result<OnHand> read_on_hand(sql::Connection& connection, const LocationId& location);

/// Takes the place of the comparison before; raises or settles stock.erp_differs of the location. Writer's task.
Result<void> record_stock_comparison(sql::Connection& connection, const LocationId& location, const StockComparison& comparison, Instant now);

struct StockComparisonRow {
  LocationId location;
  Instant compared_at, erp_as_of;
  std::int64_t items = 0, differing = 0;
  Quantity excess, shortage;
};
/// By location; behind `after`, at most `limit`.
Result<std::vector<StockComparisonRow>> stock_comparisons(sql::Connection& connection, std::string_view after, std::size_t limit);
/// By SKU; behind `after`, at most `limit`.
Result<std::vector<SkuDifference>> sku_differences(sql::Connection& connection, const LocationId& location, std::string_view after, std::size_t limit);

}  // namespace tillsync::hub
