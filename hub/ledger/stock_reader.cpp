#include "hub/ledger/stock_reader.h"

#include "hub/ledger/stock.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectStock =
    "SELECT balance_no, location, sku, state, owner, lot, on_hand_milli, counted_at, counted_milli FROM stock_balance";
constexpr std::string_view kSelectHead = "SELECT last_entry_no, lot FROM stock_balance WHERE balance_no = $1";
constexpr std::string_view kSelectEntry =
    "SELECT movement, change_milli, occurred_at, line_no, previous_entry_no FROM stock_entry WHERE entry_no = $1";
constexpr std::string_view kSelectOfEvent =
    "SELECT e.entry_no, e.movement, b.lot, e.change_milli, e.occurred_at, e.line_no FROM stock_entry e"
    " JOIN stock_balance b ON b.balance_no = e.balance_no WHERE e.entry_no >= $1 AND e.entry_no < $2 ORDER BY e.entry_no";
constexpr std::string_view kSelectTransit =
    "SELECT transfer_no, sku, from_location, to_location, sent_milli, received_milli, first_at, last_at FROM stock_in_transit"
    " WHERE $1 = 0 OR sent_milli <> received_milli ORDER BY transfer_no, sku LIMIT $2";
constexpr std::string_view kSelectUnits = "SELECT location, sum(on_hand_milli) FROM stock_balance GROUP BY location ORDER BY location";
constexpr std::string_view kVerify =
    "SELECT b.balance_no, b.location, b.sku, b.state, b.owner, b.lot, b.on_hand_milli, b.counted_at, b.counted_milli,"
    " coalesce(s.total, 0) FROM stock_balance b"
    " LEFT JOIN (SELECT balance_no, sum(change_milli) AS total FROM stock_entry GROUP BY balance_no) s ON s.balance_no = b.balance_no"
    " WHERE b.on_hand_milli <> coalesce(s.total, 0) ORDER BY b.balance_no";

StockRecord read_stock(const Row& row) {
  StockRecord record;
  record.balance_no = row.integer(0);
  record.location = LocationId(std::string(row.text(1)));
  record.sku = Sku(std::string(row.text(2)));
  record.state = row.text(3);
  record.owner = row.text(4);
  record.lot = row.text(5);
  record.on_hand = Quantity{row.integer(6)};
  if (!row.is_null(7)) record.counted_at = Instant{row.integer(7)};
  record.counted = Quantity{row.integer(8)};
  return record;
}

/// The conditions of a filter with their params; the filter outlives it.
class StockConditions {
 public:
  explicit StockConditions(const StockFilter& filter) {
    if (!filter.location.empty()) add("location = ", filter.location.view());
    if (!filter.sku.empty()) add("sku = ", filter.sku.view());
    if (!filter.state.empty()) add("state = ", std::string_view(filter.state));
    if (filter.text.empty()) return;
    // The index over SKUs begins and ends there.
    add("sku >= ", std::string_view(filter.text));
    beyond_ = filter.text + "\xf4\x8f\xbf\xbf";
    add("sku <= ", std::string_view(beyond_));
  }
  void add(const std::string& before, Param param) { where_ += (where_.empty() ? " WHERE " : " AND ") + before + place(param); }
  std::string place(Param param) {
    params_.push_back(param);
    return "$" + std::to_string(params_.size());
  }
  const std::string& where() const { return where_; }
  const std::vector<Param>& params() const { return params_; }

 private:
  std::string beyond_, where_;
  std::vector<Param> params_;
};

}  // namespace

