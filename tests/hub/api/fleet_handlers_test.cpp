// /v1/agents and /v1/enrolment-tokens.
#include <catch2/catch.hpp>

#include "hub/exceptions/exception_store.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

std::string create_token(ApiStand& stand) {
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  return json::parse(stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})").body).at("token");
}

std::string enrol(ApiStand& stand, const std::string& token) {
  std::string id;
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto decision, FleetStore(connection).enrol({"key-1", "till pc", "0.1.0"}, token, os::now()));
    REQUIRE(decision.is_granted());
    id = decision.agent.agent_id.value;
    stand.agents.put(decision.agent);
    return {};
  });
  return id;
}

}  // namespace

TEST_CASE("enrolment tokens: shown once, listed without their secret", "[api]") {
  ApiStand stand;
  const std::string token = create_token(stand);
  const auto list = stand.call("GET", "/v1/enrolment-tokens");
  CHECK(list.body.find(token) == std::string::npos);
  const json row = json::parse(list.body).at("items").at(0);
  CHECK(row.at("uses") == 0);
  CHECK(row.at("uses_max") == 1);
  CHECK(row.at("created_by") == "administrator");
  enrol(stand, token);
  CHECK(stand.items("/v1/enrolment-tokens").at(0).at("uses") == 1);
}

TEST_CASE("enrolment tokens: bounds and unknown locations are refused", "[api]") {
  ApiStand stand;
  create_token(stand);
  const auto status = [&](const json& body) { return stand.call("POST", "/v1/enrolment-tokens", body.dump()).status; };
  CHECK(status({{"location", "XX"}}) == 422);
  CHECK(status({{"location", 7}}) == 422);
  CHECK(status(json::object()) == 422);
  for (const char* name : {"uses", "valid_s"}) {
    const std::int64_t max = std::string(name) == "uses" ? 100'000 : 365 * 86'400;
    CHECK(status({{"location", "GB"}, {name, 0}}) == 422);
    CHECK(status({{"location", "GB"}, {name, max + 1}}) == 422);
    CHECK(status({{"location", "GB"}, {name, "1"}}) == 422);
    CHECK(status({{"location", "GB"}, {name, max}}) == 201);
  }
}

TEST_CASE("agents: listed and shown with what they last said; revoked at once, with who and why", "[api]") {
  ApiStand stand;
  const std::string id = enrol(stand, create_token(stand));
  CHECK(stand.items("/v1/agents").at(0).at("status") == "waiting");
  AgentStatus said;
  said.backlog = 12;
  stand.agents.set_status("key-1", said, "0.1.0", os::now());
  const json agent = stand.get("/v1/agents/" + id);
  CHECK(agent.at("status") == "online");
  CHECK(agent.at("backlog") == 12);
  CHECK(stand.items("/v1/agents?location=FR").empty());
  CHECK(stand.call("POST", "/v1/agents/" + id + "/revoke", R"({"reason":7})").status == 200);
  CHECK(!stand.agents.admits("key-1"));
  CHECK(stand.get("/v1/agents/" + id).at("status") == "revoked");
  CHECK(stand.get("/v1/agents/" + id).at("history").back().at("who") == "administrator");
  CHECK(stand.call("GET", "/v1/agents/a_nosuch").status == 404);
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/revoke", "{}").status == 404);
  CHECK(stand.call("POST", "/v1/agents/" + id + "/revoke", json{{"reason", std::string(1'001, 'r')}}.dump()).status == 422);
}

TEST_CASE("agents: one in identity conflict syncs again once a person has released it", "[api]") {
  ApiStand stand;
  const std::string id = enrol(stand, create_token(stand));
  CHECK(stand.call("POST", "/v1/agents/" + id + "/heal", "{}").status == 200);  // it is in none: nothing to do, nothing recorded
  CHECK(stand.get("/v1/agents/" + id).at("history").back().at("what") == "enrolled");
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto record, FleetStore(connection).record_conflict(AgentId(id), "two boots", os::now()));
    stand.agents.put(record);
    ExceptionRaised raised;
    raised.code = "identity_conflict";
    raised.subject = id;
    return raise_exceptions(connection, {raised}, os::now());
  });
  CHECK(stand.get("/v1/agents/" + id).at("status") == "conflict");
  CHECK(stand.call("POST", "/v1/agents/" + id + "/heal", "{}", "operator").status == 403);
  const auto healed = stand.call("POST", "/v1/agents/" + id + "/heal", R"({"reason":"the copy is off"})");
  CHECK(healed.status == 200);
  CHECK(stand.agents.by_key("key-1")->standing == Standing::kActive);
  const json last = stand.get("/v1/agents/" + id).at("history").back();
  CHECK(last.at("what") == "healed");
  CHECK(last.at("who") == "administrator");
  CHECK(stand.items("/v1/exceptions?code=identity_conflict&status=open").empty());
  CHECK(stand.call("POST", "/v1/agents/a_nosuch/heal", "{}").status == 404);
  REQUIRE(stand.call("POST", "/v1/agents/" + id + "/revoke", "{}").status == 200);
  CHECK(stand.call("POST", "/v1/agents/" + id + "/heal", "{}").status == 409);  // revoked is for good
}
