#include "hub/ledger/count_store.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectSheet =
    "SELECT is_full, final_event_no, final_at FROM stock_count WHERE location = $1 AND count_id = $2 /* for update */";
constexpr std::string_view kSelectLines =
    "SELECT event_no, position, area, sku, state, owner, lot, has_lots, qty_milli, counted_at FROM stock_count_line"
    " WHERE location = $1 AND count_id = $2 ORDER BY event_no, position";
constexpr std::string_view kPutSheet =
    "INSERT INTO stock_count (location, count_id, is_full, final_event_no, final_at) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (location, count_id) DO UPDATE SET is_full = excluded.is_full, final_event_no = excluded.final_event_no,"
    " final_at = excluded.final_at";
constexpr std::size_t kLineWidth = 12;
constexpr std::string_view kInsertLine =
    "INSERT INTO stock_count_line (location, count_id, event_no, position, area, sku, state, owner, lot, has_lots, qty_milli, counted_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
constexpr std::string_view kSelectFull = "SELECT state, owner, counted_at, count_id FROM stock_full_count WHERE location = $1";
constexpr std::string_view kPutFull =
    "INSERT INTO stock_full_count (location, state, owner, counted_at, count_id) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (location, state, owner) DO UPDATE SET counted_at = excluded.counted_at, count_id = excluded.count_id";
constexpr std::string_view kSelectGroup =
    "SELECT lot, balance_no, on_hand_milli, entries, last_entry_no, latest_at, counted_at, counted_milli, count_id FROM stock_balance"
    " WHERE location = $1 AND sku = $2 AND state = $3 AND owner = $4 /* for update */";
constexpr std::string_view kSelectPlace =
    "SELECT sku, state, owner, lot, balance_no, on_hand_milli, entries, last_entry_no, latest_at, counted_at, counted_milli, count_id"
    " FROM stock_balance WHERE location = $1 /* for update */";
constexpr std::string_view kSelectEntry =
    "SELECT change_milli, occurred_at, movement, previous_entry_no, latest_at FROM stock_entry WHERE entry_no = $1";

class CountLoader {
 public:
  CountLoader(sql::Connection& connection, const MicroBatch& batch, LedgerRows& rows)
      : connection_(connection), batch_(batch), rows_(rows) {}

  Result<void> load() {
    for (const IncomingDocument& incoming : batch_.documents) {
      if (moves_stock(incoming) && is_count(*incoming.document)) TS_RETURN_IF_ERROR(load_sheet(incoming));
    }
    for (const auto& [key, groups] : groups_) TS_RETURN_IF_ERROR(load_balances(key, groups));
    // One bound for all, because two counts of a batch may count the same balance.
    for (Balance* balance : counted_) TS_RETURN_IF_ERROR(watch(*balance, low_));
    return {};
  }

 private:
  Result<void> load_sheet(const IncomingDocument& incoming) {
    const auto& count = std::get<StockMovement>(incoming.document->body);
    const CountKey key{incoming.location.value, count_id_of(count, incoming.event_no)};
    const auto [entry, is_new] = rows_.counts.try_emplace(key);
    CountSheet& sheet = entry->second;
    if (is_new) {
      sheet.location = incoming.location;
      sheet.count_id = key.second;
      TS_RETURN_IF_ERROR(read_sheet(sheet));
      for (const CountLine& line : sheet.lines) note(key, line);
      if (sheet.is_full && sheet.final_event_no) low_ = std::min(low_, sheet.final_at);
    }
    groups_.try_emplace(key);
    const CountLines read = read_count(incoming, batch_.now, rows_.gtins);
    for (const CountLine& line : read.lines) note(key, line);
    const std::int64_t skew = incoming.clock_skew ? incoming.clock_skew->micros : 0;
    low_ = std::min(low_, read.booked.at);
    skew_ = std::max(skew_, Duration{skew < 0 ? -skew : skew});
    if (count.scope == "full" || sheet.is_full) full_.insert(key);
    return {};
  }

  Result<void> read_sheet(CountSheet& sheet) {
    const std::string_view count_id = sheet.count_id;
    TS_RETURN_IF_ERROR(connection_.query(kSelectSheet, {sheet.location.view(), count_id}, [&sheet](const Row& row) {
      sheet.is_full = row.integer(0) != 0;
      if (!row.is_null(1)) sheet.final_event_no = row.integer(1);
      sheet.final_at = Instant{row.integer(2)};
    }));
    return connection_.query(kSelectLines, {sheet.location.view(), count_id}, [&sheet](const Row& row) {
      CountLine line;
      line.event_no = row.integer(0);
      line.position = row.integer(1);
      line.area = row.text(2);
      line.key = StockKey{sheet.location, Sku(std::string(row.text(3))), std::string(row.text(4)), std::string(row.text(5)),
                          std::string(row.text(6))};
      line.has_lots = row.integer(7) != 0;
      line.qty_milli = row.integer(8);
      line.counted_at = Instant{row.integer(9)};
      sheet.lines.push_back(std::move(line));
    });
  }

  void note(const CountKey& key, const CountLine& line) {
    low_ = std::min(low_, line.counted_at);
    groups_[key].insert(line.key.group());
  }

