// Which agents may hold leases by policy: everyone that may speak, with whether it was heard of late. Pure.
#pragma once

#include <vector>

#include "hub/fleet/fleet_store.h"
#include "hub/reservations/lease_plan.h"

namespace tillsync::hub {

/// In the order of `agents`. heard_within: silence beyond which an agent counts as dark.
std::vector<LeaseHolder> lease_holders(const std::vector<AgentWithStatus>& agents, Instant now, Duration heard_within);

}  // namespace tillsync::hub
