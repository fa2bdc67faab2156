// Figures and needs of the overview: one query for the tile, the list and the live view. What changes slowly (unclosed days, causes) is read again at most every few
// seconds, whoever asks. Any thread, with the connection of that thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/fleet_store.h"
#include "hub/insight/needs.h"
#include "hub/reconcile/day_policy.h"

namespace tillsync::hub {

inline constexpr Duration kDaysReadEvery = seconds(30);    // unclosed days
inline constexpr Duration kCausesReadEvery = seconds(10);  // groups of open exceptions
inline constexpr std::size_t kUnclosedDatesMax = 8;        // newest business dates with documents that are looked at
inline constexpr std::size_t kWorthRowsMax = 2'000;        // exceptions of one cause whose worth is added up
inline constexpr std::int64_t kCountsEndAt = 10'000;       // counts of postings say no more than one above

struct OverviewFigures {
  std::int64_t agents_online = 0, agents_all = 0, backlog = 0, oldest_unsent_s = 0;
  std::int64_t refused_postings = 0, exceptions_open = 0, exceptions_overdue = 0, days_unclosed = 0;
};
struct Overview {
  OverviewFigures figures;
  std::vector<OverviewNeed> needs;  // at most kNeedsMax
  std::int64_t needs_total = 0;
};
/// Sums over the agents, and those that need somebody. Agents are looked at one by one, in no order, so that nobody copies thousands of them each second.
struct AgentTally {
  std::int64_t online = 0, all = 0, backlog = 0, oldest_unsent_s = 0;
  std::vector<AgentFact> noteworthy;  // dark, missing, in conflict
  void look(const AgentRecord& agent, const AgentStatus& status, Instant now);
};
/// What the live parts of the hub say.
struct OverviewInput {
  Instant now;
  AgentTally agents;
  std::vector<BreakerFact> breakers;
  std::vector<OverviewNeed> others;
  DayPolicy days;
};

/// Counts for the live view: by status. Postings that wait or are in trouble; a count above kCountsEndAt means "more".
struct LiveCounts {
  std::map<std::string, std::int64_t> exceptions, postings;
  std::int64_t newest_exception = 0, newest_posting = 0, newest_event = 0;
  bool operator==(const LiveCounts&) const = default;
};
Result<LiveCounts> read_live_counts(sql::Connection& connection, Instant now);

/// Agents as needs and alerts see them. names: of locations. Revoked ones are left out.
std::vector<AgentFact> agent_facts(const std::vector<AgentWithStatus>& agents, const std::map<std::string, std::string>& names, Instant now);
/// By location id; "" where none is set.
Result<std::map<std::string, std::string>> read_location_names(sql::Connection& connection);

class OverviewReader {
 public:
  Result<Overview> read(sql::Connection& connection, OverviewInput input);
  /// The same for whoever asks at the same instant: the topics of one update of the live view.
  Result<LiveCounts> counts(sql::Connection& connection, Instant now);

 private:
  Result<void> refresh(sql::Connection& connection, const OverviewInput& input);

  std::mutex mutex_;  // of the remembered parts
  std::optional<Instant> days_at_, causes_at_, counts_at_;
  LiveCounts counts_;
  std::map<std::string, std::string> names_;
  std::vector<UnclosedDate> unclosed_;
  std::vector<CauseFact> causes_;
};

/// Dates whose closes are due and that are not closed everywhere, newest first.
Result<std::vector<UnclosedDate>> read_unclosed(sql::Connection& connection, const DayPolicy& policy, const std::map<std::string, std::string>& names, Instant now);

}  // namespace tillsync::hub
