#include "hub/reconcile/stock_comparison_store.h"

#include "hub/exceptions/exception_store.h"
#include "hub/ledger/stock_reader.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kPutComparison =
    "INSERT INTO stock_comparison (location, compared_at, erp_as_of, items, differing, excess_milli, shortage_milli) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (location) DO UPDATE SET compared_at = excluded.compared_at, erp_as_of = excluded.erp_as_of, items = excluded.items,"
    " differing = excluded.differing, excess_milli = excluded.excess_milli, shortage_milli = excluded.shortage_milli";
constexpr std::string_view kDeleteDifferences = "DELETE FROM stock_comparison_difference WHERE location = $1";
constexpr std::string_view kInsertDifference = "INSERT INTO stock_comparison_difference (location, sku, hub_milli, erp_milli) VALUES ($1, $2, $3, $4)";
constexpr std::size_t kDifferenceWidth = 4;
constexpr std::string_view kSelectComparisons =
    "SELECT location, compared_at, erp_as_of, items, differing, excess_milli, shortage_milli FROM stock_comparison WHERE location > $1 ORDER BY location LIMIT $2";
constexpr std::string_view kSelectDifferences =
    "SELECT sku, hub_milli, erp_milli FROM stock_comparison_difference WHERE location = $1 AND sku > $2 ORDER BY sku LIMIT $3";
constexpr std::string_view kCode = "stock.erp_differs";

Param quantity_param(const std::optional<Quantity>& quantity) { return quantity ? Param(quantity->milli) : Param(nullptr); }
std::optional<Quantity> quantity_column(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Quantity{row.integer(column)};
}

}  // namespace

Result<OnHand> read_on_hand(sql::Connection& connection, const LocationId& location) {
  OnHand on_hand;
  StockFilter filter;
  filter.location = location;
  filter.limit = kStockPageMax;
  StockReader reader(connection);
  do {
    TS_ASSIGN_OR_RETURN(const StockPage page, reader.list(filter));
    for (const StockRecord& record : page.stock)
      if (record.owner.empty() && record.state == "sellable") on_hand[record.sku].milli += record.on_hand.milli;
    filter.after = page.next;
  } while (filter.after);
  return on_hand;
}

Result<void> record_stock_comparison(sql::Connection& connection, const LocationId& location, const StockComparison& comparison, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kPutComparison, {location.view(), now.micros, comparison.erp_as_of.micros, static_cast<std::int64_t>(comparison.items),
                                                     static_cast<std::int64_t>(comparison.differences.size()), comparison.excess.milli, comparison.shortage.milli}));
  TS_RETURN_IF_ERROR(connection.run(kDeleteDifferences, {location.view()}));
  std::vector<Param> rows;
  for (const SkuDifference& difference : comparison.differences)
    rows.insert(rows.end(), {location.view(), difference.sku.view(), quantity_param(difference.hub), quantity_param(difference.erp)});
  TS_RETURN_IF_ERROR(connection.run_each(kInsertDifference, kDifferenceWidth, rows));
  if (comparison.differences.empty()) return settle_exceptions(connection, {{std::string(kCode), location.value, summary_of(comparison)}}, now);
  ExceptionRaised raised;
  raised.code = kCode;
  raised.subject = location.value;
  raised.cause_key = "location:" + location.value;
  raised.location = location;
  raised.detail = summary_of(comparison);
  return raise_exceptions(connection, {raised}, now);
}

Result<std::vector<StockComparisonRow>> stock_comparisons(sql::Connection& connection, std::string_view after, std::size_t limit) {
  std::vector<StockComparisonRow> rows;
  TS_RETURN_IF_ERROR(connection.query(kSelectComparisons, {after, static_cast<std::int64_t>(limit)}, [&rows](const Row& row) {
    rows.push_back({LocationId(std::string(row.text(0))), Instant{row.integer(1)}, Instant{row.integer(2)}, row.integer(3), row.integer(4), Quantity{row.integer(5)}, Quantity{row.integer(6)}});
  }));
  return rows;
}

Result<std::vector<SkuDifference>> sku_differences(sql::Connection& connection, const LocationId& location, std::string_view after, std::size_t limit) {
  std::vector<SkuDifference> differences;
  TS_RETURN_IF_ERROR(connection.query(kSelectDifferences, {location.view(), after, static_cast<std::int64_t>(limit)}, [&differences](const Row& row) {
    differences.push_back({Sku(std::string(row.text(0))), quantity_column(row, 1), quantity_column(row, 2)});
  }));
  return differences;
}

}  // namespace tillsync::hub
