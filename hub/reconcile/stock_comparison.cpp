#include "hub/reconcile/stock_comparison.h"

#include <set>

namespace tillsync::hub {
namespace {

std::optional<Quantity> on_hand_of(const OnHand& stock, const Sku& sku) {
  const auto found = stock.find(sku);
  return found == stock.end() ? std::nullopt : std::optional(found->second);
}

std::string text_of(const std::optional<Quantity>& quantity) { return quantity ? format_quantity(*quantity) : "unknown"; }

}  // namespace

StockComparison compare_stock(const OnHand& hub, const ErpStock& erp) {
  StockComparison comparison;
  comparison.erp_as_of = erp.as_of;
  std::set<Sku> skus;
  for (const auto& [sku, quantity] : hub) skus.insert(sku);
  for (const auto& [sku, quantity] : erp.on_hand) skus.insert(sku);
  comparison.items = skus.size();
  for (const Sku& sku : skus) {
    const auto of_hub = on_hand_of(hub, sku);
    const auto of_erp = on_hand_of(erp.on_hand, sku);
    const std::int64_t more = of_hub.value_or(Quantity{}).milli - of_erp.value_or(Quantity{}).milli;
    if (more == 0) continue;
    (more > 0 ? comparison.excess : comparison.shortage).milli += more > 0 ? more : -more;
    comparison.differences.push_back({sku, of_hub, of_erp});
  }
  return comparison;
}

std::string summary_of(const StockComparison& comparison) {
  if (comparison.differences.empty()) return "all " + std::to_string(comparison.items) + " SKUs agree";
  const SkuDifference& first = comparison.differences.front();
  return std::to_string(comparison.differences.size()) + " of " + std::to_string(comparison.items) + " SKUs differ; the hub has " + format_quantity(comparison.excess) + " more and " +
         format_quantity(comparison.shortage) + " less; the first: " + first.sku.value + ": hub " + text_of(first.hub) + ", ERP " + text_of(first.erp);
}

}  // namespace tillsync::hub
