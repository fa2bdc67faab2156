// Agents, their commands, configurations and roll-outs on the command line, against a real API.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "hub/ctl/ctl_app.h"
#include "hub/fleet/command_store.h"
#include "tests/hub/api/fleet_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::FleetStand;
using nlohmann::json;

namespace {

struct FleetOutcome {
  CtlExit code;
  std::string out, err;
  json body() const { return json::parse(out); }
};

FleetOutcome run_fleet(const FleetStand& stand, std::vector<std::string> arguments) {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", "administrator"});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}

}  // namespace

TEST_CASE("ctl fleet: a token comes with the command for the PC and its QR code, for scripts without", "[ctl]") {
  FleetStand stand;
  const auto shown = run_fleet(stand, {"enrolment-token", "create", "--location", "GB"});
  CHECK(shown.code == CtlExit::kOk);
  CHECK(shown.out.find("tillsync-agent enroll --hub tcp://hub:7001") != std::string::npos);
  CHECK(shown.out.find("\u2588") != std::string::npos);
  CHECK(shown.out.find("<svg") == std::string::npos);
  CHECK(run_fleet(stand, {"enrolment-token", "create", "--location", "GB", "--no-qr"}).out.find("\u2588") == std::string::npos);
  const auto raw = run_fleet(stand, {"enrolment-token", "create", "--location", "GB", "--json"});
  CHECK(raw.body().at("qr_svg").get<std::string>().starts_with("<svg"));
  CHECK(raw.body().at("command").get<std::string>().find(raw.body().at("token").get<std::string>()) != std::string::npos);
}

TEST_CASE("ctl fleet: a token for many PCs comes with the answer file for their image, and is revoked", "[ctl]") {
  FleetStand stand;
  const auto answers = run_fleet(stand, {"enrolment-token", "create", "--many", "--uses", "500", "--group", "pilot", "--answers"});
  CHECK(answers.code == CtlExit::kOk);
  CHECK(answers.out.starts_with("hub = \"tcp://hub:7001\"\nhub_key = "));
  CHECK(answers.out.find("host_pattern = ") != std::string::npos);
  const auto made = run_fleet(stand, {"enrolment-token", "create", "--many", "--make-locations"});
  CHECK(made.out.find("/etc/tillsync/enroll.toml for the image") != std::string::npos);
  const json listed = run_fleet(stand, {"enrolment-token", "list", "--json"}).body().at("items");
  REQUIRE(listed.size() == 2);
  for (const json& token : listed) CHECK(token.at("reach") == (token.at("uses_max") == 500 ? "known" : "any"));
  CHECK(run_fleet(stand, {"enrolment-token", "revoke", listed.at(0).at("id"), "--reason", "lost"}).code == CtlExit::kOk);
  CHECK_FALSE(run_fleet(stand, {"enrolment-token", "list", "--json"}).body().at("items").at(0).at("revoked_at").is_null());
  CHECK(run_fleet(stand, {"enrolment-token", "create"}).code == CtlExit::kUsage);
  CHECK(run_fleet(stand, {"enrolment-token", "create", "--many", "--location", "GB"}).code == CtlExit::kUsage);
  CHECK(run_fleet(stand, {"enrolment-token", "create", "--location", "GB", "--make-locations"}).code == CtlExit::kUsage);
}

TEST_CASE("ctl fleet: agents filtered and sorted, in figures and one by one", "[ctl]") {
  FleetStand stand;
  const std::string one = stand.enrol("key-1"), two = stand.enrol("key-2", "FR");
  stand.tells("key-1", 5);
  stand.tells("key-2", 50);
  const json listed = run_fleet(stand, {"agent", "list", "--sort=-backlog", "--json"}).body();
  CHECK(listed.at("items").at(0).at("id") == two);
  CHECK(run_fleet(stand, {"agent", "list", "--group", "pilot", "--json"}).body().at("items").size() == 1);
  CHECK(run_fleet(stand, {"agent", "list", "--state", "dark", "--json"}).body().at("items").empty());
  CHECK(run_fleet(stand, {"agent", "list", "--state", "asleep"}).code == CtlExit::kRefused);
  CHECK(run_fleet(stand, {"agent", "list"}).out.find("BACKLOG") != std::string::npos);
  CHECK(run_fleet(stand, {"agent", "summary", "--json"}).body().at("backlog") == 55);
  CHECK(run_fleet(stand, {"agent", "show", one, "--json"}).body().at("group") == "pilot");
  CHECK(run_fleet(stand, {"agent", "samples", one, "--hours", "1"}).code == CtlExit::kOk);
}

TEST_CASE("ctl fleet: a command is told, and waited for; no answer is exit code 6", "[ctl]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  const auto told = run_fleet(stand, {"agent", "command", id, "send_logs", "--lines", "5", "--json"});
  CHECK(told.code == CtlExit::kOk);
  CHECK(told.body().at("arguments") == json{{"lines", 5}});
  CHECK(run_fleet(stand, {"agent", "command", id, "drain", "--wait", "1"}).code == CtlExit::kDifferences);
  CHECK(run_fleet(stand, {"agent", "command", id, "format_disk"}).code == CtlExit::kUsage);
  CHECK(run_fleet(stand, {"agent", "command", id, "rotate_keys", "--json"}).body().at("name") == "rotate_keys");
  CHECK(run_fleet(stand, {"agent", "commands", id, "--json"}).body().at("items").size() == 3);
}

TEST_CASE("ctl fleet: a configuration is written, given to one and rolled out", "[ctl]") {
  FleetStand stand;
  const std::string id = stand.enrol("key-1");
  CHECK(run_fleet(stand, {"config-revision", "schema"}).out.find("log.level") != std::string::npos);
  const auto written = run_fleet(stand, {"config-revision", "create", "--set", "log.level=debug", "--set", "data.max_megabytes=500", "--note", "look", "--json"});
  CHECK(written.body().at("settings") == json{{"log.level", "debug"}, {"data.max_megabytes", 500}});
  CHECK(run_fleet(stand, {"config-revision", "create", "--set", "loud"}).code == CtlExit::kUsage);
  CHECK(run_fleet(stand, {"config-revision", "create", "--set", "hub.endpoints=x"}).code == CtlExit::kRefused);
  CHECK(run_fleet(stand, {"config-revision", "list"}).out.find("look") != std::string::npos);
  CHECK(run_fleet(stand, {"config-revision", "show", "1", "--json"}).body().at("note") == "look");
  CHECK(run_fleet(stand, {"agent", "configure", id, "1", "--json"}).body().at("revision_wanted") == 1);
  const std::vector<std::string> roll_out = {"rollout", "create", "1", "--wave", "group:pilot", "--wave", "share:50", "--wave", "all", "--agents"};
  const auto with = [&](const char* agents) {
    auto arguments = roll_out;
    arguments.emplace_back(agents);
    return run_fleet(stand, arguments);
  };
  CHECK(with("2").code == CtlExit::kRefused);
  const auto made = with("1");
  CHECK(made.code == CtlExit::kOk);
  CHECK(made.out.find("WAVE") != std::string::npos);
  CHECK(run_fleet(stand, {"rollout", "stop", "1"}).code == CtlExit::kOk);
  CHECK(run_fleet(stand, {"rollout", "resume", "1"}).code == CtlExit::kOk);
  CHECK(run_fleet(stand, {"rollout", "back", "1"}).code == CtlExit::kOk);
  CHECK(run_fleet(stand, {"rollout", "show", "1", "--json"}).body().at("status") == "finished");
  CHECK(run_fleet(stand, {"rollout", "list"}).out.find("finished") != std::string::npos);
  CHECK(run_fleet(stand, {"rollout", "create", "1", "--wave", "some", "--agents", "1"}).code == CtlExit::kUsage);
}
