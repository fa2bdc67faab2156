#include "hub/fleet/command_store.h"

#include <catch2/catch.hpp>

#include "common/sql/sqlite.h"
#include "hub/fleet/fleet_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kCommandNow{1'700'000'000'000'000};

struct CommandFixture {
  std::unique_ptr<sql::Connection> connection;
  CommandFixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    connection = std::move(*sql::open_sqlite(options));
    REQUIRE(FleetStore::migrate(*connection));
  }
  CommandStore store() { return CommandStore(*connection); }
  Result<void> add(const std::string& id, const std::string& agent = "a_1", Instant at = kCommandNow) {
    AgentCommand command;
    command.command_id = id;
    command.agent_id = AgentId(agent);
    command.name = "verify";
    command.arguments = "{}";
    command.who = "ana";
    command.created_at = at;
    command.expires_at = at + kCommandLifetime;
    return store().add(command);
  }
  std::vector<std::string> open(Instant now = kCommandNow) {
    std::vector<std::string> ids;
    const auto open = store().open(AgentId("a_1"), now);
    REQUIRE(open);
    for (const auto& command : *open) ids.push_back(command.command_id);
    return ids;
  }
};

}  // namespace

TEST_CASE("commands: open until answered, the first answer counts", "[fleet]") {
  CommandFixture fixture;
  REQUIRE(fixture.add("k_1"));
  REQUIRE(fixture.add("k_2", "a_1", kCommandNow + seconds(1)));
  REQUIRE(fixture.add("k_3", "a_2"));
  CHECK(fixture.open() == std::vector<std::string>{"k_1", "k_2"});
  REQUIRE(fixture.store().mark_sent("k_1", kCommandNow + seconds(2)));
  REQUIRE(fixture.store().mark_sent("k_1", kCommandNow + seconds(9)));
  CHECK((*fixture.store().find("k_1"))->sent_at == kCommandNow + seconds(2));  // the first time
  CHECK(fixture.open() == std::vector<std::string>{"k_1", "k_2"});             // sent is still open
  CHECK(*fixture.store().answer("k_1", AgentId("a_1"), true, R"({"n":1})", kCommandNow + seconds(3)));
  CHECK_FALSE(*fixture.store().answer("k_1", AgentId("a_1"), false, "{}", kCommandNow + seconds(4)));
  CHECK_FALSE(*fixture.store().answer("k_2", AgentId("a_2"), true, "{}", kCommandNow));  // not its command
  CHECK_FALSE(*fixture.store().answer("k_9", AgentId("a_1"), true, "{}", kCommandNow));
  const auto command = *fixture.store().find("k_1");
  CHECK(command->status == CommandStatus::kDone);
  CHECK(command->result == R"({"n":1})");
  CHECK(fixture.open() == std::vector<std::string>{"k_2"});
  REQUIRE(fixture.store().mark_sent("k_1", kCommandNow));  // late: changes nothing
  CHECK((*fixture.store().find("k_1"))->status == CommandStatus::kDone);
  const auto history = FleetStore(*fixture.connection).history(AgentId("a_1"));
  REQUIRE(history->size() == 3);
  CHECK(history->back().what == "answered");
}

TEST_CASE("commands: expired after a day, and an answer that comes later is kept all the same", "[fleet]") {
  CommandFixture fixture;
  REQUIRE(fixture.add("k_1"));
  const Instant end = kCommandNow + kCommandLifetime;
  CHECK(fixture.open(end - Duration{1}).size() == 1);
  CHECK(fixture.open(end).empty());
  CHECK(*fixture.store().expire(end - Duration{1}) == 0);
  CHECK(*fixture.store().expire(end) == 1);
  CHECK((*fixture.store().find("k_1"))->status == CommandStatus::kExpired);
  CHECK(*fixture.store().answer("k_1", AgentId("a_1"), false, "{}", end + seconds(1)));
  CHECK((*fixture.store().find("k_1"))->status == CommandStatus::kFailed);
}

TEST_CASE("commands: at the limit of open ones, and one more", "[fleet]") {
  CommandFixture fixture;
  for (std::size_t i = 0; i < kCommandsOpenMax; ++i) REQUIRE(fixture.add("k_" + std::to_string(i)));
  const auto refused = fixture.add("k_more");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kLimitExceeded);
  REQUIRE(fixture.store().answer("k_0", AgentId("a_1"), true, "{}", kCommandNow));
  CHECK(fixture.add("k_more"));
}

TEST_CASE("commands: listed newest first, page by page", "[fleet]") {
  CommandFixture fixture;
  for (int i = 0; i < 5; ++i) REQUIRE(fixture.add("k_" + std::to_string(i), "a_1", kCommandNow + seconds(i)));
  std::vector<std::string> walked;
  std::string after;
  for (;;) {
    const auto page = *fixture.store().list(AgentId("a_1"), after, 2);
    if (page.empty()) break;
    for (const auto& command : page) walked.push_back(command.command_id);
    after = page.back().command_id;
  }
  CHECK(walked == std::vector<std::string>{"k_4", "k_3", "k_2", "k_1", "k_0"});
}
