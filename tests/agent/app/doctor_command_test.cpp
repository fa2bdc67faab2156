#include "agent/app/doctor_command.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "agent/app/agent_app.h"
#include "agent/app/door_client.h"
#include "agent/ingest/till_tokens_store.h"
#include "common/base/os.h"
#include "common/http/server.h"
#include "tests/agent/app/app_fixture.h"
#include "tests/agent/sales.h"
#include "tests/common/http/tls_fixture.h"

namespace tillsync::agent {
namespace {

struct DoctorFixture : AppFixture {
  std::string text;
  int run() {
    int code = -1;
    text = printed([&] { code = doctor_command(config); });
    return code;
  }
  bool says(const std::string& what) const { return text.find(what) != std::string::npos; }
};

}  // namespace

TEST_CASE("doctor: a machine that was never enrolled is told what to do", "[agent][app]") {
  DoctorFixture f;
  CHECK(f.run() == 1);
  CHECK(f.says("run tillsync-agent enroll"));
  CHECK(f.says("it is not running"));
}

TEST_CASE("doctor: of a running agent only the missing link is bad", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  CHECK(f.run() == 1);  // there is no hub
  CHECK(f.says("ok    database: whole"));
  CHECK(f.says("ok    door: answers"));
  CHECK(f.says("ok    keys: this agent is a_1 at GB"));
  CHECK(f.says("BAD   link to the hub"));
  CHECK(f.says("1 finding"));
}

TEST_CASE("doctor: finds open keys, bad tokens, refused requests and rejected files", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  std::filesystem::permissions(f.folder.path() / "keys" / "agent.secret", std::filesystem::perms::group_read, std::filesystem::perm_options::add);
  f.config.set("pos.tokens", std::vector<std::string>{"GB-1:secret"});
  f.config.set("pos.http", std::string("0.0.0.0:7070"));
  std::filesystem::create_directories(f.folder.path() / "refused");
  std::ofstream(f.folder.path() / "refused" / "1.bin") << "x";
  std::filesystem::create_directories(f.folder.path() / "spool" / "rejected");
  std::ofstream(f.folder.path() / "spool" / "rejected" / "a.json.problem.json") << "{}";
  CHECK(f.run() == 1);
  CHECK(f.says("chmod 600"));
  CHECK(f.says("pos-token"));
  CHECK(f.says("needs TLS"));
  CHECK(f.says("1 request(s) of the tills were refused"));
  CHECK(f.says("1 file(s) of the spool folder were rejected"));
}

TEST_CASE("doctor: a folder that was copied from another machine is noted", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  f.run();
  CHECK_FALSE(f.says("made on another machine"));
  std::ofstream(f.folder.path() / "keys" / "agent.machine") << std::string(64, '0') << "\n";
  f.run();
  CHECK(f.says("note  keys: they were made on another machine") == !os::machine_id().empty());
}

TEST_CASE("doctor: a stopped agent's documents are counted and called safe", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  {
    const auto app = AgentApp::start(f.config);
    REQUIRE(app);
    for (const char* number : {"1", "2"}) REQUIRE(ask_door((*app)->zmq_endpoint(), sale(number), seconds(10)));
  }
  CHECK(f.run() == 1);
  CHECK(f.says("it is not running"));
  CHECK(f.says("2 wait for the hub"));
  CHECK(f.says("also while the agent is stopped"));
}

TEST_CASE("doctor: the door's certificate and tokens are looked at", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  f.config.set("pos.http", std::string("0.0.0.0:7070"));
  f.config.set("pos.certificate", f.folder.file("pos.crt").string());
  f.config.set("pos.key", f.folder.file("pos.key").string());
  f.run();
  CHECK(f.says("is pos.certificate in agent.toml right"));
  CHECK(f.says("is pos.key in agent.toml right"));
  CHECK(f.says("without tokens the door listens on loopback only"));
  std::ofstream(f.folder.file("pos.key")) << http::kTestKey;
  std::ofstream(f.folder.file("pos.crt")) << http::kTestKey;  // the wrong one of the two
  REQUIRE(add_till_token(f.folder.file("pos-tokens"), "GB-1", "secret"));
  f.run();
  CHECK(f.says("-----BEGIN CERTIFICATE-----"));
  CHECK(f.says("may listen on 0.0.0.0:7070, 1 token(s)"));
  std::ofstream(f.folder.file("pos.crt")) << http::kTestCertificate;
  f.run();
  CHECK(f.says("ok    HTTP door: its certificate is good until 2126"));
  std::ofstream(f.folder.file("pos-tokens"), std::ios::app) << "nonsense\n";
  f.run();
  CHECK(f.says("none of the file is good"));
}

TEST_CASE("doctor: calls the HTTP door as a till does", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  const auto at = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
  std::uint16_t port = 0;
  {
    const auto app = AgentApp::start(f.config);
    REQUIRE(app);
    port = (*app)->http_port();
    f.config.set("pos.http", at(port));
    f.run();
    CHECK(f.says("ok    HTTP door: answers at " + at(port)));
    f.config.set("pos.http", std::string("127.0.0.1:9"));
    f.run();
    CHECK(f.says("BAD   HTTP door: the agent runs, but nobody answers at 127.0.0.1:9"));
  }
  const auto other = http::Server::start({}, [](http::Request, std::unique_ptr<http::Responder> responder) { responder->send({404, "text/plain", "no", {}}); });
  REQUIRE(other);
  port = (*other)->port();
  f.config.set("pos.http", at(port));
  f.run();
  CHECK(f.says("BAD   HTTP door: another program listens at " + at(port) + ", so the agent cannot start"));
}

TEST_CASE("doctor: a certificate that was renewed under a running agent is noticed", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  std::ofstream(f.folder.file("pos.key")) << http::kTestKey;
  std::ofstream(f.folder.file("pos.crt")) << http::kTestCertificate;
  f.config.set("pos.certificate", f.folder.file("pos.crt").string());
  f.config.set("pos.key", f.folder.file("pos.key").string());
  const auto app = AgentApp::start(f.config);
  REQUIRE(app);
  f.config.set("pos.http", "127.0.0.1:" + std::to_string((*app)->http_port()));
  f.run();
  CHECK(f.says("ok    HTTP door: answers at"));
  std::ofstream(f.folder.file("pos.crt")) << http::kOtherTestCertificate;
  f.run();
  CHECK(f.says("BAD   HTTP door: it still shows another certificate than pos.certificate"));
}

TEST_CASE("doctor: a file that root has left in the folder is named with the way to mend it", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  f.run();
  CHECK(f.says("ok    permissions: all in"));
  const auto left = f.folder.file("left");
  std::ofstream(left) << "x";
  if (::chown(left.c_str(), 12'345, 12'345) != 0) return;  // only root can make such a file
  f.run();
  CHECK(f.says("BAD   permissions: " + left.string() + " belongs to 12345"));
  CHECK(f.says("sudo chown -R"));
}

TEST_CASE("doctor: a database that is none is named with the way out", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  std::ofstream(f.folder.file("agent.db")) << std::string(8'192, 'x');
  CHECK(f.run() == 1);
  CHECK(f.says("tillsync-agent doctor --recover"));
}

}  // namespace tillsync::agent
