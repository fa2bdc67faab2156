#include "hub/reconcile/day_facts_reader.h"

#include <algorithm>

#include "hub/masterdata/masterdata_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/reconcile/day_reader.h"
#include "hub/reconcile/day_store.h"

namespace tillsync::hub {
namespace {

using sql::Row;

// What has no business date (bytes that do not decode, lost documents) stands in the way of every day up to the one on which it was found.
// The codes are those of blocking_codes().
const std::string kSelectExceptions =
    "SELECT x.exception_id, x.code, x.owner, x.detail, x.raised_at, x.location FROM exception_case x LEFT JOIN event e ON e.event_no = x.event_no"
    " WHERE x.status = 'open' AND x.code IN ('sum_mismatch', 'tax_mismatch', 'conflict', 'opaque_document', 'gap', 'unknown_critical')"
    " AND (e.business_date = $1 OR (e.business_date IS NULL AND x.raised_at >= $2))";
const std::string kSelectAllExceptions = kSelectExceptions + " ORDER BY x.exception_no";
const std::string kSelectExceptionsOf = kSelectExceptions + " AND x.location = $3 ORDER BY x.exception_no";

/// location empty = all.
Result<std::map<LocationId, DaysOfDate::Exceptions>> read_exceptions(sql::Connection& connection, const LocationId& location, Date business_date) {
  std::map<LocationId, DaysOfDate::Exceptions> found;
  const std::int64_t date = business_date.days;
  const auto codes = blocking_codes();
  std::vector<sql::Param> params = {date, date * kDayMicros};
  if (!location.empty()) params.emplace_back(location.view());
  TS_RETURN_IF_ERROR(connection.query(location.empty() ? kSelectAllExceptions : kSelectExceptionsOf, params, [&](const Row& row) {
    if (std::ranges::find(codes, row.text(1)) == codes.end()) return;
    DaysOfDate::Exceptions& one = found[LocationId(std::string(row.text(5)))];
    if (++one.count > static_cast<std::int64_t>(kExceptionsNamedMax)) return;
    one.first.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), Instant{row.integer(4)}});
  }));
  return found;
}

Result<void> count_postings(sql::Connection& connection, DayFacts& facts) {
  TS_ASSIGN_OR_RETURN(const auto rows, PostingReader(connection).totals(facts.day.location, facts.day.business_date));
  PostingCounts& counts = facts.postings;
  for (const PostingTotalRow& row : rows) {
    // A sum of documents whose own postings are counted; only they do not tell that it went wrong.
    if (row.kind == "summed" && row.status != PostingStatus::kUnknown && row.status != PostingStatus::kRefused && row.status != PostingStatus::kHeld) continue;
    switch (row.status) {
      case PostingStatus::kCollected: counts.collected += row.postings; break;
      case PostingStatus::kSummed: counts.summed += row.postings; break;
      case PostingStatus::kPosted: counts.posted += row.postings; break;
      case PostingStatus::kUnknown: counts.unknown += row.postings; break;
      case PostingStatus::kRefused: counts.refused += row.postings; break;
      case PostingStatus::kHeld: counts.held += row.postings; break;
      case PostingStatus::kSkipped: counts.skipped += row.postings; break;
      default: counts.open += row.postings; break;  // waits for something, or is on its way
    }
  }
  return {};
}

}  // namespace

Result<DayFacts> read_day_facts(sql::Connection& connection, const LocationId& location, const DaysOfDate& date, const BacklogsByLocation& agents) {
  DayFacts facts;
  facts.day = {location, date.business_date};
  if (const auto known = date.locations.find(location); known != date.locations.end()) facts.location = known->second;
  TS_ASSIGN_OR_RETURN(facts.tills, DayReader(connection).tills(facts.day));
  add_listed_tills(facts);
  if (const auto found = date.exceptions.find(location); found != date.exceptions.end()) {
    facts.exceptions = found->second.first;
    facts.exception_count = found->second.count;
  }
  TS_RETURN_IF_ERROR(count_postings(connection, facts));
  if (const auto heard = agents.find(location); heard != agents.end()) facts.agents = heard->second;
  TS_ASSIGN_OR_RETURN(facts.lock, load_day_lock(connection, facts.day));
  return facts;
}

Result<DayFacts> read_day_facts(sql::Connection& connection, const DayKey& day, const BacklogsByLocation& agents) {
  DaysOfDate date;
  date.business_date = day.business_date;
  TS_ASSIGN_OR_RETURN(auto location, MasterdataReader(connection).location(day.location));
  if (location) date.locations.emplace(day.location, std::move(*location));
  TS_ASSIGN_OR_RETURN(date.exceptions, read_exceptions(connection, day.location, day.business_date));
  return read_day_facts(connection, day.location, date, agents);
}

Result<DaysOfDate> read_days_of_date(sql::Connection& connection, Date business_date) {
  DaysOfDate date;
  date.business_date = business_date;
  TS_ASSIGN_OR_RETURN(date.concerned, DayReader(connection).locations(business_date));
  TS_ASSIGN_OR_RETURN(auto locations, MasterdataReader(connection).locations());
  for (Location& location : locations) {
    date.concerned.insert(location.id);
    const LocationId id = location.id;
    date.locations.emplace(id, std::move(location));
  }
  TS_ASSIGN_OR_RETURN(date.exceptions, read_exceptions(connection, {}, business_date));
  return date;
}

BacklogsByLocation agent_backlogs(const AgentRegistry& agents, Instant now) {
  BacklogsByLocation backlogs;
  for (const AgentWithStatus& row : agents.all())
    backlogs[row.agent.location].push_back({row.agent.agent_id, row.agent.name, std::string(to_string(agent_state(row.agent.standing, row.status, now))), row.status.backlog,
                                            row.status.oldest_unsent_s, row.status.last_seen});
  return backlogs;
}

}  // namespace tillsync::hub
