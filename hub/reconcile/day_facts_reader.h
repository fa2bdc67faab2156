// Gathers everything that a day is judged by: its tills, master data, exceptions and postings. Any thread, with the connection of that thread.
#pragma once

#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent_registry.h"
#include "hub/reconcile/day_verdict.h"

namespace tillsync::hub {

/// agents: of all locations; those of the day's are taken. One view of the database is the caller's to keep.
Result<DayFacts> read_day_facts(sql::Connection& connection, const DayKey& day, const std::vector<AgentBacklog>& agents);

/// The registry's live view.
std::vector<AgentBacklog> agent_backlogs(const AgentRegistry& agents, Instant now);

}  // namespace tillsync::hub
