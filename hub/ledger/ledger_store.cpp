#include "hub/ledger/ledger_store.h"

#include "hub/intake/event_reader.h"
#include "hub/ledger/count_store.h"
#include "hub/ledger/schema.h"
#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kSelectNextBalance = "SELECT coalesce(max(balance_no), 0) + 1 FROM stock_balance";
constexpr std::string_view kSelectWaiting =
    "SELECT original_event_id, event_no, event_id, occurred_at FROM stock_reversal WHERE state = 'waiting'";
constexpr std::string_view kSelectBalance =
    "SELECT balance_no, on_hand_milli, entries, last_entry_no, latest_at, counted_at, counted_milli, count_id FROM stock_balance"
    " WHERE location = $1 AND sku = $2 AND state = $3 AND owner = $4 AND lot = $5 /* for update */";
constexpr std::string_view kSelectReversed =
    "SELECT 1 FROM stock_reversal WHERE original_event_id = $1 AND state = 'applied' LIMIT 1";
constexpr std::string_view kSelectOriginalEntries =
    "SELECT b.location, b.sku, b.state, b.owner, b.lot, e.change_milli, e.line_no, e.unit_cost_micro FROM stock_entry e"
    " JOIN stock_balance b ON b.balance_no = e.balance_no"
    " WHERE e.entry_no >= $1 AND e.entry_no < $2 AND e.movement <> 'count_correction' ORDER BY e.entry_no";
constexpr std::string_view kSelectProduct = "SELECT 1 FROM product WHERE sku = $1";
constexpr std::string_view kSelectLocation = "SELECT 1 FROM location WHERE location = $1";
constexpr std::string_view kSelectGtin = "SELECT sku FROM product_gtin WHERE gtin = $1 LIMIT 2";

constexpr std::size_t kBalanceWidth = 13;
constexpr std::string_view kInsertBalance =
    "INSERT INTO stock_balance (balance_no, location, sku, state, owner, lot, on_hand_milli, entries, last_entry_no, latest_at,"
    " counted_at, counted_milli, count_id) VALUES";
constexpr std::size_t kUpdateWidth = 5;
constexpr std::string_view kUpdateBalance =
    "UPDATE stock_balance SET on_hand_milli = $2, entries = $3, last_entry_no = $4, latest_at = $5 WHERE balance_no = $1";
constexpr std::string_view kUpdateCounted =
    "UPDATE stock_balance SET counted_at = $2, counted_milli = $3, count_id = $4 WHERE balance_no = $1";
constexpr std::size_t kEntryWidth = 9;
constexpr std::string_view kInsertEntry =
    "INSERT INTO stock_entry (entry_no, balance_no, change_milli, occurred_at, movement, line_no, unit_cost_micro, previous_entry_no,"
    " latest_at) VALUES";
constexpr std::string_view kAddTransit =
    "INSERT INTO stock_in_transit (transfer_no, sku, from_location, to_location, sent_milli, received_milli, first_at, last_at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $7) ON CONFLICT (transfer_no, sku) DO UPDATE SET"
    " from_location = CASE WHEN from_location = '' THEN excluded.from_location ELSE from_location END,"
    " to_location = CASE WHEN to_location = '' THEN excluded.to_location ELSE to_location END,"
    " sent_milli = sent_milli + excluded.sent_milli, received_milli = received_milli + excluded.received_milli,"
    " last_at = excluded.last_at";
constexpr std::string_view kPutReversal =
    "INSERT INTO stock_reversal (event_no, original_event_id, event_id, occurred_at, state) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (event_no, original_event_id) DO UPDATE SET state = excluded.state";
constexpr std::string_view kSettleOthers = "UPDATE stock_reversal SET state = 'other' WHERE event_no = $1 AND state = 'waiting'";

std::string_view state_name(ReversalState state) {
  switch (state) {
    case ReversalState::kWaiting: return "waiting";
    case ReversalState::kApplied: return "applied";
    case ReversalState::kOther: return "other";
  }
  TS_CHECK(false);
}

class Loader {
 public:
  Loader(sql::Connection& connection, const MicroBatch& batch, KnownMasterdata& known, LedgerRows& rows)
      : connection_(connection), batch_(batch), known_(known), rows_(rows) {}

