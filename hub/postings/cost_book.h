// What goods cost: a moving average per company and SKU, and per location where goods came in with a unit cost there. Kept only for
// locations whose chart has an account for cost of goods. Pure; decided in the order of arrival (README.md "Cost of goods").
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/decimal.h"
#include "hub/postings/chart.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

struct CostKey {
  std::string company, currency;
  LocationId location;  // "" = the whole company
  Sku sku;
  auto operator<=>(const CostKey&) const = default;
};
/// Made by the first goods that come in with a cost; only from then on is the quantity counted.
struct CostRow {
  std::int64_t quantity_milli = 0;  // own goods, in all states and lots
  UnitPrice average;
  bool is_new = false, is_changed = false;
};

/// Own goods (consignment has none of our cost) at a location that asks.
bool has_cost(const StockChanged& change, const Chart& chart);
/// That of the location, that of its company.
std::vector<CostKey> cost_keys(const StockChanged& change, const Chart& chart);

class CostBook {
 public:
  void put(CostKey key, CostRow row) { rows_.insert_or_assign(std::move(key), row); }
  /// The location's average, else the company's; nullopt: nothing ever came in with a cost.
  std::optional<UnitPrice> cost_of(const StockChanged& change, const Chart& chart) const;
  /// Goods that come in with a unit cost move the average, a void of that moves it back; all else changes the quantity alone.
  void apply(const StockChanged& change, const Chart& chart);
  const std::map<CostKey, CostRow>& rows() const { return rows_; }

 private:
  std::map<CostKey, CostRow> rows_;
};

/// Debit cost of goods, credit inventory, of what a sale or return moved; nothing where that comes to 0.
struct GoodsCost {
  std::vector<JournalLine> lines;
  std::vector<Sku> unknown;        // without a cost, or beyond 64 bits: they book none
};
GoodsCost cost_of_goods(std::span<const StockChanged> stock, const CostBook& book, const Chart& chart);

}  // namespace tillsync::hub
