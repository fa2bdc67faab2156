#include "hub/postings/cost_book.h"

#include <algorithm>

#include "common/contract/vocabulary.h"
#include "hub/intake/intake.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;

constexpr std::string_view kVoid = "void", kSale = "sale", kReturn = "return";  // movements, as the ledger names them

bool comes_in(const StockChanged& change) {
  if (change.change.milli <= 0 || change.unit_cost.micro <= 0) return false;
  const MovementType type = movement_type(change.movement);
  return type == MovementType::kReceipt || type == MovementType::kOpening || type == MovementType::kTransferIn || type == MovementType::kAdjustment;
}

/// What is taken back had come in: a void of what went out brings goods back.
bool takes_back(const StockChanged& change) { return change.movement == kVoid && change.change.milli < 0 && change.unit_cost.micro > 0; }

/// Half away from zero; both positive.
std::int64_t divided(Int128 value, Int128 by) { return static_cast<std::int64_t>((value + by / 2) / by); }

void apply_to(CostRow& row, const StockChanged& change) {
  const std::int64_t before = row.quantity_milli;
  row.quantity_milli = summable(before + change.change.milli);
  row.is_changed = true;
  const Int128 moved = Int128{change.change.milli} * change.unit_cost.micro;
  if (comes_in(change)) {
    // What was sold short has been booked at the old average: what comes in stands for itself.
    if (before <= 0) row.average = change.unit_cost;
    else row.average.micro = divided(Int128{before} * row.average.micro + moved, Int128{before} + change.change.milli);
  } else if (takes_back(change) && row.quantity_milli > 0) {
    const Int128 left = Int128{before} * row.average.micro + moved;
    if (left > 0 && left / row.quantity_milli < INT64_MAX) row.average.micro = divided(left, row.quantity_milli);
  }
}

}  // namespace

bool has_cost(const StockChanged& change, const Chart& chart) { return chart.books_cost_of_goods() && change.owner.empty(); }

std::vector<CostKey> cost_keys(const StockChanged& change, const Chart& chart) {
  return {{chart.company, chart.currency, change.location, change.sku}, {chart.company, chart.currency, {}, change.sku}};
}

std::optional<UnitPrice> CostBook::cost_of(const StockChanged& change, const Chart& chart) const {
  for (const CostKey& key : cost_keys(change, chart))
    if (const auto row = rows_.find(key); row != rows_.end()) return row->second.average;
  return std::nullopt;
}

void CostBook::apply(const StockChanged& change, const Chart& chart) {
  // A quantity beyond all sums is a mistake, which stands on the exceptions list.
  if (!has_cost(change, chart) || summable(change.change.milli) != change.change.milli) return;
  for (CostKey& key : cost_keys(change, chart)) {
    auto row = rows_.find(key);
    if (row == rows_.end()) {
      if (!comes_in(change)) continue;
      row = rows_.emplace(std::move(key), CostRow{}).first;
      row->second.is_new = true;
    }
    apply_to(row->second, change);
  }
}

GoodsCost cost_of_goods(std::span<const StockChanged> stock, const CostBook& book, const Chart& chart) {
  GoodsCost cost;
  std::int64_t total = 0;
  const int digits = minor_digits(chart.currency);
  for (const StockChanged& change : stock) {
    if ((change.movement != kSale && change.movement != kReturn) || !has_cost(change, chart)) continue;
    const auto unit = book.cost_of(change, chart);
    const auto amount = unit ? multiply(change.change, *unit, digits) : Result<Amount>(fail(ErrorCode::kNotFound, "cost of goods", "none is known"));
    if (const auto sum = amount ? checked_add(total, -summable(amount->minor)) : std::nullopt; sum && summable(amount->minor) == amount->minor) total = *sum;
    else if (std::ranges::find(cost.unknown, change.sku) == cost.unknown.end()) cost.unknown.push_back(change.sku);
  }
  if (total == 0) return cost;
  const std::int64_t minor = total < 0 ? -total : total;
  JournalLine goods, inventory;
  goods.account = chart.costs->cost_of_goods;
  inventory.account = chart.costs->inventory;
  (total > 0 ? goods.debit : goods.credit).minor = minor;
  (total > 0 ? inventory.credit : inventory.debit).minor = minor;
  cost.lines = {std::move(goods), std::move(inventory)};
  return cost;
}

}  // namespace tillsync::hub
