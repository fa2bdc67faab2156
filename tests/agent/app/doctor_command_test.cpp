#include "agent/app/doctor_command.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "agent/app/agent_app.h"
#include "tests/agent/app/app_fixture.h"

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

TEST_CASE("doctor: a database that is none is named with the way out", "[agent][app]") {
  DoctorFixture f;
  f.enrol();
  std::ofstream(f.folder.file("agent.db")) << std::string(8'192, 'x');
  CHECK(f.run() == 1);
  CHECK(f.says("tillsync-agent doctor --recover"));
}

}  // namespace tillsync::agent