Result<StockPage> StockReader::list(const StockFilter& filter) {
  if (filter.limit == 0 || filter.limit > kStockPageMax)
    return fail(ErrorCode::kInvalid, "list stock", "limit must be 1 to " + std::to_string(kStockPageMax));
  StockConditions conditions(filter);
  if (filter.after) conditions.add(filter.is_newest_first ? "balance_no < " : "balance_no > ", *filter.after);
  const std::string limit = conditions.place(static_cast<std::int64_t>(filter.limit) + 1);
  const std::string query = std::string(kSelectStock) + conditions.where() + " ORDER BY balance_no" + (filter.is_newest_first ? " DESC" : "") + " LIMIT " + limit;
  StockPage page;
  TS_RETURN_IF_ERROR(connection_.query(query, conditions.params(), [&page](const Row& row) { page.stock.push_back(read_stock(row)); }));
  if (page.stock.size() > filter.limit) {
    page.stock.pop_back();
    page.next = page.stock.back().balance_no;
  }
  return page;
}

Result<std::int64_t> StockReader::count(const StockFilter& filter) {
  StockConditions conditions(filter);
  const std::string limit = conditions.place(kStockCountedMax + 1);
  std::int64_t found = 0;
  TS_RETURN_IF_ERROR(connection_.query("SELECT count(*) FROM (SELECT 1 FROM stock_balance" + conditions.where() + " LIMIT " + limit + ")", conditions.params(),
                                       [&found](const Row& row) { found = row.integer(0); }));
  return found;
}

Result<std::vector<StockEntryRecord>> StockReader::entries(std::int64_t balance_no, std::size_t limit) {
  std::vector<StockEntryRecord> entries;
  std::int64_t entry_no = 0;
  std::string lot;
  TS_RETURN_IF_ERROR(connection_.query(kSelectHead, {balance_no}, [&](const Row& row) {
    entry_no = row.integer(0);
    lot = row.text(1);
  }));
  while (entry_no != 0 && entries.size() < limit) {
    std::int64_t previous = 0;
    TS_RETURN_IF_ERROR(connection_.query(kSelectEntry, {entry_no}, [&](const Row& row) {
      entries.push_back({entry_no, entry_no / kEntriesPerEventMax, std::string(row.text(0)), lot, Quantity{row.integer(1)},
                         Instant{row.integer(2)}, row.integer(3)});
      previous = row.integer(4);
    }));
    entry_no = previous;
  }
  return entries;
}

Result<std::vector<StockEntryRecord>> StockReader::entries_of_event(std::int64_t event_no) {
  std::vector<StockEntryRecord> entries;
  const std::int64_t first = event_no * kEntriesPerEventMax;
  TS_RETURN_IF_ERROR(connection_.query(kSelectOfEvent, {first, first + kEntriesPerEventMax}, [&](const Row& row) {
    entries.push_back({row.integer(0), event_no, std::string(row.text(1)), std::string(row.text(2)), Quantity{row.integer(3)},
                       Instant{row.integer(4)}, row.integer(5)});
  }));
  return entries;
}

Result<std::vector<TransitRecord>> StockReader::in_transit(bool open_only, std::size_t limit) {
  std::vector<TransitRecord> records;
  TS_RETURN_IF_ERROR(connection_.query(
      kSelectTransit, {std::int64_t{open_only ? 1 : 0}, static_cast<std::int64_t>(limit)}, [&records](const Row& row) {
        records.push_back({std::string(row.text(0)), Sku(std::string(row.text(1))), LocationId(std::string(row.text(2))),
                           LocationId(std::string(row.text(3))), Quantity{row.integer(4)}, Quantity{row.integer(5)},
                           Instant{row.integer(6)}, Instant{row.integer(7)}});
      }));
  return records;
}

Result<std::vector<LocationUnits>> StockReader::units_by_location() {
  std::vector<LocationUnits> units;
  TS_RETURN_IF_ERROR(connection_.query(kSelectUnits, {}, [&units](const Row& row) {
    units.push_back({LocationId(std::string(row.text(0))), Quantity{row.integer(1)}});
  }));
  return units;
}

Result<std::vector<StockDifference>> StockReader::verify() {
  std::vector<StockDifference> differences;
  TS_RETURN_IF_ERROR(connection_.query(kVerify, {}, [&differences](const Row& row) {
    differences.push_back({read_stock(row), Quantity{row.integer(9)}});
  }));
  return differences;
}

}  // namespace tillsync::hub
