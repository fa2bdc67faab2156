// /v1/config-revisions, /v1/config-schema and /v1/agents/{id}/config.
#include <catch2/catch.hpp>

#include "tests/hub/api/fleet_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::FleetStand;
using nlohmann::json;

TEST_CASE("configuration: the schema says what can be set, and nothing else can", "[api]") {
  FleetStand stand;
  const json schema = stand.items("/v1/config-schema");
  REQUIRE(schema.size() == 2);
  CHECK(schema.at(0).at("key") == "data.max_megabytes");
  CHECK(schema.at(0).at("min") == 10);
  CHECK(schema.at(1).at("values").size() == 4);
  const auto status = [&](const json& settings) { return stand.call("POST", "/v1/config-revisions", json{{"settings", settings}}.dump()).status; };
  CHECK(status({{"data.max_megabytes", 10}}) == 201);
  CHECK(status({{"data.max_megabytes", 9}}) == 422);
  CHECK(status({{"data.max_megabytes", 1'000'000}}) == 201);
  CHECK(status({{"data.max_megabytes", 1'000'001}}) == 422);
  CHECK(status({{"data.max_megabytes", "10"}}) == 422);
  CHECK(status({{"log.level", "loud"}}) == 422);
  CHECK(status({{"hub.endpoints", {"tcp://elsewhere:7001"}}}) == 422);  // no way back
  CHECK(status(json::object()) == 201);
  CHECK(status("x") == 422);
}

TEST_CASE("configuration: revisions are numbered, listed newest first and shown", "[api]") {
  FleetStand stand;
  CHECK(stand.post("/v1/config-revisions", {{"settings", {{"log.level", "debug"}}}, {"note", "look at Leeds"}}, 201).at("revision") == 1);
  CHECK(stand.post("/v1/config-revisions", {{"settings", json::object()}}, 201).at("revision") == 2);
  const json page = stand.get("/v1/config-revisions?limit=1");
  CHECK(page.at("items").at(0).at("revision") == 2);
  CHECK(stand.get("/v1/config-revisions?limit=1&after=" + page.at("next").get<std::string>()).at("items").at(0).at("note") == "look at Leeds");
  CHECK(stand.get("/v1/config-revisions/1").at("settings") == json{{"log.level", "debug"}});
  CHECK(stand.call("GET", "/v1/config-revisions/3").status == 404);
  CHECK(stand.call("GET", "/v1/config-revisions/x").status == 404);
  CHECK(stand.call("POST", "/v1/config-revisions", json{{"settings", json::object()}, {"note", std::string(1'000, 'n')}}.dump()).status == 201);
  CHECK(stand.call("POST", "/v1/config-revisions", json{{"settings", json::object()}, {"note", std::string(1'001, 'n')}}.dump()).status == 422);
  CHECK(stand.call("POST", "/v1/config-revisions", R"({"settings":{}})", "operator").status == 403);
}

TEST_CASE("configuration: one agent is given a revision, and shows when it has it", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  stand.post("/v1/config-revisions", {{"settings", {{"log.level", "debug"}}}}, 201);
  CHECK(stand.get("/v1/agents/" + id).at("revision_wanted").is_null());
  const json given = stand.post("/v1/agents/" + id + "/config", {{"revision", 1}}, 200);
  CHECK(given.at("revision_before") == 0);
  CHECK(stand.get("/v1/agents/" + id).at("revision_wanted") == 1);
  CHECK(stand.get("/v1/agents/" + id).at("history").back().at("what") == "config");
  stand.tells("key-1", 0, "0.1.0", 1, 5);
  CHECK(stand.get("/v1/agents/" + id).at("revision") == 1);
  CHECK(stand.get("/v1/agents/" + id).at("config_error").is_null());
  stand.tells("key-1", 0, "0.1.0", 0, 6);  // told to go by agent.toml alone
  CHECK(stand.get("/v1/agents/" + id).at("revision") == 0);
  CHECK(stand.call("POST", "/v1/agents/" + id + "/config", R"({"revision":7})").status == 404);
  CHECK(stand.call("POST", "/v1/agents/" + id + "/config", R"({"revision":-1})").status == 422);
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/config", R"({"revision":1})").status == 404);
  CHECK(stand.post("/v1/agents/" + id + "/config", {{"revision", 0}}, 200).at("revision_before") == 1);
}

TEST_CASE("configuration: an agent that refused its first one has none; one that refused a later one keeps the last good one", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  const auto shown = [&] { return stand.get("/v1/agents/" + id); };
  CHECK(shown().at("revision").is_null());
  AgentStatus said;
  said.config_item = 5;
  said.config_error = "log.level is fixed on this machine by an environment variable";
  stand.agents.set_status("key-1", said, "0.1.0", os::now());
  CHECK(shown().at("revision").is_null());
  CHECK(shown().at("config_error").get<std::string>().starts_with("log.level"));
  CHECK(stand.items("/v1/agents").at(0).at("revision").is_null());
  said.config_item = 6;
  said.config_revision = 2;
  stand.agents.set_status("key-1", said, "0.1.0", os::now());
  CHECK(shown().at("revision") == 2);
}
