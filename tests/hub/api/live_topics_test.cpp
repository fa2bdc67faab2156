#include "hub/api/live_topics.h"

#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("live topics: each reads an object, and the agents' changes begin empty", "[live]") {
  ApiStand stand;
  stand.add_sale("1");
  std::vector<std::string> names;
  for (LiveTopic& topic : live_topics(stand.context())) {
    names.push_back(topic.name);
    const auto content = topic.read(os::now(), true);
    REQUIRE(content);
    if (topic.is_changes) {
      CHECK_FALSE(*content);
      continue;
    }
    REQUIRE(*content);
    CHECK(json::parse(**content).is_object());
    CHECK_FALSE(json::parse(**content).contains("as_of"));
  }
  for (const char* name : {"overview", "counts", "connectors", "operations", "agents"}) CHECK(std::ranges::find(names, name) != names.end());
}

TEST_CASE("live topics: an agent that speaks is a changed row", "[live]") {
  ApiStand stand;
  for (LiveTopic& topic : live_topics(stand.context())) {
    if (topic.name != "agents") continue;
    REQUIRE(topic.read(os::now(), true));
    AgentRecord agent;
    agent.agent_id = AgentId("a_1");
    agent.public_key = "key-1";
    stand.agents.put(agent);
    const auto content = topic.read(os::now(), false);
    REQUIRE(content);
    REQUIRE(*content);
    CHECK(json::parse(**content).at("items").at(0).at("id") == "a_1");
  }
}
