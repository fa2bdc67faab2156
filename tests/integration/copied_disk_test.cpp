// An agent's folder that was copied to a second machine: found, told in plain words on both, and healed with every document of both.
#include <catch2/catch.hpp>
#include <set>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

/// The copy of GB's folder as a machine of its own, with doors of its own.
struct CopiedStand : Stand {
  CopiedStand() : Stand("copied") {}
  std::string config(const std::string& name) const { return (folder / ("agent-" + name) / "agent.toml").string(); }
  void copy(const std::string& from, const std::string& to) {
    std::filesystem::copy(folder / ("agent-" + from), folder / ("agent-" + to), std::filesystem::copy_options::recursive);
    pos_ports[to] = free_port();
  }
  /// The copy's agent.toml names the first one's folder: another disk has it at the same path, another folder does not.
  std::map<std::string, std::string> places(const std::string& name) const {
    return {{"TILLSYNC_AGENT_DATA_DIR", (folder / ("agent-" + name)).string()},
            {"TILLSYNC_AGENT_POS_HTTP", "127.0.0.1:" + std::to_string(pos_ports.at(name))},
            {"TILLSYNC_AGENT_POS_ZMQ", "ipc://" + (folder / ("pos-" + name + ".sock")).string()},
            {"TILLSYNC_AGENT_POS_SPOOL", (folder / ("spool-" + name)).string()}};
  }
  std::string says(const std::string& name, const std::string& command) {
    // doctor ends with 1 when it has found something, which is what is asked for.
    return run({"/bin/sh", "-c", bin_folder() + "/tillsync-agent " + command + " --config " + config(name) + " || true"}, places(name));
  }
  json agent(const std::string& id) { return hub_get("/v1/agents/" + id); }
  std::set<std::string> numbers() {
    std::set<std::string> found;
    const json answer = hub_get("/v1/events?limit=200");
    for (const json& event : answer.at("items")) found.insert(event.at("document_no").get<std::string>());
    return found;
  }
  void sell(const std::string& name, const std::string& till, int from, int to) {
    for (int number = from; number <= to; ++number) REQUIRE(post(name, smallest_sale(till, std::to_string(number))).status == 201);
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a copied disk is caught, told on both machines, and healed without losing a document of either", "[integration]") {
  CopiedStand stand;
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB", stand.places("GB"));
  stand.sell("GB", "GB-1", 1, 3);
  wait_until("the first sales", [&] { return contains(stand.says("GB", "status --json"), R"("waiting":0)"); });
  CHECK(stand.numbers().size() == 3);
  const auto id = stand.hub_get("/v1/agents").at("items").at(0).at("id").get<std::string>();

  // The disk is copied while the machine is off; both are switched on.
  REQUIRE(stand.agents["GB"]->terminate() == 0);
  stand.copy("GB", "COPY");
  stand.start_agent("GB", stand.places("GB"));
  wait_until("the first machine online", [&] { return stand.agent(id).at("status") == "online"; });
  stand.start_agent("COPY", stand.places("COPY"));
  wait_until("the conflict", [&] { return stand.agent(id).at("status") == "conflict"; });
  CHECK(stand.agent(id).at("conflict").at("machines").size() == 2);
  wait_until("the exception", [&] { return stand.hub_get("/v1/exceptions?code=identity_conflict&status=open").at("items").size() == 1; });

  // Both sell on, and say what has happened, that nothing is lost and how to heal it.
  stand.sell("GB", "GB-1", 11, 13);
  stand.sell("COPY", "GB-2", 21, 23);
  for (const char* name : {"GB", "COPY"}) {
    wait_until("the pause", [&] { return contains(stand.says(name, "status --json"), R"("reason":"conflict")"); });
    const std::string status = stand.says(name, "status"), doctor = stand.says(name, "doctor");
    CHECK(contains(status, "two machines speak as this agent"));
    CHECK(contains(status, "3 documents wait for the hub"));
    CHECK(contains(status, "they are safe"));
    CHECK(contains(doctor, "BAD   link to the hub: PAUSED"));
    CHECK(contains(doctor, "tillsync-agent enroll --new-key --token TOKEN"));
    CHECK(contains(doctor, "tillsyncctl agent heal " + id));
  }

  // The way that doctor names, on the copy.
  const auto token = stand.ctl({"enrolment-token", "create", "--location", "GB"}).at("token").get<std::string>();
  const std::vector<std::string> renew = {bin_folder() + "/tillsync-agent", "enroll", "--new-key", "--token", token, "--config", stand.config("COPY")};
  CHECK_THROWS(run(renew, stand.places("COPY")));  // it runs: first it must be stopped
  REQUIRE(stand.agents["COPY"]->terminate() == 0);
  run(renew, stand.places("COPY"));
  stand.start_agent("COPY", stand.places("COPY"));
  wait_until("the copy's sales", [&] { return stand.numbers() == std::set<std::string>{"1", "2", "3", "21", "22", "23"}; });
  CHECK(stand.agent(id).at("status") == "conflict");  // the first one waits until a person says that it may go on

  stand.ctl({"agent", "heal", id, "--reason", "the copy has a key of its own"});
  wait_until("all sales of both", [&] { return stand.numbers() == std::set<std::string>{"1", "2", "3", "11", "12", "13", "21", "22", "23"}; }, 120);
  CHECK(stand.hub_get("/v1/exceptions?code=identity_conflict&status=open").at("items").empty());
  for (const char* code : {"gap", "conflict"}) CHECK(stand.hub_get(std::string("/v1/exceptions?code=") + code).at("items").empty());
  CHECK(stand.hub_get("/v1/events?limit=200").at("items").size() == 9);  // what both had counts once
  const auto agents = stand.hub_get("/v1/agents").at("items");
  REQUIRE(agents.size() == 2);
  for (const json& agent : agents) wait_until("both online", [&] { return stand.agent(agent.at("id")).at("status") == "online" && stand.agent(agent.at("id")).at("backlog") == 0; });
  for (const char* name : {"GB", "COPY"}) {
    wait_until("the last confirmation on its disk", [&] { return contains(stand.says(name, "status"), "all documents are confirmed"); });
    CHECK(contains(stand.says(name, "doctor"), "ok    link to the hub: up"));
  }

  // And they go on side by side.
  stand.sell("GB", "GB-1", 31, 31);
  stand.sell("COPY", "GB-2", 41, 41);
  wait_until("the last sales", [&] { return stand.numbers().size() == 11; });
  CHECK(stand.agent(id).at("status") == "online");
}

TEST_CASE("an agent whose key was revoked goes on with a new one, and its documents go along", "[integration]") {
  CopiedStand stand;
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB", stand.places("GB"));
  wait_until("it online", [&] { return stand.hub_get("/v1/agents").at("items").at(0).at("status") == "online"; });
  const auto id = stand.hub_get("/v1/agents").at("items").at(0).at("id").get<std::string>();
  stand.ctl({"agent", "revoke", id, "--reason", "the key was lost"});
  stand.sell("GB", "GB-1", 1, 2);
  wait_until("the pause", [&] { return contains(stand.says("GB", "status --json"), R"("reason":"revoked")") || contains(stand.says("GB", "status --json"), R"("reason":"refused")"); });
  CHECK(contains(stand.says("GB", "doctor"), "revoked"));
  REQUIRE(stand.agents["GB"]->terminate() == 0);
  const auto token = stand.ctl({"enrolment-token", "create", "--location", "GB"}).at("token").get<std::string>();
  run({bin_folder() + "/tillsync-agent", "enroll", "--new-key", "--token", token, "--config", stand.config("GB")}, stand.places("GB"));
  stand.start_agent("GB", stand.places("GB"));
  wait_until("its sales", [&] { return stand.numbers() == std::set<std::string>{"1", "2"}; });
  CHECK(stand.agent(id).at("status") == "revoked");
}
