#include "hub/erp/connector_memory.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

TEST_CASE("connector memory: what was found is known for a while, what was not asked for is not told", "[erp]") {
  ConnectorMemory memory(seconds(60));
  const json wanted = {{"account", {"4000", "1000"}}, {"product", {"A"}}};
  CHECK(memory.known(wanted, {}) == json({{"account", json::object()}, {"product", json::object()}}));
  memory.remember({{"account", {{"4000", 6}, {"2200", 7}}}}, seconds(10));
  CHECK(memory.known(wanted, seconds(69)) == json({{"account", {{"4000", 6}}}, {"product", json::object()}}));
  CHECK(memory.known(wanted, seconds(70))["account"].empty());
  memory.remember({{"account", {{"4000", 8}}}}, seconds(70));
  CHECK(memory.known(wanted, seconds(71))["account"]["4000"] == 8);
  CHECK(memory.known({{"account", {1, nullptr}}}, {})["account"].empty());
}

TEST_CASE("connector memory: at the limit everything is asked for anew", "[erp][limits]") {
  ConnectorMemory memory(seconds(60));
  json many = json::object();
  for (std::size_t i = 0; i < kRememberedMax; ++i) many[std::to_string(i)] = i;
  memory.remember({{"product", many}}, {});
  CHECK(memory.known({{"product", {"0"}}}, {})["product"]["0"] == 0);
  memory.remember({{"product", {{"one more", 1}}}}, {});
  CHECK(memory.known({{"product", {"0", "one more"}}}, {})["product"] == json({{"one more", 1}}));
}

TEST_CASE("connector memory: a session ends by its time or by word, and each has a number", "[erp]") {
  ConnectorMemory memory(seconds(60));
  CHECK_FALSE(memory.has_session({}));
  memory.start_session({{"token", "t"}}, seconds(100));
  CHECK(memory.session(seconds(99))["token"] == "t");
  CHECK_FALSE(memory.has_session(seconds(100)));
  CHECK(memory.session_no() == 1);
  memory.start_session({{"token", "u"}}, seconds(200));
  CHECK(memory.session_no() == 2);
  memory.end_session();
  CHECK_FALSE(memory.has_session(seconds(99)));
}
