// The judgement over a location's business date: complete or not, may it be closed, what stands in the way. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/contract/masterdata.h"
#include "hub/reconcile/completeness.h"
#include "hub/reconcile/day_book.h"
#include "hub/reconcile/day_policy.h"

namespace tillsync::hub {

/// What an agent of the location last said about itself.
struct AgentBacklog {
  AgentId agent_id;
  std::string name, state;           // as on the Fleet page
  std::int64_t documents = 0;        // that the hub has not acknowledged
  std::int64_t oldest_unsent_s = 0;
  std::optional<Instant> last_heard;
};
struct BlockingException {
  std::string exception_id, code, owner, detail;
  Instant raised_at;
};
/// Of the day's documents, by what became of them at the ERP. open: queued, sending or retrying. Where postings are summed: collected ones
/// wait for that, summed ones are in a sum that is on its way; a sum that is unknown, refused or held counts itself, as one.
struct PostingCounts {
  std::int64_t posted = 0, open = 0, unknown = 0, refused = 0, held = 0, skipped = 0, collected = 0, summed = 0;
  bool operator==(const PostingCounts&) const = default;
};

/// Open exceptions of these codes stand in the way of closing the day: what they are about may be missing from it or wrong in it.
std::span<const std::string_view> blocking_codes();
inline constexpr std::size_t kExceptionsNamedMax = 100;  // of one day in a certificate; beyond, they are counted

struct DayFacts {
  DayKey day;
  std::optional<Location> location;  // master data
  std::map<TillId, TillFacts> tills; // with those that are listed and sent nothing
  std::vector<BlockingException> exceptions;
  std::int64_t exception_count = 0;
  PostingCounts postings;
  std::vector<AgentBacklog> agents;
  std::optional<DayLock> lock;
};

/// CONSOLE "Words".
enum class DayState : std::uint8_t {
  kRunning,   // not everything is in, and the time for it has not passed
  kBlocked,   // something is missing, or an exception or a posting stands in the way
  kDiffers,   // everything is in, and closes or sums differ
  kReady,     // may be closed
  kClosed,
  kReopened,  // was closed; its certificate no longer stands
};
std::string_view to_string(DayState state);
std::optional<DayState> parse_day_state(std::string_view text);

/// Why a day may not be closed.
struct Blocker {
  std::string code;  // close_missing, sequence_gap, sequence_doubled, close_differs, exceptions, postings_open, …_unknown, …_refused, …_held, backlog, silent
  TillId till;       // "" = not of one till
  std::string detail;
  bool operator==(const Blocker&) const = default;
};
struct DayVerdict {
  DayState state = DayState::kRunning;
  bool is_complete = false;
  bool may_close = false;
  Instant expected_at;  // when every close was or is due
  std::vector<TillVerdict> tills;
  std::vector<Blocker> blockers;
};

/// Whether the location lists this till as active on a date. Planned, closed and refitted locations list none.
bool is_listed(const std::optional<Location>& location, const TillId& till, Date business_date);
/// Adds the tills that are listed and sent nothing, and marks all that are listed.
void add_listed_tills(DayFacts& facts);

/// A backlog stands in the way only where the location lists no tills: else the closes say what is missing.
DayVerdict judge_day(const DayFacts& facts, const DayPolicy& policy, Instant now);

}  // namespace tillsync::hub
