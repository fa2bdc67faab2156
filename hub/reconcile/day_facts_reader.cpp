#include "hub/reconcile/day_facts_reader.h"

#include <algorithm>

#include "hub/masterdata/masterdata_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/reconcile/day_reader.h"
#include "hub/reconcile/day_store.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::int64_t kDayMicros = std::int64_t{86'400} * 1'000'000;
// What has no business date (bytes that do not decode, lost documents) stands in the way of every day up to the one on which it was found.
constexpr std::string_view kSelectExceptions =
    "SELECT x.exception_id, x.code, x.owner, x.detail, x.raised_at FROM exception_case x LEFT JOIN event e ON e.event_no = x.event_no"
    " WHERE x.status = 'open' AND x.location = $1 AND (e.business_date = $2 OR (e.business_date IS NULL AND x.raised_at >= $3)) ORDER BY x.exception_no";

Result<void> read_exceptions(sql::Connection& connection, DayFacts& facts) {
  const std::int64_t date = facts.day.business_date.days;
  const auto codes = blocking_codes();
  return connection.query(kSelectExceptions, {facts.day.location.view(), date, date * kDayMicros}, [&](const Row& row) {
    if (std::ranges::find(codes, row.text(1)) == codes.end()) return;
    if (++facts.exception_count > static_cast<std::int64_t>(kExceptionsNamedMax)) return;
    facts.exceptions.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), Instant{row.integer(4)}});
  });
}

Result<void> count_postings(sql::Connection& connection, DayFacts& facts) {
  TS_ASSIGN_OR_RETURN(const auto rows, PostingReader(connection).totals(facts.day.location, facts.day.business_date));
  PostingCounts& counts = facts.postings;
  for (const PostingTotalRow& row : rows) {
    switch (row.status) {
      case PostingStatus::kPosted: counts.posted += row.postings; break;
      case PostingStatus::kQueued:
      case PostingStatus::kSending:
      case PostingStatus::kRetrying: counts.open += row.postings; break;
      case PostingStatus::kUnknown: counts.unknown += row.postings; break;
      case PostingStatus::kRefused: counts.refused += row.postings; break;
      case PostingStatus::kHeld: counts.held += row.postings; break;
      case PostingStatus::kSkipped: counts.skipped += row.postings; break;
    }
  }
  return {};
}

}  // namespace

Result<DayFacts> read_day_facts(sql::Connection& connection, const DayKey& day, const std::vector<AgentBacklog>& agents) {
  DayFacts facts;
  facts.day = day;
  TS_ASSIGN_OR_RETURN(facts.location, MasterdataReader(connection).location(day.location));
  TS_ASSIGN_OR_RETURN(facts.tills, DayReader(connection).tills(day));
  add_listed_tills(facts);
  TS_RETURN_IF_ERROR(read_exceptions(connection, facts));
  TS_RETURN_IF_ERROR(count_postings(connection, facts));
  std::ranges::copy_if(agents, std::back_inserter(facts.agents), [&day](const AgentBacklog& agent) { return agent.location == day.location; });
  TS_ASSIGN_OR_RETURN(facts.lock, load_day_lock(connection, day));
  return facts;
}

std::vector<AgentBacklog> agent_backlogs(const AgentRegistry& agents, Instant now) {
  std::vector<AgentBacklog> backlogs;
  for (const AgentWithStatus& row : agents.all())
    backlogs.push_back({row.agent.agent_id, row.agent.location, row.agent.name, std::string(to_string(agent_state(row.agent.standing, row.status, now))), row.status.backlog,
                        row.status.oldest_unsent_s, row.status.last_seen});
  return backlogs;
}

}  // namespace tillsync::hub