  Result<void> load_balances(const CountKey& key, const std::set<StockKey>& groups) {
    if (full_.contains(key)) {
      TS_RETURN_IF_ERROR(connection_.query(kSelectPlace, {std::string_view(key.first)}, [&](const Row& row) {
        keep(StockKey{LocationId(key.first), Sku(std::string(row.text(0))), std::string(row.text(1)), std::string(row.text(2)),
                      std::string(row.text(3))},
             row, 4);
      }));
    }
    for (const StockKey& group : groups) {
      TS_RETURN_IF_ERROR(connection_.query(
          kSelectGroup, {group.location.view(), group.sku.view(), std::string_view(group.state), std::string_view(group.owner)},
          [&](const Row& row) {
            StockKey lot = group;
            lot.lot = row.text(0);
            keep(lot, row, 1);
          }));
      // So that a group without a balance is not asked for again.
      const auto [entry, is_new] = rows_.balances.try_emplace(group);
      if (is_new) entry->second.key = group;
      counted_.insert(&entry->second);
    }
    return {};
  }

  void keep(const StockKey& key, const Row& row, int column) {
    Balance& balance = rows_.balances[key];
    balance.key = key;
    read_balance(row, column, balance);
    counted_.insert(&balance);
  }

  /// Walks the chain of entries back to where nothing older can lie after `low`.
  Result<void> watch(Balance& balance, Instant lowest) {
    const Instant low = lowest - skew_;  // clocks differ: movements a little before a count are looked at as well
    balance.is_watched = true;
    std::int64_t entry_no = balance.latest_at >= low ? balance.last_entry_no : 0;
    while (entry_no != 0) {
      std::int64_t next = 0;
      TS_RETURN_IF_ERROR(connection_.query(kSelectEntry, {entry_no}, [&](const Row& row) {
        const std::string_view movement = row.text(2);
        if (Instant{row.integer(4)} < low) return;
        next = row.integer(3);
        const Instant at{row.integer(1)};
        if (at >= low) balance.recent.push_back({at, row.integer(0), movement != kCountMovement && movement != kCountCorrectionMovement});
      }));
      entry_no = next;
    }
    return {};
  }

  sql::Connection& connection_;
  const MicroBatch& batch_;
  LedgerRows& rows_;
  Instant low_{std::numeric_limits<std::int64_t>::max()};  // the earliest time that a count of the batch may ask for
  Duration skew_;
  std::set<Balance*> counted_;
  std::map<CountKey, std::set<StockKey>> groups_;
  std::set<CountKey> full_;
};

}  // namespace

void read_balance(const Row& row, int column, Balance& balance) {
  balance.balance_no = row.integer(column);
  balance.is_stored = true;
  balance.on_hand_milli = row.integer(column + 1);
  balance.was_negative = balance.on_hand_milli < 0;
  balance.entries = row.integer(column + 2);
  balance.last_entry_no = row.integer(column + 3);
  balance.latest_at = Instant{row.integer(column + 4)};
  if (row.is_null(column + 5)) return;
  balance.counted_at = Instant{row.integer(column + 5)};
  balance.counted_milli = row.integer(column + 6);
  balance.count_id = row.text(column + 7);
}

Result<void> load_counts(sql::Connection& connection, const MicroBatch& batch, LedgerRows& rows) {
  return CountLoader(connection, batch, rows).load();
}

Result<void> load_full_counts(sql::Connection& connection, const std::set<std::string, std::less<>>& locations, LedgerRows& rows) {
  for (const std::string& location : locations) {
    TS_RETURN_IF_ERROR(connection.query(kSelectFull, {std::string_view(location)}, [&](const Row& row) {
      rows.full_counts[{location, std::string(row.text(0)), std::string(row.text(1))}] =
          FullCount{Instant{row.integer(2)}, std::string(row.text(3)), false};
    }));
  }
  return {};
}

Result<void> write_counts(sql::Connection& connection, const LedgerRows& rows, const std::vector<CountLine>& lines) {
  std::map<std::int64_t, const CountSheet*> sheets;
  for (const auto& [key, sheet] : rows.counts) {
    if (!sheet.is_changed) continue;
    const Param event_no = sheet.final_event_no ? Param(*sheet.final_event_no) : Param(nullptr);
    const Param at = sheet.final_event_no ? Param(sheet.final_at.micros) : Param(nullptr);
    TS_RETURN_IF_ERROR(connection.run(kPutSheet, {sheet.location.view(), std::string_view(sheet.count_id),
                                                  std::int64_t{sheet.is_full ? 1 : 0}, event_no, at}));
    for (const CountLine& line : sheet.lines) sheets[line.event_no] = &sheet;
  }
  std::vector<Param> params;
  for (const CountLine& line : lines) {
    const CountSheet& sheet = *sheets.at(line.event_no);
    params.insert(params.end(), {sheet.location.view(), std::string_view(sheet.count_id), line.event_no, line.position,
                                 std::string_view(line.area), line.key.sku.view(), std::string_view(line.key.state),
                                 std::string_view(line.key.owner), std::string_view(line.key.lot), std::int64_t{line.has_lots ? 1 : 0},
                                 line.qty_milli, line.counted_at.micros});
  }
  TS_RETURN_IF_ERROR(connection.run_each(kInsertLine, kLineWidth, params));
  for (const auto& [key, full] : rows.full_counts) {
    if (!full.is_changed) continue;
    const auto& [location, state, owner] = key;
    TS_RETURN_IF_ERROR(connection.run(kPutFull, {std::string_view(location), std::string_view(state), std::string_view(owner),
                                                 full.at.micros, std::string_view(full.count_id)}));
  }
  return {};
}

}  // namespace tillsync::hub
