// What became of a document or a reservation, as a list of milestones: sold, durable at the agent, at the hub, reserved, sent, posted, closed. Derived from what is stored
// anyway, so that the way of a document costs no write for it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr std::size_t kMilestonesMax = 100;     // of one trace
inline constexpr std::size_t kTraceEventsMax = 50;     // documents under one correlation id that are looked into
inline constexpr std::size_t kTraceStepsMax = 50;      // steps of one posting, exception or reservation

/// CONSOLE "Words", documents.
enum class DocumentState : std::uint8_t { kAtHub, kPosting, kPosted, kException, kVoided, kTraining, kUnreadable };
std::string_view to_string(DocumentState state);  // "at_hub", …

struct TraceStep {
  std::string name;  // of a posting: its status; of an exception: raised, assigned, …; of a reservation: the verb
  std::string who, detail;
  Instant at;
};
struct TracePosting {
  std::string posting_id, status, last_error, erp_reference;
  std::string summed_by;                // posting id of the sum that it is part of; "" = none
  std::optional<Instant> next_try_at;
  std::vector<TraceStep> steps;         // oldest first; the first is its making
};
struct TraceException {
  std::string exception_id, code, title, owner, status;  // status: open | resolved | dismissed
  std::vector<TraceStep> steps;
};
struct TraceEvent {
  std::string event_id, contract, mode, source, agent_id, location, location_name, till, document_no;
  bool is_opaque = false, is_voided = false;
  std::optional<Date> business_date;
  std::optional<Instant> occurred_at, agent_received_at;
  Instant received_at;
  std::optional<Duration> skew;  // hub's clock minus the agent's, as last measured
  std::vector<TracePosting> postings;
  std::vector<TraceException> exceptions;
  std::optional<TraceStep> closed;  // the newest closing of its day, behind its arrival
};
struct TraceReservation {
  std::string reservation_id, order_no, state;
  std::optional<Instant> expires_at;
  std::vector<TraceStep> steps;  // oldest first
};
struct TraceFacts {
  std::vector<TraceEvent> events;  // in order of arrival
  std::vector<TraceReservation> reservations;
  std::string erp_trouble;         // why nothing is sent now; "" = the connection works
  bool is_cut = false;             // there is more under this id than was read
};

struct MilestoneRef {
  std::string kind, id, href;  // kind: event | posting | exception | reservation | close
};
struct Milestone {
  std::string name;
  std::string legacy_name;       // as the first version of the API said it
  std::optional<Instant> pos_time;  // the clock of POS or agent
  std::optional<Instant> hub_time;
  std::optional<Duration> wait;  // since the milestone before, on the hub's clock
  std::string actor;
  std::optional<Duration> skew;  // of pos_time, where it was measured
  std::optional<MilestoneRef> ref;
  std::string detail;
  std::string event_id;
  std::string posting_id;
  Instant at;                    // on the hub's clock, as near as it is known: milestones are in this order
};
struct NextMilestone {
  std::string name, waiting_for;
};
struct Trace {
  DocumentState state = DocumentState::kAtHub;
  std::vector<Milestone> milestones;
  std::optional<NextMilestone> next;
  bool has_more = false;
};

/// Of one document, from its mode, its open exceptions and its postings.
DocumentState document_state(const TraceEvent& event);
/// "Sale 536365, till GB-1".
std::string document_title(std::string_view contract, std::string_view document_no, std::string_view till);
Trace build_trace(const TraceFacts& facts);

}  // namespace tillsync::hub
