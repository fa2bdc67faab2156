#include "agent/app/enroll_command.h"

#include <catch2/catch.hpp>

#include "agent/app/agent_config.h"
#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

struct EnrollFixture {
  TemporaryFolder folder;
  EnrollOptions options{"tcp://hub:7001", transport::generate_key_pair().public_key, "token", folder.file("agent"), "till box"};
  std::vector<std::string> keys_seen;
  std::string location = "GB";

  Result<EnrollResult> enrol() {
    return enroll_agent(options, [this](const EnrollOptions&, const transport::CurveKeyPair& keys) -> Result<wire::Enrolled> {
      keys_seen.push_back(keys.public_key);
      if (location.empty()) return fail(ErrorCode::kDenied, "enrol", "the token is not good");
      return wire::Enrolled{AgentId("a_7"), LocationId(location)};
    });
  }
  config::Config written() { return *config::load(folder.file("agent") / "agent.toml", agent_config_keys(), "TILLSYNC_TEST_NONE"); }
};

}  // namespace

TEST_CASE("enroll: writes an agent.toml that names hub, location and folder", "[agent][app]") {
  EnrollFixture f;
  const auto result = f.enrol();
  REQUIRE(result);
  CHECK(result->agent_id == "a_7");
  CHECK(result->location == "GB");
  const auto config = f.written();
  CHECK(config.text("location") == "GB");
  CHECK(config.text("hub.public_key") == f.options.hub_key);
  CHECK(config.list("hub.endpoints") == std::vector<std::string>{"tcp://hub:7001"});
  CHECK(config.text("data.dir") == f.folder.file("agent").string());
}

TEST_CASE("enroll: asking again keeps key and configuration", "[agent][app]") {
  EnrollFixture f;
  REQUIRE(f.enrol());
  const auto file = f.folder.file("agent") / "agent.toml";
  const std::string edited = *os::read_file(file, 100'000) + "\n# mine\n";
  REQUIRE(os::write_file_durably(file, edited, false));
  REQUIRE(f.enrol());
  CHECK(f.keys_seen[0] == f.keys_seen[1]);
  CHECK(*os::read_file(file, 100'000) == edited);
}

TEST_CASE("enroll: a refusal leaves no agent.toml, the next try uses the same key", "[agent][app]") {
  EnrollFixture f;
  f.location.clear();
  CHECK(f.enrol().error().code == ErrorCode::kDenied);
  CHECK_FALSE(std::filesystem::exists(f.folder.file("agent") / "agent.toml"));
  f.location = "GB";
  REQUIRE(f.enrol());
  CHECK(f.keys_seen[0] == f.keys_seen[1]);
}

TEST_CASE("enroll: a folder of another hub or location is not taken over", "[agent][app]") {
  EnrollFixture f;
  REQUIRE(f.enrol());
  f.location = "FR";
  CHECK(f.enrol().error().code == ErrorCode::kAlreadyExists);
  f.location = "GB";
  f.options.hub_key = transport::generate_key_pair().public_key;
  CHECK(f.enrol().error().code == ErrorCode::kAlreadyExists);
  CHECK(f.keys_seen.size() == 2);  // the other hub was not even asked
  f.options.hub_key = "nonsense";
  CHECK(f.enrol().error().code == ErrorCode::kInvalid);
}

}  // namespace tillsync::agent