  Result<void> load() {
    TS_RETURN_IF_ERROR(load_gtins());
    TS_RETURN_IF_ERROR(load_bundles());
    rows_.plans.resize(batch_.documents.size());
    for (std::size_t i = 0; i < batch_.documents.size(); ++i) {
      const IncomingDocument& incoming = batch_.documents[i];
      if (!moves_stock(incoming)) continue;
      if (const DocumentRef* reference = reversed_reference(*incoming.document)) {
        TS_RETURN_IF_ERROR(load_originals(*reference, incoming));
        continue;
      }
      rows_.plans[i] = plan_movements(*incoming.document, incoming.location, rows_.gtins, known_.bundles);
    }
    TS_RETURN_IF_ERROR(load_counts(connection_, batch_, rows_));
    collect_keys();
    TS_RETURN_IF_ERROR(load_balances());
    TS_RETURN_IF_ERROR(load_full_counts(connection_, locations_, rows_));
    TS_RETURN_IF_ERROR(load_unknown_skus());
    return load_unknown_locations();
  }

 private:
  template <class Line>
  void collect_gtins(const std::vector<Line>& lines) {
    for (const Line& line : lines) {
      if (line.sku.empty() && !line.gtin.empty()) gtins_.insert(line.gtin);
    }
  }

  Result<void> load_gtins() {
    for (const IncomingDocument& incoming : batch_.documents) {
      if (!moves_stock(incoming)) continue;
      const Body& body = incoming.document->body;
      if (const auto* sale = std::get_if<Sale>(&body)) collect_gtins(sale->lines);
      else if (const auto* returned = std::get_if<Return>(&body)) collect_gtins(returned->lines);
      else if (const auto* movement = std::get_if<StockMovement>(&body)) collect_gtins(movement->lines);
    }
    for (const std::string& gtin : gtins_) {
      std::vector<Sku> skus;
      TS_RETURN_IF_ERROR(connection_.query(kSelectGtin, {std::string_view(gtin)},
                                           [&skus](const Row& row) { skus.emplace_back(std::string(row.text(0))); }));
      if (skus.size() == 1) rows_.gtins.emplace(gtin, std::move(skus[0]));
    }
    return {};
  }

  template <class Line>
  Result<void> load_bundles_of(const std::vector<Line>& lines) {
    for (const Line& line : lines) {
      const Sku sku = sku_of(line.sku, line.gtin, rows_.gtins);
      if (!known_.bundle_skus->contains(sku.value) || known_.bundles.contains(sku.value)) continue;
      TS_ASSIGN_OR_RETURN(ProductFacts facts, read_product_facts(connection_, sku));
      // Parts that are not to be made out (a bundle that holds only itself) leave it a product like any other.
      if (facts.parts.empty()) known_.bundle_skus->erase(sku.value);
      else known_.bundles.emplace(sku.value, std::move(facts.parts));
    }
    return {};
  }

  Result<void> load_bundles() {
    if (!known_.bundle_skus) {
      TS_ASSIGN_OR_RETURN(known_.bundle_skus, read_bundle_skus(connection_));
    }
    if (known_.bundle_skus->empty()) return {};
    for (const IncomingDocument& incoming : batch_.documents) {
      if (!moves_stock(incoming)) continue;
      const Body& body = incoming.document->body;
      if (const auto* sale = std::get_if<Sale>(&body)) TS_RETURN_IF_ERROR(load_bundles_of(sale->lines));
      else if (const auto* returned = std::get_if<Return>(&body)) TS_RETURN_IF_ERROR(load_bundles_of(returned->lines));
      else if (const auto* movement = std::get_if<StockMovement>(&body)) TS_RETURN_IF_ERROR(load_bundles_of(movement->lines));
    }
    return {};
  }

  Result<void> load_originals(const DocumentRef& reference, const IncomingDocument& incoming) {
    EventReader events(connection_);
    for (const Identity& identity : referenced_identities(reference, *incoming.document, incoming.location)) {
      const EventId original = event_id_of(identity);
      if (rows_.originals.contains(original)) continue;
      bool is_reversed = false;
      TS_RETURN_IF_ERROR(connection_.query(kSelectReversed, {Blob{original.view()}}, [&is_reversed](const Row&) { is_reversed = true; }));
      if (is_reversed) rows_.reversed.insert(original);
      TS_ASSIGN_OR_RETURN(const auto event_no, events.event_no_of(identity));
      // A document of this batch has its event row already, but its entries are still to be decided.
      if (!event_no || is_of_this_batch(*event_no)) continue;
      StoredOriginal taken;
      taken.event_no = *event_no;
      TS_ASSIGN_OR_RETURN(auto document, events.document(*event_no));
      if (document && std::holds_alternative<StockMovement>(document->body)) taken.document = std::move(document);
      TS_RETURN_IF_ERROR(load_original_entries(taken));
      rows_.originals.emplace(original, std::move(taken));
    }
    return {};
  }

