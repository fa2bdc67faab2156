#include "hub/app/lease_holders.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("lease holders: whoever may speak, with its silence and its neighbours", "[app][leases]") {
  const Instant now{1'800'000'000'000'000};
  const auto agent = [&](std::string id, std::string location, Standing standing, std::optional<std::int64_t> silence_s) {
    AgentWithStatus row;
    row.agent.agent_id = AgentId(std::move(id));
    row.agent.location = LocationId(std::move(location));
    row.agent.standing = standing;
    if (silence_s) row.status.last_seen = now - seconds(*silence_s);
    return row;
  };
  const auto holders = lease_holders({agent("a", "GB", Standing::kActive, 60), agent("b", "GB", Standing::kActive, 61), agent("c", "DE", Standing::kActive, std::nullopt),
                                      agent("d", "GB", Standing::kRevoked, 1), agent("e", "GB", Standing::kConflict, 1)},
                                     now, seconds(60));
  REQUIRE(holders.size() == 3);
  CHECK(holders[0].is_heard);
  CHECK_FALSE(holders[1].is_heard);
  CHECK_FALSE(holders[2].is_heard);
  CHECK(holders[0].agents_there == 2);
  CHECK(holders[2].agents_there == 1);
}
