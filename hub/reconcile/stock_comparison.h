// The daily comparison of stock on hand, hub against ERP, per location and SKU. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/decimal.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"

namespace tillsync::hub {

/// On hand by SKU: what is sellable of the chain's own stock, all lots.
using OnHand = std::map<Sku, Quantity>;

/// What the ERP says of a location.
struct ErpStock {
  Instant as_of;
  OnHand on_hand;
};
/// How the comparison asks the ERP; implemented over its connector. The thread of the comparison.
class ErpStockSource {
 public:
  virtual ~ErpStockSource() = default;
  /// kUnavailable: it cannot be asked now; kUnsupported: this connector cannot tell stock.
  virtual Result<ErpStock> on_hand(const LocationId& location) = 0;
};

struct SkuDifference {
  Sku sku;
  std::optional<Quantity> hub, erp;  // nullopt: that side does not know it
  bool operator==(const SkuDifference&) const = default;
};
struct StockComparison {
  Instant erp_as_of;
  std::size_t items = 0;            // SKUs that either side has
  Quantity excess, shortage;        // what the hub has more than the ERP, and less; summed over SKUs, none negative
  std::vector<SkuDifference> differences;  // by SKU
};
/// A SKU that one side does not know and of which the other has nothing is no difference.
StockComparison compare_stock(const OnHand& hub, const ErpStock& erp);

/// "3 of 4,000 SKUs differ; hub has 12 more and 5 less; the first: 85123A: hub 6, ERP 5".
std::string summary_of(const StockComparison& comparison);

}  // namespace tillsync::hub
