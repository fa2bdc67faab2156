// The item map: by which name the ERP knows a SKU. `erp_item` of the product, else the SKU itself.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

/// SKU → item, of those of `skus` that have an item of their own.
Result<std::map<std::string, std::string, std::less<>>> read_erp_items(sql::Connection& connection, const std::vector<Sku>& skus);

/// Two products whose items an ERP that folds case takes for one, although they are written differently ("85123A", "85123a"). Products that
/// share an item by the same letters do so on purpose.
struct ItemCollision {
  Sku sku, other;
  std::string item, other_item;
};
/// The first one of each of `skus`, in their order. Case is folded for ASCII letters only.
Result<std::vector<ItemCollision>> find_item_collisions(sql::Connection& connection, const std::vector<Sku>& skus);

}  // namespace tillsync::hub
