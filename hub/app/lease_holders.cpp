#include "hub/app/lease_holders.h"

#include <map>

namespace tillsync::hub {

std::vector<LeaseHolder> lease_holders(const std::vector<AgentWithStatus>& agents, Instant now, Duration heard_within) {
  std::map<std::string, std::int64_t> at_location;
  std::vector<LeaseHolder> holders;
  for (const AgentWithStatus& row : agents) {
    if (row.agent.standing != Standing::kActive) continue;
    ++at_location[row.agent.location.value];
    const bool is_heard = row.status.last_seen && now - *row.status.last_seen <= heard_within;
    holders.push_back({row.agent.agent_id, row.agent.location, is_heard, 1});
  }
  for (LeaseHolder& holder : holders) holder.agents_there = at_location[holder.location.value];
  return holders;
}

}  // namespace tillsync::hub
