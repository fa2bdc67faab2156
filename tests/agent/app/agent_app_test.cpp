#include "agent/app/agent_app.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "agent/app/door_client.h"
#include "agent/ingest/data_reader.h"
#include "common/base/os.h"
#include "tests/agent/app/app_fixture.h"
#include "tests/agent/sales.h"
#include "tests/common/http/raw_client.h"

namespace tillsync::agent {
namespace {

constexpr Duration kPatience = seconds(20);

nlohmann::json ask(const AgentApp& app, const std::string& frame) { return nlohmann::json::parse(ask_door(app.zmq_endpoint(), frame, kPatience).value_or("{}")); }

}  // namespace

TEST_CASE("agent: all three doors end in one outbox, with the hub away", "[agent][app]") {
  AppFixture f;
  f.enrol();
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  CHECK(ask(**app, sale("1")).at("code") == 201);
  http::RawClient till((*app)->http_port());
  const std::string body = sale("2");
  till.send("POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  CHECK(till.receive().status == 201);
  const auto spool = f.folder.file("spool");
  std::ofstream(spool / ".3.json") << sale("3");
  std::filesystem::rename(spool / ".3.json", spool / "3.json");
  const Duration end = os::monotonic() + kPatience;
  while (!std::filesystem::exists(spool / "done" / "3.json") && os::monotonic() < end) transport::wait_readable({}, milliseconds(2));

  const auto status = ask(**app, R"({"get":"status"})");
  CHECK(status.at("waiting") == 3);
  CHECK(status.at("link").at("state") == "down");
}

TEST_CASE("agent: a stop keeps what was answered, and a start continues", "[agent][app]") {
  AppFixture f;
  f.enrol();
  {
    const auto app = AgentApp::start(f.config);
    REQUIRE(app);
    CHECK(ask(**app, sale("1")).at("seq") == 1);
    (*app)->stop();
    (*app)->stop();  // harmless
  }
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  CHECK(ask(**app, sale("1")).at("code") == 200);
  CHECK(ask(**app, sale("2")).at("seq") == 2);
}

TEST_CASE("agent: one data folder has one process", "[agent][app]") {
  AppFixture f;
  f.enrol();
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  const auto second = AgentApp::start(f.config);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("agent: does not start half", "[agent][app]") {
  AppFixture f;
  CHECK(AgentApp::start(f.config).error().code == ErrorCode::kNotFound);  // not enrolled
  f.enrol();
  SECTION("no location") { f.config.set("location", std::string()); }
  SECTION("no hub") { f.config.set("hub.endpoints", std::vector<std::string>{}); }
  SECTION("a network address without tokens") { f.config.set("pos.http", std::string("0.0.0.0:0")); }
  SECTION("a token that is none") { f.config.set("pos.tokens", std::vector<std::string>{"GB-1:secret"}); }
  SECTION("a certificate that is not there") { f.config.set("pos.certificate", std::string("/nowhere.pem")); }
  SECTION("a ZeroMQ door on the network") { f.config.set("pos.zmq", std::string("tcp://0.0.0.0:0")); }
  SECTION("a spool folder that cannot be made") { f.config.set("pos.spool", std::string("/proc/spool")); }
  CHECK_FALSE(AgentApp::start(f.config));
  // The folder is free again.
  CHECK(os::FileLock::acquire(f.folder.file("lock")));
}

TEST_CASE("agent: what the hub has set is in force at the start; a damaged file of it keeps no door closed", "[agent][app]") {
  AppFixture f;
  f.enrol();
  const std::string text = GENERATE(std::string(R"({"revision":3,"settings":{"data.max_megabytes":77},"item":5,"error":""})"), std::string("{"));
  std::ofstream(f.folder.file("remote.json")) << text;
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  CHECK(ask(**app, sale("1")).at("code") == 201);
  CHECK_FALSE(transport::wait_readable({(*app)->restart_descriptor()}, Duration{})[0]);
}

}  // namespace tillsync::agent
