#include "agent/app/new_key_command.h"

#include <catch2/catch.hpp>

#include "agent/app/agent_app.h"
#include "agent/app/agent_keys.h"
#include "agent/app/door_client.h"
#include "agent/ingest/data_reader.h"
#include "common/base/os.h"
#include "tests/agent/app/app_fixture.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

struct NewKeyFixture {
  TemporaryFolder folder;
  std::filesystem::path data = folder.file("agent");
  std::string agent_id = "a_first", location = "GB";
  std::vector<std::string> asked;  // public keys
  EnrollOptions options{"tcp://127.0.0.1:9", transport::generate_key_pair().public_key, "token", data, "pc", {}, {}, {}};

  NewKeyFixture() { REQUIRE(enroll_agent(options, hub())); }
  AskHub hub() {
    return [this](const EnrollOptions& asking, const transport::CurveKeyPair& keys) -> Result<wire::Enrolled> {
      if (agent_id.empty()) return fail(ErrorCode::kDenied, "enrol", "the token is not good");
      CHECK(asking.hub == "tcp://127.0.0.1:9");
      asked.push_back(keys.public_key);
      return wire::Enrolled{AgentId(agent_id), LocationId(location)};
    };
  }
  Result<EnrollResult> renew() {
    EnrollOptions given;
    given.token = "token-2";
    given.data = data;
    auto whole = with_agent_of_folder(given);
    REQUIRE(whole);
    return enroll_with_new_key(*whole, hub());
  }
  config::Config config() {
    auto read = *config::load(data / "agent.toml", agent_config_keys(), "TILLSYNC_TEST_NONE");
    read.set("pos.http", std::string("127.0.0.1:0"));
    return read;
  }
  std::string key_on_disk() { return load_keys(data)->public_key; }
  OutboxState outbox() { return *(*DataReader::open(data))->with_outbox([](OutboxReader& reader) { return reader.state(); }); }
};

}  // namespace

TEST_CASE("new key: the folder's agent is a new one, its documents wait under a new epoch, the old key is put aside", "[agent][app]") {
  NewKeyFixture f;
  {
    const auto app = AgentApp::start(f.config());
    REQUIRE(app);
    for (const char* number : {"1", "2", "3"}) REQUIRE(ask_door((*app)->zmq_endpoint(), sale(number), seconds(10)));
    const auto refused = f.renew();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kUnavailable);
    CHECK(refused.error().hint.find("stop it first") != std::string::npos);
  }
  const OutboxState before = f.outbox();
  const std::string old_key = f.key_on_disk();
  REQUIRE(os::write_file_durably(f.data / "remote.json", "{}", false));
  f.agent_id = "a_second";
  REQUIRE(f.renew());
  CHECK(f.key_on_disk() != old_key);
  CHECK(f.config().text("agent_id") == "a_second");
  CHECK(f.config().text("location") == "GB");
  const OutboxState after = f.outbox();
  CHECK(after.epoch != before.epoch);
  CHECK(after.last_seq - after.acked_seq == 3);
  CHECK(after.incarnation == IncarnationId{});
  CHECK(load_keys(f.data / "quarantine" / "agent-a_first")->public_key == old_key);
  CHECK(std::filesystem::exists(f.data / "quarantine" / "agent-a_first" / "remote.json"));
  CHECK_FALSE(std::filesystem::exists(f.data / "remote.json"));
  CHECK_FALSE(std::filesystem::exists(f.data / "keys.next"));
  REQUIRE(AgentApp::start(f.config()));
}

TEST_CASE("new key: asking again after a lost answer takes the same new key", "[agent][app]") {
  NewKeyFixture f;
  const std::string old_key = f.key_on_disk();
  f.agent_id.clear();
  CHECK(f.renew().error().code == ErrorCode::kDenied);
  CHECK(f.key_on_disk() == old_key);
  f.agent_id = "a_second";
  f.location = "FR";
  CHECK(f.renew().error().code == ErrorCode::kAlreadyExists);
  CHECK(f.key_on_disk() == old_key);
  CHECK(f.config().text("agent_id") == "a_first");
  f.location = "GB";
  REQUIRE(f.renew());
  REQUIRE(f.asked.size() == 3);
  CHECK(f.asked[1] == f.asked[2]);
  CHECK(f.key_on_disk() == f.asked[2]);
}

TEST_CASE("new key: of a second one the first stays in quarantine, and what people wrote into agent.toml stays", "[agent][app]") {
  NewKeyFixture f;
  const auto file = f.data / "agent.toml";
  REQUIRE(os::write_file_durably(file, "# ours\n" + *os::read_file(file, 100'000), false));
  for (int round = 0; round < 2; ++round) REQUIRE(f.renew());  // the hub calls it a_first again: as a test's hub may
  CHECK(std::filesystem::exists(f.data / "quarantine" / "agent-a_first" / "keys"));
  CHECK(std::filesystem::exists(f.data / "quarantine" / "agent-a_first-2" / "keys"));
  CHECK(os::read_file(file, 100'000)->starts_with("# ours\n"));
}

TEST_CASE("new key: a folder without an agent says so", "[agent][app]") {
  TemporaryFolder folder;
  EnrollOptions given;
  given.data = folder.file("none");
  const auto refused = with_agent_of_folder(given);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kNotFound);
  CHECK(refused.error().hint.find("--new-key") != std::string::npos);
}

}  // namespace tillsync::agent
