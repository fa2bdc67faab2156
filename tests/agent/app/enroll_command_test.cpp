#include "agent/app/enroll_command.h"

#include <catch2/catch.hpp>

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

struct EnrollFixture {
  TemporaryFolder folder;
  EnrollOptions options{"tcp://hub:7001", transport::generate_key_pair().public_key, "token", folder.file("agent"), "till box", {}, {}, {}};
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

TEST_CASE("enroll: configuration and doors stand where they are told to", "[agent][app]") {
  EnrollFixture f;
  f.options.config = f.folder.file("etc.toml");
  f.options.zmq = "ipc:///run/x/pos.sock";
  f.options.spool = "/var/spool/x";
  const auto result = f.enrol();
  REQUIRE(result);
  CHECK(result->config == f.folder.file("etc.toml").string());
  const auto config = *config::load(f.folder.file("etc.toml"), agent_config_keys(), "TILLSYNC_TEST_NONE");
  CHECK(config.text("pos.zmq") == "ipc:///run/x/pos.sock");
  CHECK(config.text("pos.spool") == "/var/spool/x");
  REQUIRE(f.enrol());
  CHECK(f.keys_seen[0] == f.keys_seen[1]);
}

TEST_CASE("enroll: an answer file fills what the command line leaves open", "[agent][app]") {
  TemporaryFolder folder;
  const auto file = folder.file("enroll.toml");
  REQUIRE(os::write_file_durably(file, "hub = \"tcp://hub:7001\"\nhub_key = \"K\"\ntoken = \"T\"\nname = \"till 3\"\n", true));
  EnrollOptions given;
  given.name = "mine";
  const auto options = with_answers(given, file);
  REQUIRE(options);
  CHECK(options->hub == "tcp://hub:7001");
  CHECK(options->hub_key == "K");
  CHECK(options->token == "T");
  CHECK(options->name == "mine");
  REQUIRE(os::write_file_durably(file, "hubb = \"x\"\n", true));
  CHECK(with_answers({}, file).error().code == ErrorCode::kInvalid);
  CHECK(with_answers({}, folder.file("none.toml")).error().code == ErrorCode::kNotFound);
}

TEST_CASE("enroll: where a PC stands is said by the command line, then by a file on it, then by its host name", "[agent][app]") {
  TemporaryFolder folder;
  EnrollOptions given;
  given.host_pattern = "pos-{location}-{till}";
  given.host_case = "upper";
  CHECK(with_place(given, "pos-gb-1.shop.example")->location == "GB");
  CHECK(with_place(given, "pos-gb-1.shop.example")->till == "1");
  CHECK(with_place(given, "till-pc").error().code == ErrorCode::kInvalid);
  given.place_file = folder.file("place.toml").string();
  const auto missing = with_place(given, "pos-gb-1");
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(missing.error().hint.find("location = ") != std::string::npos);
  REQUIRE(os::write_file_durably(given.place_file, "location = \"FR\"\n", false));
  CHECK(with_place(given, "pos-gb-1")->location == "FR");
  CHECK(with_place(given, "pos-gb-1")->till == "1");
  REQUIRE(os::write_file_durably(given.place_file, "location = \"FR\"\ntill = \"FR-7\"\n", false));
  CHECK(with_place(given, "whatever")->till == "FR-7");
  given.location = "DE";
  CHECK(with_place(given, "whatever")->location == "DE");
  REQUIRE(os::write_file_durably(given.place_file, "place = \"FR\"\n", false));
  CHECK(with_place(given, "whatever").error().code == ErrorCode::kInvalid);
  given.till = "DE-1";
  CHECK(with_place(given, "whatever")->till == "DE-1");  // nothing is open: the file is not asked
  CHECK(with_place({}, "whatever")->location.empty());
  given.till.clear();
  given.place_file.clear();
  CHECK(with_place(given, "whatever")->till.empty());  // the location is said: another form of the name is no error
  CHECK(with_place(given, "pos-gb-1")->till == "1");
  CHECK(with_place(given, "pos-gb-1")->location == "DE");
  given = {};
  given.host_pattern = "{location}";
  given.host_case = "title";
  CHECK(with_place(given, "gb").error().code == ErrorCode::kInvalid);
}

TEST_CASE("enroll: the till that a PC stands at is in its agent.toml", "[agent][app]") {
  EnrollFixture f;
  f.options.till = "GB-1";
  CHECK(f.enrol()->till == "GB-1");
  CHECK(f.written().text("till") == "GB-1");
}

TEST_CASE("enroll: a key that came with a disk image makes place for this PC's own, that of an enrolled agent stays", "[agent][app]") {
  if (os::machine_id().empty()) WARN("this machine has no machine-id: nothing is told apart");
  EnrollFixture f;
  f.location.clear();
  CHECK_FALSE(f.enrol());  // the hub is not reached: the key is made, and then the image is taken
  const auto mark = f.folder.file("agent") / "keys" / "agent.machine";
  if (!os::machine_id().empty()) CHECK(std::filesystem::exists(mark));
  CHECK_FALSE(are_keys_of_other_machine(f.folder.file("agent")));
  REQUIRE(os::write_file_durably(mark, std::string(64, '0') + "\n", false));
  CHECK(are_keys_of_other_machine(f.folder.file("agent")) == !os::machine_id().empty());
  f.location = "GB";
  REQUIRE(f.enrol());
  CHECK((f.keys_seen[0] != f.keys_seen[1]) == !os::machine_id().empty());
  CHECK_FALSE(are_keys_of_other_machine(f.folder.file("agent")));
  REQUIRE(os::write_file_durably(mark, std::string(64, '0') + "\n", false));
  REQUIRE(f.enrol());
  CHECK(f.keys_seen[1] == f.keys_seen[2]);
}

TEST_CASE("enroll: without a folder the package's places are taken, and what is missing is named", "[agent][app]") {
  EnrollOptions options;
  options.hub = "tcp://hub:7001";
  options.hub_key = "K";
  CHECK(completed(options).error().detail == "--token is missing");
  options.token = "T";
  const auto packaged = completed(options);
  REQUIRE(packaged);
  CHECK(packaged->data == kPackagedData);
  CHECK(packaged->config == kPackagedConfig);
  CHECK(packaged->zmq == kPackagedZmq);
  CHECK(packaged->spool == kPackagedSpool);
  options.data = "/tmp/x";
  CHECK(completed(options)->config.empty());
  CHECK(completed(options)->zmq.empty());
}

}  // namespace tillsync::agent
