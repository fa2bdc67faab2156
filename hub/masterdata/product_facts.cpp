#include "hub/masterdata/product_facts.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "common/contract/masterdata.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;

constexpr std::string_view kSelectProduct = "SELECT document FROM product WHERE sku = $1";
constexpr std::string_view kSelectBundles = "SELECT sku FROM product WHERE is_bundle = 1";
constexpr std::string_view kGoods = "goods";

/// Sums the needs of one SKU that stands in a bundle more than once.
void add_need(std::vector<PartNeed>& needs, const Sku& sku, std::int64_t per_unit_milli) {
  const auto same = std::ranges::find(needs, sku, &PartNeed::sku);
  if (same == needs.end())
    needs.push_back({sku, per_unit_milli});
  else
    same->per_unit_milli = checked_add(same->per_unit_milli, per_unit_milli).value_or(same->per_unit_milli);
}

Result<ProductFacts> read_product(sql::Connection& connection, const Sku& sku, int depth) {
  std::optional<Product> product;
  std::optional<Error> failed;
  TS_RETURN_IF_ERROR(connection.query(kSelectProduct, {sku.view()}, [&](const sql::Row& row) {
    auto decoded = decode_product(row.blob(0));
    if (decoded)
      product = std::move(*decoded);
    else
      failed = decoded.error();
  }));
  if (failed) return std::unexpected(*std::move(failed));
  ProductFacts facts;
  if (!product) return facts;
  facts.needs_stock = product->kind.empty() || product->kind == kGoods;
  if (!facts.needs_stock || depth >= kBundleDepthMax) return facts;
  for (const BundlePart& part : product->bundle) {
    if (part.qty.milli <= 0) continue;
    TS_ASSIGN_OR_RETURN(const ProductFacts inner, read_product(connection, part.sku, depth + 1));
    if (!inner.needs_stock) continue;
    if (inner.parts.empty()) add_need(facts.parts, part.sku, part.qty.milli);
    for (const PartNeed& need : inner.parts) add_need(facts.parts, need.sku, part_quantity(part.qty.milli, need));
  }
  return facts;
}

}  // namespace

std::int64_t part_quantity(std::int64_t qty_milli, const PartNeed& need) {
  const Int128 product = static_cast<Int128>(qty_milli) * need.per_unit_milli;
  const Int128 result = (product + (product < 0 ? 1 - kUnitMilli : kUnitMilli - 1)) / kUnitMilli;
  return static_cast<std::int64_t>(std::clamp<Int128>(result, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()));
}

Result<ProductFacts> read_product_facts(sql::Connection& connection, const Sku& sku) { return read_product(connection, sku, 0); }

Result<std::unordered_set<std::string>> read_bundle_skus(sql::Connection& connection) {
  std::unordered_set<std::string> skus;
  TS_RETURN_IF_ERROR(connection.query(kSelectBundles, {}, [&skus](const sql::Row& row) { skus.emplace(row.text(0)); }));
  return skus;
}

}  // namespace tillsync::hub
