// Decides what a micro-batch means for reservations and leases: facts first (sales that take what was reserved, promises, closed
// leases, new epochs), then what has run out, then rulings where too little is left, then the requests, by priority and arrival. Pure:
// decides over the rows that reservation_store loaded. Writer thread. Source: ARCHITECTURE section 6.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "hub/reservations/arbitration.h"
#include "hub/reservations/hold_clock.h"
#include "hub/reservations/policy.h"
#include "hub/reservations/reservation.h"
#include "hub/reservations/ruling.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

using Positions = std::unordered_map<PositionKey, Position, PositionKeyHash>;
using Reservations = std::unordered_map<std::string, Reservation>;  // by id
using Leases = std::unordered_map<std::string, Lease>;              // by id

/// A sale that named a reservation which was not here.
struct AwaitedSale {
  std::int64_t event_no = 0;
  std::string reservation_id;
  PositionKey key;
  std::int64_t qty_milli = 0;
};

/// A position whose sums are not what its records say.
struct PositionDifference {
  Position* position = nullptr;
  std::int64_t reserved_before_milli = 0, reserved_milli = 0;  // as stored, by the records
  std::int64_t leased_before_milli = 0, leased_milli = 0;
  std::int64_t reserved_change_milli = 0, leased_change_milli = 0;  // from what the stage holds to the records
};

/// What one lease rule wants of one agent and SKU, worked out by lease_plan.
struct LeaseWish {
  AgentId agent_id;
  Position* position = nullptr;
  std::int64_t qty_milli = 0;  // 0: none
  std::int64_t ttl_s = 0;
  Lease* lease = nullptr;      // the one by policy that is open
};

/// The rows that a batch touches.
struct ReservationRows {
  Positions positions;             // may hold more: those spoken for, and what earlier batches loaded
  Reservations reservations;
  Leases leases;
  std::vector<std::vector<LineDemand>> demands;  // one per request; empty for all but new reservations
  std::vector<Position*> lease_positions;        // one per request; of GrantLease
  std::vector<std::string> due_reservations, due_leases;
  std::vector<AwaitedSale> awaited;
  std::map<Position*, std::vector<RulingCandidate>> candidates;  // of positions that may be short
  std::map<Position*, std::vector<Lease*>> leases_at;            // open ones, of the same positions
  std::map<std::string, EpochId, std::less<>> epochs;            // by agent: its newest, where it has open leases or is given one
  bool are_epochs_doubtful = false;                              // read after this batch's own new epochs were written
  std::vector<PositionDifference> differences;                   // of CorrectPositions
  std::vector<LeaseWish> wishes;
  std::vector<Position*> shelves;                                // that the agents of their locations are told of

  Instant hold_now;        // hold clock
  Duration wall_offset;    // wall minus hold, as shown
  std::int64_t next_position_no = 1, next_reservation_no = 1, next_step_no = 1, next_lease_no = 1, next_lease_step_no = 1;
};

struct ReservationStep {
  std::int64_t step_no = 0, previous_step_no = 0;
  const Reservation* reservation = nullptr;
  std::string_view verb;
  ReservationState state = ReservationState::kHeld;
  std::string who, why;
  std::optional<std::int64_t> event_no;
};
struct ReservationEntry {
  std::int64_t entry_no = 0, part_no = 0, change_milli = 0;
};
struct LeaseStep {
  std::int64_t step_no = 0, previous_step_no = 0;
  const Lease* lease = nullptr;
  std::string_view verb;
  LeaseState state = LeaseState::kOpen;
  std::int64_t change_milli = 0;
  std::string who, why;
  std::optional<std::int64_t> event_no;
};

struct ReservationDecision {
  std::vector<Position*> positions;        // new or changed: written before all others
  std::vector<Reservation*> reservations;  // new or changed
  std::vector<Lease*> leases;
  std::vector<ReservationStep> steps;
  std::vector<ReservationEntry> entries;
  std::vector<LeaseStep> lease_steps;
  std::vector<AwaitedSale> awaited;             // to keep
  std::vector<std::string> awaited_done;        // reservation ids whose sales were taken
  std::vector<SafetyStock> safety_stock;
  std::vector<PositionDifference> corrections;  // to record
  std::string corrected_by, correction_reason;
};

/// Fills batch.answers; adds exceptions and outbound items.
ReservationDecision decide_reservations(MicroBatch& batch, ReservationRows& rows, const ReservationPolicy& policy);

/// The reservation that a sale (reservation_id) or a movement of a warehouse (reference "r_…") hands over; none for other documents.
const std::string* named_reservation(const Document& document);

/// Whether a stock fact counts for what can be promised.
inline bool is_promisable(const StockChanged& change) { return change.owner.empty() && change.state == "sellable"; }

}  // namespace tillsync::hub