  bool is_of_this_batch(std::int64_t event_no) const {
    for (const IncomingDocument& incoming : batch_.documents) {
      if (incoming.event_no == event_no && incoming.verdict == Verdict::kNew) return true;
    }
    return false;
  }

  Result<void> load_original_entries(StoredOriginal& taken) {
    const std::int64_t first = taken.event_no * kEntriesPerEventMax;
    return connection_.query(kSelectOriginalEntries, {first, first + kEntriesPerEventMax}, [&taken](const Row& row) {
      PlannedChange change;
      change.key = StockKey{LocationId(std::string(row.text(0))), Sku(std::string(row.text(1))), std::string(row.text(2)),
                            std::string(row.text(3)), std::string(row.text(4))};
      change.change_milli = row.integer(5);
      change.line_no = row.integer(6);
      change.unit_cost_micro = row.integer(7);
      taken.changes.push_back(std::move(change));
    });
  }

  Balance* want(const StockKey& key) {
    const auto [entry, is_new] = rows_.balances.try_emplace(key);
    Balance& balance = entry->second;
    if (is_new) {
      balance.key = key;
      wanted_.push_back(&balance);
    }
    if (!key.lot.empty()) want(key.group());
    if (!balance.is_known_sku) doubtful_.push_back(&balance);
    if (!locations_.contains(key.location.value)) locations_.insert(key.location.value);
    return &balance;
  }

  void collect_keys() {
    for (MovementPlan& plan : rows_.plans) {
      for (PlannedChange& change : plan.changes) change.balance = want(change.key);
    }
    for (auto& [event, original] : rows_.originals) {
      for (PlannedChange& change : original.changes) change.balance = want(change.key);
    }
    for (const auto& [key, sheet] : rows_.counts) locations_.insert(key.first);
    // Balances that counts loaded; the lines of their sheets are checked as well. Without a count there are none to look for among all that are kept.
    if (rows_.counts.empty()) return;
    for (auto& [key, balance] : rows_.balances) {
      if (balance.is_watched && !balance.is_known_sku) doubtful_.push_back(&balance);
    }
  }

  Result<void> load_balances() {
    std::vector<Param> params;
    params.reserve(wanted_.size() * 5);
    for (const Balance* balance : wanted_) {
      const StockKey& key = balance->key;
      params.insert(params.end(), {key.location.view(), key.sku.view(), std::string_view(key.state), std::string_view(key.owner),
                                   std::string_view(key.lot)});
    }
    return connection_.query_each(kSelectBalance, 5, params,
                                  [this](std::size_t index, const Row& row) { read_balance(row, 0, *wanted_[index]); });
  }

  Result<void> load_unknown_skus() {
    std::vector<Param> params;
    for (Balance* balance : doubtful_) {
      const std::string& sku = balance->key.sku.value;
      balance->is_known_sku = known_.skus.contains(sku);
      if (!balance->is_known_sku && rows_.unknown_skus.insert(sku).second) params.emplace_back(std::string_view(sku));
    }
    return connection_.query_each(kSelectProduct, 1, params, [&](std::size_t index, const Row&) {
      const std::string sku(std::get<std::string_view>(params[index]));
      rows_.unknown_skus.erase(sku);
      known_.skus.insert(sku);
    });
  }

  Result<void> load_unknown_locations() {
    for (const IncomingDocument& incoming : batch_.documents) {
      const std::string& location = incoming.location.value;
      if (!moves_stock(incoming) || known_.locations.contains(location) || rows_.unknown_locations.contains(location)) continue;
      bool is_known = false;
      TS_RETURN_IF_ERROR(connection_.query(kSelectLocation, {std::string_view(location)}, [&is_known](const Row&) { is_known = true; }));
      if (is_known) known_.locations.insert(location);
      else rows_.unknown_locations.insert(location);
    }
    return {};
  }

  sql::Connection& connection_;
  const MicroBatch& batch_;
  KnownMasterdata& known_;
  LedgerRows& rows_;
  std::set<std::string> gtins_;
  std::vector<Balance*> wanted_;    // not loaded yet
  std::vector<Balance*> doubtful_;  // of SKUs that master data has not confirmed
  std::set<std::string, std::less<>> locations_;
};

Param nullable(const std::optional<Instant>& instant) { return instant ? Param(instant->micros) : Param(nullptr); }

