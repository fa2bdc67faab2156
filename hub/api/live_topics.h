// What the live view tells: overview, agents, counts, connectors, operations, and what other parts add (alerts, roll-outs).
#pragma once

#include <vector>

#include "hub/api/api_context.h"
#include "hub/api/live_feed.h"

namespace tillsync::hub {

/// context outlives the feed. Reads on connections of the pool, one at a time.
std::vector<LiveTopic> live_topics(ApiContext& context);

}  // namespace tillsync::hub
