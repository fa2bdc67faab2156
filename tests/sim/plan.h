// What happens in one simulated world: its size, and a list of faults with their times, all drawn from one seed. A plan is a
// value: the shrinker takes actions out of it and runs what is left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace tillsync::sim {

/// Who: a store's number, or kHub.
inline constexpr int kHub = -1;

enum class ActionKind {
  kPartition,     // a: 1 to the hub, 2 from the hub, 3 both; for `lasts`
  kReset,         // the link's connections break; a: 1 = the hub does not notice
  kNoise,         // frames are lost (a permille), doubled (b), swapped (c) for `lasts`
  kSlowLink,      // a: one way in milliseconds, b: bytes per second; for `lasts`
  kKill,          // the program ends; after `lasts` it starts again. a: 1 = power is lost with it, b: 1 = the other side does not notice
  kKillAtWrite,   // the same at its a-th write or sync from now; b: 1 = power is lost
  kKillAtSend,    // the same before its a-th frame from now is sent; b: 1 = power is lost
  kDiskFull,      // for `lasts`
  kDiskErrors,    // the next a writes or syncs fail
  kBackup,        // a copy of the disk is put aside
  kRestore,       // the program is stopped, the copy put back, and after `lasts` it starts. a: 1 = the hub is told of it (new incarnation)
  kClone,         // a second machine starts from a copy of the disk and runs for `lasts`; a: 1 = it sells as well
  kClockJump,     // the agent's clock jumps by a milliseconds
  kErp,           // a: an ErpMode, for `lasts`
  kErpRefuses,    // the ERP does not know SKU a, for `lasts`
  kPutProduct,    // SKU a gets a new version at the hub
  kPrune,         // the agent drops what it needs no longer to hold
  kCloseDay,      // a person closes the store's day, whatever is missing; drawn apart from the faults
  kRotateKeys,    // a person tells the agent to change its keys; drawn apart from the faults
};

struct Action {
  Duration at;
  ActionKind kind = ActionKind::kReset;
  int who = 0;
  std::int64_t a = 0, b = 0, c = 0;
  Duration lasts{0};
};
std::string to_text(const Action& action);

/// What is built wrong on purpose, to see a checker catch it.
enum class PlantedBug {
  kNone,
  kAnswerBeforeCommit,      // the agent tells the till before the disk has it
  kAckBeforeCommit,         // the hub tells the agent before its disk has it
  kNoDedupe,                // the hub takes a document that comes again under another epoch for a new one
  kCursorOffByOne,          // the hub's cursor stands one too high
  kAgentCursorBack,         // an acknowledgement is stored one too low after it was stored right
  kConflictMerged,          // the hub takes a second content for a duplicate
  kStockWrong,              // a line of three is booked as two
  kCountIgnoresOrder,       // a count takes the time of its receipt
  kErpTimeoutMeansNotSent,  // a time-out is followed by a second create
  kErpOrderIgnored,         // postings of one key pass each other
  kPostingSkipped,          // a refused posting is never tried again
  kLostInbox,               // an inbox item is confirmed and not stored
  kHubCursorBack,           // the hub's cursor is set back by one, now and then
  kChainWrong,              // the hub stores another chain than it was sent
  kLineLost,                // the hub stores a document without its last line
  kDocumentInvented,        // the hub stores a document twice, the second time under another number
  kAlarmInvented,           // the hub raises an exception that nothing is the reason of
  kErpKeyChanges,           // each try has a key of its own
  kErpStockWrong,           // a line of the posting has another quantity
  kErpAmountWrong,          // a posting's amounts are doubled
  kAckNeverStored,          // the agent forgets what the hub has confirmed
  kConflictNeverHealed,     // an agent that was released stays paused
  kSalesForgotten,          // what is sold stays promisable
  kReservedDrifts,          // a sum of what is reserved is a unit too high
  kPromiseCut,              // a promise arrives with a unit less
  kSentForgotten,           // the agent forgets what it has asked the hub
  kHoldsRunFast,            // the clock of holds runs twice as fast
  kHoldsNeverEnd,           // holds do not run out
  kShelfForgotten,          // what is picked counts as held
  kLeaseFreedByTime,        // a lease that ends is free without the agent's word
  kHandOverForgotten,       // a sale does not say for whom it is
  kCloseCountsTwice,        // an agent gives back what it has promised
  kFrozenIsOpen,            // a new epoch freezes no lease at the hub
  kPartNotFreed,            // a part of what was released stays reserved
  kSumTakenTwice,           // a document of one sum goes into the next as well
  kSumLosesOne,             // a sum does not name one of its documents
  kCloseSumsNothing,        // a day is closed and what is collected of it is left
  kNextKeyNotStored,        // the agent changes its keys and does not store them
};

/// For the command line and the tests, in the order of the enumeration.
inline constexpr const char* kPlantedBugNames[] = {"none",          "answer_before_commit", "ack_before_commit",   "no_dedupe",
                                                   "cursor_off_by_one", "agent_cursor_back", "conflict_merged",     "stock_wrong",
                                                   "count_ignores_order", "erp_timeout_means_not_sent", "erp_order_ignored",
                                                   "posting_skipped", "lost_inbox", "hub_cursor_back", "chain_wrong", "line_lost", "document_invented",
                                                   "alarm_invented", "erp_key_changes", "erp_stock_wrong", "erp_amount_wrong",
                                                   "ack_never_stored", "conflict_never_healed", "sales_forgotten", "reserved_drifts", "promise_cut", "sent_forgotten",
                                                   "holds_run_fast", "holds_never_end", "shelf_forgotten", "lease_freed_by_time", "hand_over_forgotten",
                                                   "close_counts_twice", "frozen_is_open", "part_not_freed", "sum_taken_twice", "sum_loses_one", "close_sums_nothing", "next_key_not_stored"};

struct Plan {
  std::uint64_t seed = 0;
  int stores = 1;
  int tills = 1;                   // of each store
  int documents = 20;              // of each till
  int holds = 0, leases = 0;       // reservations that are asked for, leases that a person grants
  bool leases_by_policy = false;
  Duration sum_after{0};           // postings are summed, so long after they came; 0: each document has its own
  Duration trade = seconds(1'800); // how long there is trade and faults; then everything is mended and has to come to rest
  std::vector<Action> actions;     // by time
  PlantedBug bug = PlantedBug::kNone;
};

struct PlanOptions {
  std::optional<int> stores;       // instead of a drawn number
  std::optional<double> hours;     // of trade
};
Plan draw_plan(std::uint64_t seed, const PlanOptions& options = {});

}  // namespace tillsync::sim
