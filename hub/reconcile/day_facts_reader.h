// Gathers everything that a day is judged by: its tills, master data, exceptions and postings. Any thread, with the connection of that thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent_registry.h"
#include "hub/reconcile/day_verdict.h"

namespace tillsync::hub {

using BacklogsByLocation = std::map<LocationId, std::vector<AgentBacklog>>;
/// The registry's live view.
BacklogsByLocation agent_backlogs(const AgentRegistry& agents, Instant now);

/// One view of the database is the caller's to keep.
Result<DayFacts> read_day_facts(sql::Connection& connection, const DayKey& day, const BacklogsByLocation& agents);

/// What the days of one date have in common, read once for a list of them.
struct DaysOfDate {
  Date business_date;
  std::map<LocationId, Location> locations;  // of master data
  std::set<LocationId> concerned;            // those, and others of which anything came
  struct Exceptions {
    std::vector<BlockingException> first;    // at most kExceptionsNamedMax
    std::int64_t count = 0;
  };
  std::map<LocationId, Exceptions> exceptions;
};
Result<DaysOfDate> read_days_of_date(sql::Connection& connection, Date business_date);
Result<DayFacts> read_day_facts(sql::Connection& connection, const LocationId& location, const DaysOfDate& date, const BacklogsByLocation& agents);

}  // namespace tillsync::hub
