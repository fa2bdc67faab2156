// What the hub tells real agents: commands with their results, and a configuration that is rolled out until agents fail.
#include <catch2/catch.hpp>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

struct ControlledStores {
  Stand stand{"fleet"};
  std::map<std::string, std::string> agent_ids;  // by location

  void open(const std::string& location, const std::string& group, std::map<std::string, std::string> environment = {}) {
    stand.enrol(location);
    REQUIRE(stand.hub_call("PUT", "/v1/locations/" + location, json{{"id", location}, {"name", "Store " + location}, {"group", group}}.dump()).status == 200);
    stand.start_agent(location, std::move(environment));
    agent_ids[location] = stand.hub_get("/v1/agents?location=" + location).at("items").at(0).at("id");
    wait_until(location + " on line", [&] { return agent(location).at("status") == "online"; });
  }
  json agent(const std::string& location) { return stand.hub_get("/v1/agents/" + agent_ids.at(location)); }
  std::string command(const std::string& location, const json& body) {
    const auto answer = stand.hub_call("POST", "/v1/agents/" + agent_ids.at(location) + "/commands", body.dump());
    INFO(answer.body);
    REQUIRE(answer.status == 202);
    return json::parse(answer.body).at("command_id");
  }
  json answered(const std::string& command_id) {
    json shown;
    wait_until("the answer", [&] {
      shown = stand.hub_get("/v1/commands/" + command_id);
      return shown.at("status") != "waiting" && shown.at("status") != "sent";
    });
    return shown;
  }
  std::int64_t revision(const json& settings) {
    const auto answer = stand.hub_call("POST", "/v1/config-revisions", json{{"settings", settings}}.dump());
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return json::parse(answer.body).at("revision");
  }
  json rollout(const std::string& id) { return stand.hub_get("/v1/rollouts/" + id); }
};

}  // namespace

TEST_CASE("an agent does what the hub tells it, once, and the hub shows the result", "[integration]") {
  ControlledStores stores;
  stores.stand.start_hub();
  stores.open("GB", "pilot", {{"TILLSYNC_AGENT_SERVICE_RESTARTS", "true"}});
  stores.stand.put_products({"85123A"});
  REQUIRE(stores.stand.post("GB", smallest_sale("GB-1", "1")).status == 201);

  const json verified = stores.answered(stores.command("GB", {{"name", "verify"}}));
  CHECK(verified.at("ok") == true);
  CHECK(verified.at("result").at("documents") == 1);
  const json logs = stores.answered(stores.command("GB", {{"name", "send_logs"}, {"arguments", {{"lines", 20}}}}));
  CHECK(logs.at("result").dump().find("agent is running") != std::string::npos);
  CHECK(stores.answered(stores.command("GB", {{"name", "drain"}})).at("status") == "done");
  const json told = stores.stand.ctl({"agent", "command", stores.agent_ids.at("GB"), "verify", "--wait", "30"});
  CHECK(told.at("status") == "done");

  // Restart: the process ends with 75; the service manager, here the test, starts it again; only then is it done.
  const std::string restart = stores.command("GB", {{"name", "restart"}});
  wait_until("the end of the agent", [&] { return stores.stand.agents.at("GB")->exit_status().has_value(); });
  CHECK(*stores.stand.agents.at("GB")->exit_status() == 75);
  CHECK(stores.stand.hub_get("/v1/commands/" + restart).at("status") == "sent");
  stores.stand.start_agent("GB", {{"TILLSYNC_AGENT_SERVICE_RESTARTS", "true"}});
  CHECK(stores.answered(restart).at("ok") == true);
  CHECK(stores.stand.agents.at("GB")->running());

  // Given while the agent is off, a command waits for it; the hub may be started anew meanwhile.
  stores.stand.agents.at("GB")->terminate();
  const std::string later = stores.command("GB", {{"name", "verify"}});
  stores.stand.hub->terminate();
  stores.stand.start_hub();
  CHECK(stores.stand.hub_get("/v1/commands/" + later).at("answered_at").is_null());
  stores.stand.start_agent("GB");
  CHECK(stores.answered(later).at("ok") == true);
  const json refused = stores.answered(stores.command("GB", {{"name", "restart"}}));  // nothing would start it again
  CHECK(refused.at("ok") == false);
  CHECK(stores.stand.agents.at("GB")->running());
}

TEST_CASE("a configuration goes out wave by wave, stops at agents that refuse it, and is taken back", "[integration]") {
  ControlledStores stores;
  stores.stand.start_hub();
  stores.open("GB", "pilot");
  stores.open("FR", "rest", {{"TILLSYNC_AGENT_LOG_LEVEL", "info"}});  // fixed on that machine
  stores.open("DE", "last");
  const std::int64_t good = stores.revision({{"data.max_megabytes", 500}});
  const std::int64_t bad = stores.revision({{"log.level", "debug"}});

  const json waves = {{{"group", "pilot"}}, {{"group", "rest"}}, {{"all", true}}};
  const auto roll_out = [&](std::int64_t revision) -> std::string {
    const auto answer = stores.stand.hub_call("POST", "/v1/rollouts", json{{"revision", revision}, {"waves", waves}, {"stop_percent", 10}, {"confirm_agents", 3}}.dump());
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    return json::parse(answer.body).at("rollout_id");
  };
  const std::string first = roll_out(good);
  wait_until("the end of the first roll-out", [&] { return stores.rollout(first).at("status") == "finished"; });
  for (const char* location : {"GB", "FR", "DE"}) CHECK(stores.agent(location).at("revision") == good);

  const std::string second = roll_out(bad);
  wait_until("the stop", [&] { return stores.rollout(second).at("status") != "running"; });
  const json stopped = stores.rollout(second);
  CHECK(stopped.at("status") == "stopped");
  CHECK(stopped.at("waves").at(0).at("done") == 1);
  CHECK(stopped.at("waves").at(1).at("failed") == 1);
  CHECK(stopped.at("waves").at(1).at("failures").at(0).at("location") == "FR");
  CHECK(stopped.at("waves").at(2).at("left") == 1);
  CHECK(stores.agent("GB").at("revision") == bad);
  CHECK(stores.agent("FR").at("revision") == good);  // the last good one
  CHECK(stores.agent("FR").at("config_error").get<std::string>().find("log.level") == 0);
  CHECK(stores.agent("DE").at("revision") == good);

  REQUIRE(stores.stand.hub_call("POST", "/v1/rollouts/" + second + "/back", "{}").status == 200);
  wait_until("the old configuration", [&] { return stores.agent("GB").at("revision") == good && stores.agent("FR").at("config_error").is_null(); });
  CHECK(stores.agent("DE").at("revision") == good);

  // What is in force outlives a start without the hub.
  stores.stand.agents.at("GB")->terminate();
  stores.stand.start_agent("GB");
  wait_until("GB again", [&] { return stores.agent("GB").at("status") == "online" && stores.agent("GB").at("revision") == good; });
}
