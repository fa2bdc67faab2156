#include "hub/insight/overview_reader.h"

#include <algorithm>

#include "common/base/decimal.h"
#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/cause_reader.h"

namespace tillsync::hub {
namespace {

using sql::Row;

// The indexes are named, since each second of the live view asks: left to itself SQLite goes through those by due time, and reads the row of every open case for its assignee.
constexpr std::string_view kCountOpenCases = "SELECT count(*) FROM exception_case INDEXED BY exception_case_open WHERE status = 'open'";
constexpr std::string_view kCountAssigned = "SELECT count(*) FROM exception_case INDEXED BY exception_case_assigned WHERE status = 'open' AND assignee <> ''";
constexpr std::string_view kCountOverdue = "SELECT count(*) FROM exception_case WHERE status = 'open' AND due_at < $1";
constexpr std::string_view kCountTrouble = "SELECT count(*) FROM (SELECT 1 FROM posting WHERE status = $1 AND status IN ('retrying', 'unknown', 'refused', 'held') LIMIT $2)";
constexpr std::string_view kCountWaiting = "SELECT count(*) FROM (SELECT 1 FROM posting WHERE status IN ('queued', 'retrying', 'unknown') LIMIT $1)";
constexpr std::string_view kSelectNewest =
    "SELECT coalesce((SELECT max(exception_no) FROM exception_case), 0), coalesce((SELECT max(posting_no) FROM posting), 0), coalesce((SELECT max(event_no) FROM event), 0)";
constexpr std::string_view kSelectAcknowledged = "SELECT need_id, who FROM need_acknowledgement";
constexpr std::string_view kSelectNames = "SELECT location, coalesce(json_extract(document, '$.name'), '') FROM location";
constexpr std::string_view kSelectDateBefore = "SELECT max(business_date) FROM till_day WHERE business_date <= $1";
constexpr std::string_view kSelectLocationsOfDate = "SELECT DISTINCT location FROM till_day WHERE business_date = $1";
constexpr std::string_view kSelectClosedOfDate = "SELECT location FROM business_day WHERE business_date = $1 AND state = 'closed'";
// A document's posting has the number 2 × event_no.
constexpr std::string_view kSelectWorth =
    "SELECT p.currency, sum(abs(p.gross_minor)) FROM (SELECT event_no FROM exception_case WHERE status = 'open' AND cause_key = $1 AND code = $2 AND event_no IS NOT NULL LIMIT $3) x"
    " JOIN posting p ON p.posting_no = 2 * x.event_no WHERE p.currency <> '' GROUP BY p.currency HAVING sum(abs(p.gross_minor)) > 0";

Result<std::int64_t> one_number(sql::Connection& connection, std::string_view query, std::initializer_list<sql::Param> params) {
  std::int64_t number = 0;
  TS_RETURN_IF_ERROR(connection.query(query, params, [&number](const Row& row) { number = row.is_null(0) ? -1 : row.integer(0); }));
  return number;
}

Result<std::vector<CauseFact>> read_causes(sql::Connection& connection) {
  CauseFilter filter;
  filter.limit = kNeedsMax;
  TS_ASSIGN_OR_RETURN(const CausePage page, CauseReader(connection).causes(filter));
  std::vector<CauseFact> causes;
  for (const CauseGroup& group : page.causes) {
    CauseFact& cause = causes.emplace_back();
    cause.code = group.code;
    cause.title = catalogue_entry(group.code).title;
    cause.cause_key = group.cause_key;
    cause.owner = group.owner;
    cause.open = group.open;
    cause.due_at = group.due_at;
    TS_RETURN_IF_ERROR(connection.query(kSelectWorth, {std::string_view(group.cause_key), std::string_view(group.code), static_cast<std::int64_t>(kWorthRowsMax)}, [&cause](const Row& row) {
      const std::string currency(row.text(0));
      cause.worth[currency] = format_amount(Amount{row.integer(1)}, currency);
    }));
  }
  return causes;
}

}  // namespace

Result<LiveCounts> read_live_counts(sql::Connection& connection, Instant now) {
  LiveCounts counts;
  TS_ASSIGN_OR_RETURN(counts.exceptions["open"], one_number(connection, kCountOpenCases, {}));
  TS_ASSIGN_OR_RETURN(counts.exceptions["assigned"], one_number(connection, kCountAssigned, {}));
  TS_ASSIGN_OR_RETURN(counts.exceptions["overdue"], one_number(connection, kCountOverdue, {now.micros}));
  for (const char* status : {"retrying", "unknown", "refused", "held"}) {
    TS_ASSIGN_OR_RETURN(counts.postings[status], one_number(connection, kCountTrouble, {std::string_view(status), kCountsEndAt + 1}));
  }
  TS_ASSIGN_OR_RETURN(const std::int64_t waiting, one_number(connection, kCountWaiting, {kCountsEndAt + 1}));
  counts.postings["queued"] = waiting > kCountsEndAt ? waiting : std::max<std::int64_t>(0, waiting - counts.postings["retrying"] - counts.postings["unknown"]);
  TS_RETURN_IF_ERROR(connection.query(kSelectNewest, {}, [&counts](const Row& row) {
    counts.newest_exception = row.integer(0);
    counts.newest_posting = row.integer(1);
    counts.newest_event = row.integer(2);
  }));
  return counts;
}

namespace {

/// What a dark store held when it was last heard has grown older since.
std::int64_t oldest_unsent_s_of(AgentState state, const AgentStatus& status, Instant now) {
  const bool is_silent = state == AgentState::kDark || state == AgentState::kMissing;
  return status.oldest_unsent_s + (is_silent && status.backlog > 0 && status.last_seen ? (now - *status.last_seen).micros / 1'000'000 : 0);
}

AgentFact agent_fact(const AgentRecord& agent, const AgentStatus& status, AgentState state, Instant now) {
  AgentFact fact;
  fact.agent_id = agent.agent_id.value;
  fact.name = agent.name;
  fact.location = agent.location.value;
  fact.state = state;
  fact.last_seen = status.last_seen;
  fact.backlog = status.backlog;
  fact.oldest_unsent_s = oldest_unsent_s_of(state, status, now);
  fact.disk_free_bytes = status.disk_free_bytes;
  fact.clock_skew = status.clock_skew;
  return fact;
}

void add_location_name(AgentFact& fact, const std::map<std::string, std::string>& names) {
  if (const auto name = names.find(fact.location); name != names.end()) fact.location_name = name->second;
}

}  // namespace

std::vector<AgentFact> agent_facts(const std::vector<AgentWithStatus>& agents, const std::map<std::string, std::string>& names, Instant now) {
  std::vector<AgentFact> facts;
  facts.reserve(agents.size());
  for (const AgentWithStatus& row : agents) {
    if (row.agent.standing == Standing::kRevoked) continue;
    facts.push_back(agent_fact(row.agent, row.status, agent_state(row.agent.standing, row.status, now), now));
    add_location_name(facts.back(), names);
  }
  return facts;
}

void AgentTally::look(const AgentRecord& agent, const AgentStatus& status, Instant now) {
  if (agent.standing == Standing::kRevoked) return;
  const AgentState state = agent_state(agent.standing, status, now);
  ++all;
  if (state == AgentState::kOnline || state == AgentState::kDraining) ++online;
  backlog += status.backlog;
  if (status.backlog > 0) oldest_unsent_s = std::max(oldest_unsent_s, oldest_unsent_s_of(state, status, now));
  if (state == AgentState::kDark || state == AgentState::kMissing || state == AgentState::kConflict) noteworthy.push_back(agent_fact(agent, status, state, now));
}

Result<std::map<std::string, std::string>> read_location_names(sql::Connection& connection) {
  std::map<std::string, std::string> names;
  TS_RETURN_IF_ERROR(connection.query(kSelectNames, {}, [&names](const Row& row) { names[std::string(row.text(0))] = row.text(1); }));
  return names;
}

Result<std::vector<UnclosedDate>> read_unclosed(sql::Connection& connection, const DayPolicy& policy, const std::map<std::string, std::string>& names, Instant now) {
  std::vector<UnclosedDate> found;
  std::int64_t date = date_of(now).days;
  while (date > 0 && closes_expected_at(Date{static_cast<std::int32_t>(date)}, policy) > now) --date;
  for (std::size_t looked = 0; looked < kUnclosedDatesMax; ++looked) {
    TS_ASSIGN_OR_RETURN(date, one_number(connection, kSelectDateBefore, {date}));
    if (date <= 0) break;
    UnclosedDate day;
    day.date = Date{static_cast<std::int32_t>(date)};
    day.expected_at = closes_expected_at(day.date, policy);
    std::vector<std::string> closed;
    TS_RETURN_IF_ERROR(connection.query(kSelectClosedOfDate, {date}, [&closed](const Row& row) { closed.emplace_back(row.text(0)); }));
    std::ranges::sort(closed);
    TS_RETURN_IF_ERROR(connection.query(kSelectLocationsOfDate, {date}, [&](const Row& row) {
      ++day.all;
      const std::string location(row.text(0));
      if (std::ranges::binary_search(closed, location)) return;
      ++day.locations;
      if (day.named.size() >= kUnclosedNamedMax) return;
      const auto name = names.find(location);
      day.named.push_back(name == names.end() || name->second.empty() ? location : name->second);
    }));
    if (day.locations > 0) found.push_back(std::move(day));
    --date;
  }
  return found;
}

Result<void> OverviewReader::refresh(sql::Connection& connection, const OverviewInput& input) {
  if (!days_at_ || input.now - *days_at_ >= kDaysReadEvery || input.now < *days_at_) {
    TS_ASSIGN_OR_RETURN(names_, read_location_names(connection));
    TS_ASSIGN_OR_RETURN(unclosed_, read_unclosed(connection, input.days, names_, input.now));
    days_at_ = input.now;
  }
  if (!causes_at_ || input.now - *causes_at_ >= kCausesReadEvery || input.now < *causes_at_) {
    TS_ASSIGN_OR_RETURN(causes_, read_causes(connection));
    causes_at_ = input.now;
  }
  return {};
}

Result<LiveCounts> OverviewReader::counts(sql::Connection& connection, Instant now) {
  const std::lock_guard lock(mutex_);
  if (counts_at_ != now) {
    TS_ASSIGN_OR_RETURN(counts_, read_live_counts(connection, now));
    counts_at_ = now;
  }
  return counts_;
}

Result<Overview> OverviewReader::read(sql::Connection& connection, OverviewInput input) {
  NeedFacts facts;
  facts.now = input.now;
  {
    const std::lock_guard lock(mutex_);
    TS_RETURN_IF_ERROR(refresh(connection, input));
    for (AgentFact& agent : input.agents.noteworthy) add_location_name(agent, names_);
    facts.causes = causes_;
    facts.unclosed = unclosed_;
  }
  facts.agents = std::move(input.agents.noteworthy);
  std::ranges::sort(facts.agents, {}, &AgentFact::agent_id);
  facts.breakers = std::move(input.breakers);
  facts.others = std::move(input.others);
  TS_RETURN_IF_ERROR(connection.query(kSelectAcknowledged, {}, [&facts](const Row& row) { facts.acknowledged[std::string(row.text(0))] = row.text(1); }));

  Overview overview;
  OverviewFigures& figures = overview.figures;
  figures.agents_all = input.agents.all;
  figures.agents_online = input.agents.online;
  figures.backlog = input.agents.backlog;
  figures.oldest_unsent_s = input.agents.oldest_unsent_s;
  TS_ASSIGN_OR_RETURN(const LiveCounts live, counts(connection, input.now));
  figures.refused_postings = live.postings.at("refused");
  figures.exceptions_open = live.exceptions.at("open");
  figures.exceptions_overdue = live.exceptions.at("overdue");
  for (const UnclosedDate& day : facts.unclosed) figures.days_unclosed += day.locations;
  overview.needs = build_needs(facts);
  overview.needs_total = static_cast<std::int64_t>(overview.needs.size());
  if (overview.needs.size() > kNeedsMax) overview.needs.resize(kNeedsMax);
  return overview;
}

}  // namespace tillsync::hub
