#include "hub/reconcile/day_states_reader.h"

#include <algorithm>

#include "hub/reconcile/day_book.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectTills = "SELECT location, till, traded, closes, documents, doubled, unnumbered FROM till_day WHERE business_date = $1";
constexpr std::string_view kSelectLocks = "SELECT location, state FROM business_day WHERE business_date = $1";
// A number that comes late on another day fills a gap of this one.
constexpr std::string_view kCountRanges = "SELECT location, count(*), sum(last - first + 1) FROM till_sequence GROUP BY location";
constexpr std::string_view kSelectFigures = "SELECT sum(documents), sum(gross_minor), sum(tax_minor), sum(units_milli) FROM till_day_total WHERE business_date = $1 AND location = $2";
constexpr std::string_view kSelectPostings = "SELECT status, sum(postings) FROM posting_total WHERE business_date = $1 AND location = $2 AND kind <> 'summed' GROUP BY status";

struct Sketch {
  bool has_day = false, lacks_close = false, is_listed = false;
  std::optional<DayState> locked;
  std::string mark;
};
using Sketches = std::map<LocationId, Sketch>;

void add(std::string& mark, std::int64_t number) { mark += std::to_string(number) + ","; }

/// Whether what an agent says would be judged otherwise: only where no tills are listed (day_verdict.cpp).
void add_agents(std::string& mark, const std::vector<AgentBacklog>& agents, Date business_date, Instant now) {
  const Instant end{(std::int64_t{business_date.days} + 1) * kDayMicros};
  for (const AgentBacklog& agent : agents) {
    if (agent.state == "revoked") continue;
    mark += agent.documents > 0 && now - seconds(agent.oldest_unsent_s) < end ? 'b' : agent.last_heard && *agent.last_heard < end ? 's' : 'o';
  }
}

Result<Sketches> sketch(sql::Connection& connection, const DaysOfDate& days) {
  Sketches sketches;
  const std::int64_t date = days.business_date.days;
  std::map<LocationId, std::map<std::string, bool>> closed;  // location → till → has a close
  TS_RETURN_IF_ERROR(connection.query(kSelectTills, {date}, [&](const Row& row) {
    const LocationId location(std::string(row.text(0)));
    Sketch& one = sketches[location];
    one.has_day = true;
    closed[location][std::string(row.text(1))] = row.integer(3) > 0;
    if (row.integer(2) > 0 && row.integer(3) == 0) one.lacks_close = true;
    one.mark += row.text(1);
    for (int column = 2; column <= 6; ++column) add(one.mark, row.integer(column));
  }));
  for (const auto& [id, location] : days.locations) {
    if (location.tills.empty()) continue;
    const std::optional<Location> known(location);
    for (const LocationTill& till : location.tills) {
      if (!is_listed(known, till.id, days.business_date)) continue;
      Sketch& one = sketches[id];
      one.has_day = one.is_listed = true;
      one.mark += "/" + till.id.value;
      if (!closed.contains(id) || !closed[id][till.id.value]) one.lacks_close = true;
    }
  }
  TS_RETURN_IF_ERROR(connection.query(kSelectLocks, {date}, [&sketches](const Row& row) {
    Sketch& one = sketches[LocationId(std::string(row.text(0)))];
    one.has_day = true;
    one.locked = row.text(1) == to_string(DayLockState::kClosed) ? DayState::kClosed : DayState::kReopened;
  }));
  TS_RETURN_IF_ERROR(connection.query(kCountRanges, {}, [&sketches](const Row& row) {
    const auto one = sketches.find(LocationId(std::string(row.text(0))));
    if (one == sketches.end()) return;
    add(one->second.mark, row.integer(1));
    add(one->second.mark, row.integer(2));
  }));
  for (const auto& [location, found] : days.exceptions)
    if (const auto one = sketches.find(location); one != sketches.end()) one->second.mark += "x" + std::to_string(found.count);
  return sketches;
}

/// What only those need to be read of that are judged in full.
Result<void> add_figures(sql::Connection& connection, const LocationId& location, Date business_date, std::string& mark) {
  const std::int64_t date = business_date.days;
  TS_RETURN_IF_ERROR(connection.query(kSelectFigures, {date, location.view()}, [&mark](const Row& row) {
    for (int column = 0; column < 4; ++column) add(mark, row.is_null(column) ? 0 : row.integer(column));
  }));
  return connection.query(kSelectPostings, {date, location.view()}, [&mark](const Row& row) {
    mark += row.text(0);
    add(mark, row.integer(1));
  });
}

}  // namespace

Result<std::shared_ptr<const DayStates>> DayStatesReader::read(sql::Connection& connection, Date business_date, const BacklogsByLocation& agents, const DayPolicy& policy,
                                                               Instant now) {
  std::map<LocationId, Judged> before;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = dates_.find(business_date); known != dates_.end()) {
      const auto& standing = known->second.standing;
      if (standing && standing->rows.size() > kDaysAtOnceMax && now - standing->as_of < kDayStatesStand && now >= standing->as_of) return standing;
      before = known->second.judged;
    }
  }
  TS_ASSIGN_OR_RETURN(const DaysOfDate days, read_days_of_date(connection, business_date));
  TS_ASSIGN_OR_RETURN(Sketches sketches, sketch(connection, days));
  const bool is_due = now >= closes_expected_at(business_date, policy);
  std::map<LocationId, Judged> judged;
  auto states = std::make_shared<DayStates>();
  states->as_of = now;
  for (auto& [location, one] : sketches) {
    if (!one.has_day) continue;
    DayState state = is_due ? DayState::kBlocked : DayState::kRunning;
    if (one.locked) {
      state = *one.locked;
    } else if (!one.lacks_close) {
      one.mark += is_due ? "d" : "r";
      if (const auto heard = agents.find(location); !one.is_listed && heard != agents.end()) add_agents(one.mark, heard->second, business_date, now);
      TS_RETURN_IF_ERROR(add_figures(connection, location, business_date, one.mark));
      const auto known = before.find(location);
      if (known != before.end() && known->second.mark == one.mark) {
        state = known->second.state;
      } else {
        TS_ASSIGN_OR_RETURN(const DayFacts facts, read_day_facts(connection, location, days, agents));
        state = judge_day(facts, policy, now).state;
      }
      judged[location] = {std::move(one.mark), state};
    }
    states->rows.push_back({location, state});
  }
  const std::lock_guard lock(mutex_);
  while (dates_.size() >= kDayStatesDatesMax && !dates_.contains(business_date)) dates_.erase(dates_.begin());
  dates_[business_date] = {std::move(judged), states};
  return states;
}

void DayStatesReader::forget(Date business_date) {
  const std::lock_guard lock(mutex_);
  if (const auto known = dates_.find(business_date); known != dates_.end()) known->second.standing.reset();
}

}  // namespace tillsync::hub
