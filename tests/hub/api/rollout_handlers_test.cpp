// /v1/rollouts.
#include <catch2/catch.hpp>

#include "hub/fleet/rollout_store.h"
#include "tests/hub/api/fleet_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::FleetStand;
using nlohmann::json;

namespace {

struct RolloutStand : FleetStand {
  RolloutStand() {
    enrol("key-1");
    enrol("key-2", "FR");
    enrol("key-3", "FR");
    post("/v1/config-revisions", {{"settings", {{"log.level", "debug"}}}}, 201);
  }
  static json body(std::int64_t confirmed = 3) {
    return {{"revision", 1}, {"waves", {{{"group", "pilot"}}, {{"all", true}}}}, {"stop_percent", 10}, {"confirm_agents", confirmed}};
  }
};

}  // namespace

TEST_CASE("roll-outs: made, shown with their waves, stopped, resumed, taken back", "[api]") {
  RolloutStand stand;
  const json made = stand.post("/v1/rollouts", RolloutStand::body(), 201);
  const std::string id = made.at("rollout_id"), path = "/v1/rollouts/" + id;
  CHECK(made.at("status") == "running");
  REQUIRE(made.at("waves").size() == 2);
  CHECK(made.at("waves").at(0).at("selector") == json{{"group", "pilot"}});
  CHECK(made.at("waves").at(0).at("total") == 1);
  CHECK(made.at("waves").at(1).at("total") == 2);
  CHECK(made.at("waves").at(1).at("left") == 2);
  CHECK(stand.call("POST", "/v1/rollouts", RolloutStand::body().dump()).status == 409);  // one runs
  CHECK(stand.post(path + "/stop", json::object(), 200).at("stopped_because") == "stopped by administrator");
  CHECK(stand.call("POST", path + "/stop", "{}").status == 409);
  CHECK(stand.post(path + "/resume", json::object(), 200).at("status") == "running");
  CHECK(stand.post(path + "/back", {{"reason", "too loud"}}, 200).at("status") == "finished");
  CHECK(stand.call("POST", path + "/resume", "{}").status == 409);
  CHECK(stand.get(path).at("stopped_because") == "taken back by administrator: too loud");
  CHECK(stand.call("POST", path + "/back", R"({"reason":7})").status == 422);
  CHECK(stand.items("/v1/rollouts").size() == 1);
  for (const char* verb : {"/stop", "/resume", "/back"}) CHECK(stand.call("POST", std::string("/v1/rollouts/9") + verb, "{}").status == 404);
  CHECK(stand.call("GET", "/v1/rollouts/x").status == 404);
}

TEST_CASE("roll-outs: the number of agents is confirmed, and nothing else is taken for a roll-out", "[api]") {
  RolloutStand stand;
  const auto status = [&](const json& body) { return stand.call("POST", "/v1/rollouts", body.dump()).status; };
  CHECK(status(RolloutStand::body(2)) == 409);
  CHECK(stand.items("/v1/rollouts").empty());
  const auto with = [](const char* member, const json& value) {
    json body = RolloutStand::body();
    body[member] = value;
    return body;
  };
  CHECK(status(with("revision", 9)) == 422);
  CHECK(status(with("revision", 0)) == 422);
  CHECK(status(with("stop_percent", 101)) == 422);
  CHECK(status(with("stop_percent", -1)) == 422);
  CHECK(status(with("waves", json::array())) == 422);
  CHECK(status(with("waves", {{{"group", "pilot"}, {"all", true}}})) == 422);
  CHECK(status(with("waves", {{{"share_percent", 0}}})) == 422);
  CHECK(status(with("waves", {{{"share_percent", 101}}})) == 422);
  CHECK(status(with("waves", {{{"all", false}}})) == 422);
  CHECK(status(with("waves", {{{"group", ""}}})) == 422);
  json many = RolloutStand::body();
  many["waves"] = json::array();
  for (std::size_t i = 0; i < kWavesMax; ++i) many["waves"].push_back({{"all", true}});
  CHECK(status(many) == 201);
  many["waves"].push_back({{"all", true}});
  CHECK(status(many) == 422);
  CHECK(stand.call("POST", "/v1/rollouts", RolloutStand::body().dump(), "operator").status == 403);
}

TEST_CASE("roll-outs: failures are named with agent and location", "[api]") {
  RolloutStand stand;
  const std::string path = "/v1/rollouts/" + stand.post("/v1/rollouts", RolloutStand::body(), 201).at("rollout_id").get<std::string>();
  stand.write([&](sql::Connection& connection) -> Result<void> {
    RolloutStore store(connection);
    TS_ASSIGN_OR_RETURN(const auto active, store.active());
    RolloutStep step;
    step.changed = {active[0].members[0]};
    step.changed[0].state = MemberState::kFailed;
    step.changed[0].error = "no room";
    TS_ASSIGN_OR_RETURN([[maybe_unused]] const auto given, store.apply(active[0], step, os::now()));
    return {};
  });
  const json wave = stand.get(path).at("waves").at(0);
  CHECK(wave.at("failed") == 1);
  CHECK(wave.at("failures").at(0).at("location") == "GB");
  CHECK(wave.at("failures").at(0).at("error") == "no room");
}
