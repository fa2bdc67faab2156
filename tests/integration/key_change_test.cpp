// The command "rotate_keys" on built programs: while tills sell, across kill -9 of both ends, with a copy of the disk from before, and
// with a hub that was put back.
#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <thread>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

struct KeyStore {
  Stand stand{"keys"};
  std::string id;
  int sold = 0;

  KeyStore() {
    stand.start_hub();
    stand.enrol("GB");
    stand.put_products({"85123A"});
    stand.start_agent("GB");
    id = stand.hub_get("/v1/agents?location=GB").at("items").at(0).at("id");
    online();
  }
  std::filesystem::path data() const { return stand.folder / "agent-GB"; }
  json agent() { return stand.hub_get("/v1/agents/" + id); }
  std::string key() { return agent().at("public_key"); }
  void online() {
    wait_until("GB on line", [&] { return agent().at("status") == "online"; });
  }
  void sell() { REQUIRE(stand.post("GB", smallest_sale("GB-1", std::to_string(++sold))).status == 201); }
  void all_are_there() {
    wait_until("every sale at the hub", [&] { return stand.hub_get("/v1/events?limit=200&location=GB").at("items").size() >= static_cast<std::size_t>(sold); });
    CHECK(stand.hub_get("/v1/events?limit=200&location=GB").at("items").size() == static_cast<std::size_t>(sold));
  }
  std::string command() {
    const auto answer = stand.hub_call("POST", "/v1/agents/" + id + "/commands", R"({"name":"rotate_keys"})");
    INFO(answer.body);
    REQUIRE(answer.status == 202);
    return json::parse(answer.body).at("command_id");
  }
  json answered(const std::string& command_id) {
    json shown;
    wait_until("the answer", [&] {
      shown = stand.hub_get("/v1/commands/" + command_id);
      return shown.at("status") != "waiting" && shown.at("status") != "sent";
    }, 90);
    return shown;
  }
  json link() {
    const auto answer = http("GET", "http://127.0.0.1:" + std::to_string(stand.pos_ports.at("GB")) + "/v1/status");
    return json::parse(answer.body).at("link");
  }
  /// The other data folder takes this one's place.
  void swap(const std::filesystem::path& other) {
    stand.agents.at("GB")->terminate();
    std::filesystem::rename(data(), stand.folder / "aside");
    std::filesystem::rename(other, data());
    std::filesystem::rename(stand.folder / "aside", other);
  }
};

}  // namespace

TEST_CASE("an agent gets new keys while its till sells; a copy of its disk from before is refused in words", "[integration]") {
  KeyStore store;
  store.sell();
  const std::string before = store.key();
  const auto copy = store.stand.folder / "copy";
  store.stand.agents.at("GB")->terminate();
  std::filesystem::copy(store.data(), copy, std::filesystem::copy_options::recursive);
  store.stand.start_agent("GB");
  store.online();

  const json told = store.stand.ctl({"agent", "command", store.id, "rotate_keys", "--wait", "30"});
  CHECK(told.at("status") == "done");
  const std::string after = store.key();
  CHECK(after != before);
  CHECK(told.at("result").at("public_key") == after);
  store.sell();
  store.all_are_there();
  CHECK(store.stand.hub_get("/v1/agents").at("items").size() == 1);
  int replaced = 0;
  const json shown = store.agent();
  for (const json& entry : shown.at("history")) replaced += entry.at("what") == "key_replaced" ? 1 : 0;
  CHECK(replaced == 1);
  CHECK(std::filesystem::status(store.data() / "keys" / "ring.json").permissions() == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

  store.swap(copy);
  store.stand.start_agent("GB");
  wait_until("the word", [&] { return store.link().at("text").get<std::string>().find("this key was replaced") != std::string::npos; });
  CHECK(store.link().at("state") == "paused");
  CHECK(store.stand.post("GB", smallest_sale("GB-1", "copy-1")).status == 201);  // the doors go on
  CHECK(store.agent().at("public_key") == after);
  store.swap(copy);
  store.stand.start_agent("GB");
  store.online();
  store.sell();
  store.all_are_there();
  CHECK(store.key() == after);
}

TEST_CASE("new keys outlive kill -9 of agent and hub at random moments; no document is lost and none comes twice", "[integration]") {
  KeyStore store;
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same moments each time
  std::vector<std::string> commands;
  for (int round = 0; round < 10; ++round) {
    store.sell();
    commands.push_back(store.command());
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 120));
    const bool kills_agent = round % 3 != 1, kills_hub = round % 3 != 0;
    if (kills_agent) store.stand.kill(store.stand.agents.at("GB"));
    if (kills_hub) store.stand.kill(store.stand.hub);
    if (kills_hub) store.stand.start_hub();
    if (kills_agent) store.stand.start_agent("GB");
    store.online();
  }
  for (const std::string& id : commands) CHECK(store.answered(id).at("ok") == true);
  store.sell();
  store.all_are_there();
  CHECK(store.stand.hub_get("/v1/agents").at("items").size() == 1);
  CHECK(store.agent().at("conflict").is_null());
}

TEST_CASE("a hub that is put back to before the change takes the key that it knows, and changes it again", "[integration]") {
  KeyStore store;
  const std::string first = store.key();
  store.sell();
  store.all_are_there();
  store.stand.ctl({"agent", "command", store.id, "rotate_keys", "--wait", "30"});
  run({bin_folder() + "/tillsync-hub", "backup", "--config", store.stand.hub_config, "--to", (store.stand.folder / "backup").string()});
  const std::string second = store.key();
  for (int change = 0; change < 2; ++change) CHECK(store.stand.ctl({"agent", "command", store.id, "rotate_keys", "--wait", "30"}).at("status") == "done");
  store.sell();
  store.all_are_there();
  const std::string last = store.key();

  store.stand.hub->terminate();
  const auto hub_data = std::filesystem::path(store.stand.hub_config).parent_path();
  for (const char* part : {"hub.db", "hub.db-wal", "hub.db-shm"}) std::filesystem::remove(hub_data / part);
  std::filesystem::copy_file(std::filesystem::directory_iterator(store.stand.folder / "backup")->path() / "hub.db", hub_data / "hub.db");
  run({bin_folder() + "/tillsync-hub", "restored", "--config", store.stand.hub_config});
  store.stand.start_hub();
  store.online();
  CHECK(store.key() == second);
  store.all_are_there();
  CHECK(store.stand.ctl({"agent", "command", store.id, "rotate_keys", "--wait", "30"}).at("status") == "done");
  CHECK(store.key() != second);
  CHECK(store.key() != last);
  CHECK(store.key() != first);
  store.sell();
  store.all_are_there();
}
