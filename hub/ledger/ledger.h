// The ledger: books what documents say about stock, under the count rule (ARCHITECTURE section 6), applies voids and
// reversals, keeps what is in transit. Pure: decides over the rows that ledger_store loaded. Writer thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hub/ledger/count_sheet.h"
#include "hub/ledger/movement_plan.h"
#include "hub/ledger/stock.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// (location, state, owner) of a full count.
using FullCountKey = std::tuple<std::string, std::string, std::string>;
struct FullCount {
  Instant at;
  std::string count_id;
  bool is_changed = false;
};
using CountKey = std::pair<std::string, std::string>;    // location, count_id
using TransitKey = std::pair<std::string, std::string>;  // transfer_no, SKU
/// Added to what is stored.
struct TransitChange {
  std::string from_location, to_location;  // "" = not said
  std::int64_t sent_milli = 0, received_milli = 0;
};

/// A document that a void or reversal of this batch may mean, and that came in an earlier batch.
struct StoredOriginal {
  std::int64_t event_no = 0;
  std::optional<Document> document;     // movements only: for transit, and to know a count
  std::vector<PlannedChange> changes;   // as they were booked, corrections left out
};

/// A void whose original has not come.
struct WaitingVoid {
  std::int64_t event_no = 0;
  EventId event_id;
  Instant at;
};
using WaitingVoids = std::unordered_multimap<EventId, WaitingVoid>;  // by the original's event id

enum class ReversalState : std::uint8_t { kWaiting, kApplied, kOther };
struct ReversalRecord {
  std::int64_t event_no = 0;
  EventId original_event_id;
  EventId event_id;
  Instant at;
  ReversalState state = ReversalState::kWaiting;
};

/// The rows that a batch touches. plans: one per document, empty for those that move nothing by their lines.
struct LedgerRows {
  Balances balances;  // may hold more than the batch touches: what earlier batches loaded
  std::map<FullCountKey, FullCount> full_counts;
  std::map<CountKey, CountSheet> counts;
  std::unordered_map<EventId, StoredOriginal> originals;
  std::set<EventId> reversed;  // originals that a void took back in an earlier batch
  std::unordered_set<std::string> unknown_skus;
  std::set<std::string> unknown_locations;
  GtinMap gtins;
  std::vector<MovementPlan> plans;
  std::int64_t next_balance_no = 1;
};

struct LedgerDecision {
  std::vector<StockEntry> entries;      // point into rows.balances
  std::vector<Balance*> balances;       // changed or new
  std::vector<CountLine> count_lines;
  std::map<TransitKey, TransitChange> transit;
  std::vector<ReversalRecord> reversals;
  std::set<std::int64_t> settled_voids; // event_nos of voids that wait no longer
};

/// Adds StockChanged, DocumentReversed and exceptions to the batch. `waiting`: voids of earlier batches; those of this batch
/// are in the decision's reversals.
LedgerDecision decide_ledger(MicroBatch& batch, LedgerRows& rows, const WaitingVoids& waiting);

/// Whether this stage acts on a document at all.
bool moves_stock(const IncomingDocument& incoming);

}  // namespace tillsync::hub