Result<void> write_balances(sql::Connection& connection, const std::vector<Balance*>& balances) {
  std::vector<Param> inserts;
  std::vector<Param> updates;
  std::vector<Param> counts;
  updates.reserve(balances.size() * kUpdateWidth);
  for (const Balance* balance : balances) {
    const StockKey& key = balance->key;
    if (!balance->is_stored) {
      inserts.insert(inserts.end(),
                     {balance->balance_no, key.location.view(), key.sku.view(), std::string_view(key.state), std::string_view(key.owner),
                      std::string_view(key.lot), balance->on_hand_milli, balance->entries, balance->last_entry_no,
                      balance->latest_at.micros, nullable(balance->counted_at),
                      balance->counted_at ? Param(balance->counted_milli) : Param(nullptr),
                      balance->counted_at ? Param(std::string_view(balance->count_id)) : Param(nullptr)});
      continue;
    }
    updates.insert(updates.end(), {balance->balance_no, balance->on_hand_milli, balance->entries, balance->last_entry_no,
                                   balance->latest_at.micros});
    if (balance->counted_at)
      counts.insert(counts.end(), {balance->balance_no, balance->counted_at->micros, balance->counted_milli,
                                   std::string_view(balance->count_id)});
  }
  static const BulkInsert insert(kInsertBalance, kBalanceWidth);
  TS_RETURN_IF_ERROR(insert.run(connection, inserts));
  TS_RETURN_IF_ERROR(connection.run_each(kUpdateBalance, kUpdateWidth, updates));
  TS_RETURN_IF_ERROR(connection.run_each(kUpdateCounted, 4, counts));
  return {};
}

Result<void> write_entries(sql::Connection& connection, const std::vector<StockEntry>& entries) {
  std::vector<Param> params;
  params.reserve(entries.size() * kEntryWidth);
  for (const StockEntry& entry : entries)
    params.insert(params.end(), {entry.entry_no, entry.balance->balance_no, entry.change_milli, entry.occurred_at.micros, entry.movement,
                                 entry.line_no, entry.unit_cost_micro, entry.previous_entry_no, entry.latest_at.micros});
  static const BulkInsert insert(kInsertEntry, kEntryWidth);
  return insert.run(connection, params);
}

Result<void> write_reversals(sql::Connection& connection, const LedgerDecision& decision) {
  for (const ReversalRecord& record : decision.reversals)
    TS_RETURN_IF_ERROR(connection.run(kPutReversal, {record.event_no, Blob{record.original_event_id.view()}, Blob{record.event_id.view()},
                                                     record.at.micros, state_name(record.state)}));
  for (const std::int64_t event_no : decision.settled_voids) TS_RETURN_IF_ERROR(connection.run(kSettleOthers, {event_no}));
  return {};
}

}  // namespace

Result<void> migrate_ledger(sql::Connection& connection) {
  return sql::migrate(connection, "hub/ledger", ledger_schema::migrations());
}

Result<std::int64_t> load_next_balance_no(sql::Connection& connection) {
  std::int64_t next = 1;
  TS_RETURN_IF_ERROR(connection.query(kSelectNextBalance, {}, [&next](const Row& row) { next = row.integer(0); }));
  return next;
}

Result<WaitingVoids> load_waiting_voids(sql::Connection& connection) {
  WaitingVoids waiting;
  TS_RETURN_IF_ERROR(connection.query(kSelectWaiting, {}, [&waiting](const Row& row) {
    waiting.emplace(EventId::from_view(row.blob(0)).value_or(EventId{}),
                    WaitingVoid{row.integer(1), EventId::from_view(row.blob(2)).value_or(EventId{}), Instant{row.integer(3)}});
  }));
  return waiting;
}

Result<void> load_ledger_rows(sql::Connection& connection, const MicroBatch& batch, KnownMasterdata& known, LedgerRows& rows) {
  return Loader(connection, batch, known, rows).load();
}

Result<void> write_ledger(sql::Connection& connection, const MicroBatch& batch, const LedgerRows& rows, const LedgerDecision& decision) {
  TS_RETURN_IF_ERROR(write_balances(connection, decision.balances));
  TS_RETURN_IF_ERROR(write_entries(connection, decision.entries));
  TS_RETURN_IF_ERROR(write_counts(connection, rows, decision.count_lines));
  for (const auto& [key, transit] : decision.transit)
    TS_RETURN_IF_ERROR(connection.run(kAddTransit, {std::string_view(key.first), std::string_view(key.second),
                                                    std::string_view(transit.from_location), std::string_view(transit.to_location),
                                                    transit.sent_milli, transit.received_milli, batch.now.micros}));
  return write_reversals(connection, decision);
}

}  // namespace tillsync::hub
