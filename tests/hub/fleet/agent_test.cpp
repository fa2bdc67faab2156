#include "hub/fleet/agent.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("agent state: silence makes dark, then missing, at the limit", "[fleet]") {
  const Instant now{50'000'000'000'000};
  AgentStatus status;
  CHECK(agent_state(Standing::kActive, status, now) == AgentState::kWaiting);
  status.last_seen = now - kDarkAfter + Duration{1};
  CHECK(agent_state(Standing::kActive, status, now) == AgentState::kOnline);
  status.last_seen = now - kDarkAfter;
  CHECK(agent_state(Standing::kActive, status, now) == AgentState::kDark);
  status.last_seen = now - kMissingAfter + Duration{1};
  CHECK(agent_state(Standing::kActive, status, now) == AgentState::kDark);
  status.last_seen = now - kMissingAfter;
  CHECK(agent_state(Standing::kActive, status, now) == AgentState::kMissing);
}

TEST_CASE("agent state: an old backlog is draining, a fresh one is not", "[fleet]") {
  AgentStatus status;
  status.last_seen = Instant{};
  status.backlog = 5;
  status.oldest_unsent_s = kDrainingFromSeconds - 1;
  CHECK(agent_state(Standing::kActive, status, Instant{}) == AgentState::kOnline);
  status.oldest_unsent_s = kDrainingFromSeconds;
  CHECK(agent_state(Standing::kActive, status, Instant{}) == AgentState::kDraining);
}

TEST_CASE("agent state: a ruling stands above what is observed", "[fleet]") {
  AgentStatus status;
  status.last_seen = Instant{};
  CHECK(agent_state(Standing::kRevoked, status, Instant{}) == AgentState::kRevoked);
  CHECK(agent_state(Standing::kConflict, status, Instant{}) == AgentState::kConflict);
  CHECK(to_string(AgentState::kDraining) == "draining");
}

TEST_CASE("standing: texts go there and back, others are nothing", "[fleet]") {
  for (const auto standing : {Standing::kActive, Standing::kRevoked, Standing::kConflict}) {
    CHECK(parse_standing(to_string(standing)) == standing);
  }
  CHECK(!parse_standing("Active"));
}

TEST_CASE("agent id: follows from the key alone", "[fleet]") {
  CHECK(agent_id_of("k") == agent_id_of("k"));
  CHECK(agent_id_of("k") != agent_id_of("l"));
}
