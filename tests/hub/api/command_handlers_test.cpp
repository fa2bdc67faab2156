// /v1/agents/{id}/commands and /v1/commands.
#include <catch2/catch.hpp>

#include "hub/fleet/command_store.h"
#include "tests/hub/api/fleet_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::FleetStand;
using nlohmann::json;

TEST_CASE("commands: accepted, listed, answered, and in the agent's history", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  const json made = stand.post("/v1/agents/" + id + "/commands", {{"name", "send_logs"}, {"arguments", {{"lines", 5}}}}, 202);
  const std::string command_id = made.at("command_id");
  CHECK(made.at("status") == "waiting");
  CHECK(made.at("who") == "administrator");
  CHECK(made.at("arguments") == json{{"lines", 5}});
  CHECK(made.at("ok").is_null());
  CHECK(stand.items("/v1/agents/" + id + "/commands").at(0).at("command_id") == command_id);
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(CommandStore(connection).mark_sent(command_id, os::now()));
    TS_ASSIGN_OR_RETURN([[maybe_unused]] const bool first, CommandStore(connection).answer(command_id, AgentId(id), true, R"({"lines":["a"]})", os::now()));
    return {};
  });
  const json done = stand.get("/v1/commands/" + command_id);
  CHECK(done.at("status") == "done");
  CHECK(done.at("ok") == true);
  CHECK(done.at("result") == json{{"lines", {"a"}}});
  CHECK(stand.get("/v1/agents/" + id).at("history").back().at("what") == "answered");
  CHECK(stand.call("GET", "/v1/commands/k_nosuch").status == 404);
  CHECK(stand.call("GET", "/v1/agents/a_nosuch/commands").status == 404);
}

TEST_CASE("commands: each name is taken, told to the sync loop, by operators and above, and stands in the audit", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1"), path = "/v1/agents/" + id + "/commands";
  for (const std::string_view name : kCommandNames) {
    const std::string body = json{{"name", name}}.dump();
    CHECK(stand.call("POST", path, body, "operator").status == 202);
    CHECK(stand.call("POST", path, body, "viewer").status == 403);
    CHECK(json::parse(stand.call("GET", "/v1/audit?limit=1").body).at("items").at(0).at("action") == "POST /v1/agents/{id}/commands");
  }
  CHECK(stand.items(path).at(0).at("name") == "rotate_keys");
  CHECK(stand.call("POST", path, R"({"name":"rotate"})").body.find("rotate_keys") != std::string::npos);
}

TEST_CASE("commands: unknown ones, unknown agents, revoked agents and viewers are refused", "[api]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1"), path = "/v1/agents/" + id + "/commands";
  const auto status = [&](const std::string& body) { return stand.call("POST", path, body).status; };
  CHECK(status(R"({"name":"format_disk"})") == 422);
  CHECK(status(R"({"name":7})") == 422);
  CHECK(status("[]") == 422);
  CHECK(status(R"({"name":"verify","arguments":[]})") == 422);
  // {"x":"…"}: eight bytes around the text.
  CHECK(status(json{{"name", "verify"}, {"arguments", {{"x", std::string(kCommandArgumentsBytesMax - 8, 'x')}}}}.dump()) == 202);
  CHECK(status(json{{"name", "verify"}, {"arguments", {{"x", std::string(kCommandArgumentsBytesMax - 7, 'x')}}}}.dump()) == 422);
  CHECK(stand.call("POST", path, R"({"name":"verify"})", "viewer").status == 403);
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/commands", R"({"name":"verify"})").status == 404);
  REQUIRE(stand.call("POST", "/v1/agents/" + id + "/revoke", "{}").status == 200);
  CHECK(status(R"({"name":"verify"})") == 409);
}

TEST_CASE("commands: the same key makes one command", "[api]") {
  FleetStand stand;
  const std::string path = "/v1/agents/" + stand.enrol("key-1") + "/commands";
  const std::vector<std::string> headers = {"Idempotency-Key: the-same"};
  const auto first = stand.call("POST", path, R"({"name":"drain"})", "administrator", headers);
  const auto second = stand.call("POST", path, R"({"name":"drain"})", "administrator", headers);
  CHECK(first.body == second.body);
  CHECK(stand.items(path).size() == 1);
}
