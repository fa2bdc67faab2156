// First stage of the writer: is a document new, a duplicate, a conflict or opaque, and does its agent's sequence go on where
// it stood? Pure: decides over the rows that intake_store loaded. Writer thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// An event that is in the log already.
struct KnownEvent {
  std::int64_t event_no = 0;
  ContentHash content_hash;
};

using EpochKey = std::pair<AgentId, EpochId>;
/// How far an agent's epoch is committed. epoch_no 0: not in the database yet.
struct EpochState {
  std::int64_t epoch_no = 0;
  std::uint64_t first_seq = 0, last_seq = 0;
  ChainHash last_chain;
  bool is_changed = false;
};

using ConflictKey = std::pair<EventId, ContentHash>;
/// By (location, business date in days, contract, mode, currency).
using TotalKey = std::tuple<std::string, std::int64_t, std::string, std::string, std::string>;
/// Larger amounts (in minor units) and quantities (in thousandths) are left out of all sums: they are mistakes, stand on the
/// exceptions list, and must not make a sum leave 64 bits.
inline constexpr std::int64_t kSummableMax = 10'000'000'000'000;
constexpr std::int64_t summable(std::int64_t value) { return value > kSummableMax || value < -kSummableMax ? 0 : value; }

struct EventTotal {
  std::int64_t documents = 0;
  std::int64_t gross_minor = 0;
};

/// The rows that a batch touches.
struct IntakeRows {
  std::unordered_map<EventId, KnownEvent> events;
  std::map<ConflictKey, bool> conflicts;  // of the batch's documents that are in the database
  std::map<EpochKey, EpochState> epochs;
  std::int64_t next_event_no = 1;
  std::int64_t next_epoch_no = 1;
  std::int64_t indexed_to = 0;  // event ids up to here can be looked up by index
};

/// What is to be written. `refused`: nothing is; the documents of some agent do not go on where it stood, and the session
/// that sent them must say hello again.
struct IntakeDecision {
  std::optional<Error> refused;
  std::vector<std::size_t> events;     // documents to append to the log, in order of event_no
  std::vector<std::size_t> conflicts;  // documents to keep as conflicts
  std::vector<GapDeclared> gaps;       // those not recorded before
  std::map<TotalKey, EventTotal> totals;
};

/// Sets verdict and event_no of every document, moves `rows` on (epochs, counters) and adds exceptions to the batch.
/// A document that the agent's cursor is past already is judged by its identity like any other: the same content is a
/// duplicate, so a batch that is sent again changes nothing.
IntakeDecision decide_intake(MicroBatch& batch, IntakeRows& rows);

/// The exceptions of a document's own doubts (check_document): one per code, with the first place and how many there are.
std::vector<ExceptionRaised> exceptions_of_warnings(const IncomingDocument& incoming);

/// What is shown and traced as the document's correlation id: its own, or its event id's text.
std::string correlation_text(const std::string& correlation_id, const EventId& event_id);

}  // namespace tillsync::hub
