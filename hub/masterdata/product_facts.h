// What a product means for stock: whether it needs any, and of which parts a bundle is made. A bundle is never kept itself: its parts
// are booked, reserved and counted.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

/// One base unit, as stock counts it: in thousandths.
inline constexpr std::int64_t kUnitMilli = 1'000;

/// What one base unit of a SKU is made of: itself, or the parts of a bundle.
struct PartNeed {
  Sku sku;
  std::int64_t per_unit_milli = kUnitMilli;
};
/// What `qty` takes of a part, rounded up to a thousandth, away from zero; stays at the bounds.
std::int64_t part_quantity(std::int64_t qty_milli, const PartNeed& need);

struct ProductFacts {
  bool needs_stock = true;      // services, postage and the like need none
  std::vector<PartNeed> parts;  // of a bundle, down to what is kept; empty for all others
};
/// Of a SKU that master data does not have: goods without parts.
Result<ProductFacts> read_product_facts(sql::Connection& connection, const Sku& sku);
/// All products that have parts.
Result<std::unordered_set<std::string>> read_bundle_skus(sql::Connection& connection);

/// Levels of bundles in bundles.
inline constexpr int kBundleDepthMax = 8;

}  // namespace tillsync::hub
