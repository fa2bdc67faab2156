#include "hub/masterdata/erp_items.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kSelectItem = "SELECT erp_item FROM product WHERE sku = $1 AND erp_item <> ''";
// The index product_by_item is over this expression.
constexpr std::string_view kSelectCollision =
    "SELECT sku, CASE erp_item WHEN '' THEN sku ELSE erp_item END FROM product"
    " WHERE lower(CASE erp_item WHEN '' THEN sku ELSE erp_item END) = lower($1)"
    " AND CASE erp_item WHEN '' THEN sku ELSE erp_item END <> $1 ORDER BY sku LIMIT 1";

}  // namespace

Result<std::map<std::string, std::string, std::less<>>> read_erp_items(sql::Connection& connection, const std::vector<Sku>& skus) {
  std::map<std::string, std::string, std::less<>> items;
  for (const Sku& sku : skus)
    TS_RETURN_IF_ERROR(connection.query(kSelectItem, {sku.view()}, [&](const Row& row) { items[sku.value] = row.text(0); }));
  return items;
}

Result<std::vector<ItemCollision>> find_item_collisions(sql::Connection& connection, const std::vector<Sku>& skus) {
  TS_ASSIGN_OR_RETURN(const auto items, read_erp_items(connection, skus));
  std::vector<ItemCollision> found;
  for (const Sku& sku : skus) {
    const auto mapped = items.find(sku.value);
    const std::string& item = mapped == items.end() ? sku.value : mapped->second;
    TS_RETURN_IF_ERROR(connection.query(kSelectCollision, {std::string_view(item)}, [&](const Row& row) {
      found.push_back({sku, Sku(std::string(row.text(0))), item, std::string(row.text(1))});
    }));
  }
  return found;
}

}  // namespace tillsync::hub
