#include "hub/postings/cost_store.h"

#include <set>

#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

using sql::Param;

constexpr std::string_view kSelectCost = "SELECT quantity_milli, average_micro FROM stock_cost WHERE company = $1 AND currency = $2 AND location = $3 AND sku = $4";
constexpr std::size_t kKeyWidth = 4, kCostWidth = 6;
constexpr std::string_view kPutCost = "INSERT OR REPLACE INTO stock_cost (company, currency, location, sku, quantity_milli, average_micro) VALUES";

}  // namespace

Result<CostBook> load_costs(sql::Connection& connection, std::span<const StockChanged> changes, const ChartBook& charts) {
  std::set<CostKey> keys;
  for (const StockChanged& change : changes) {
    const Chart& chart = charts.of(change.location);
    if (!has_cost(change, chart)) continue;
    for (CostKey& key : cost_keys(change, chart)) keys.insert(std::move(key));
  }
  std::vector<const CostKey*> order;
  std::vector<Param> params;
  for (const CostKey& key : keys) {
    order.push_back(&key);
    params.insert(params.end(), {std::string_view(key.company), std::string_view(key.currency), key.location.view(), key.sku.view()});
  }
  CostBook book;
  TS_RETURN_IF_ERROR(connection.query_each(kSelectCost, kKeyWidth, params, [&](std::size_t index, const sql::Row& row) {
    book.put(*order[index], CostRow{row.integer(0), UnitPrice{row.integer(1)}});
  }));
  return book;
}

Result<void> write_costs(sql::Connection& connection, const CostBook& book) {
  std::vector<Param> params;
  for (const auto& [key, row] : book.rows()) {
    if (!row.is_changed) continue;
    params.insert(params.end(), {std::string_view(key.company), std::string_view(key.currency), key.location.view(), key.sku.view(), row.quantity_milli, row.average.micro});
  }
  static const BulkInsert put(kPutCost, kCostWidth);
  return put.run(connection, params);
}

}  // namespace tillsync::hub
