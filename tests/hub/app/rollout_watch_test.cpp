#include "hub/app/rollout_watch.h"

#include <catch2/catch.hpp>

#include "common/config/remote_settings.h"
#include "hub/app/hub_database.h"
#include "hub/fleet/config_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/fleet/rollout_store.h"
#include "hub/outbound/outbound_store.h"
#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;

namespace {

/// Commits each task at once.
class RolloutWriter : public WriterPort {
 public:
  explicit RolloutWriter(std::unique_ptr<sql::Connection> connection) : connection_(std::move(connection)) {}
  Result<void> submit(Priority, Command command) override {
    if (is_stopped) return fail(ErrorCode::kShuttingDown, "submit", "stopped");
    const Task& task = std::get<Task>(command);
    ++tasks;
    REQUIRE(connection_->begin());
    const Result<void> applied = task.apply(*connection_, now);
    const Result<void> ended = applied ? connection_->commit() : connection_->rollback();
    REQUIRE(ended);
    if (task.done) task.done(applied);
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
  sql::Connection& connection() { return *connection_; }
  bool is_stopped = false;
  int tasks = 0;
  Instant now{1'700'000'000'000'000};

 private:
  std::unique_ptr<sql::Connection> connection_;
};

struct RolloutWatchFixture {
  TempFolder folder;
  RolloutWriter writer{std::move(*open_database(folder.path / "hub.db", 4))};
  std::unique_ptr<sql::Connection> reads = std::move(*open_for_reading(folder.path / "hub.db"));
  AgentRegistry agents;
  std::vector<AgentId> ids;
  int queued = 0;

  RolloutWatchFixture() {
    EnrolmentToken token;
    token.token_id = "et_1";
    token.location = LocationId("GB");
    token.uses_max = 10;
    token.created_at = writer.now;
    token.expires_at = writer.now + seconds(3'600);
    FleetStore fleet(writer.connection());
    REQUIRE(fleet.add_enrolment_token(token, "secret"));
    REQUIRE(ConfigStore(writer.connection()).add(R"({"log.level":"debug"})", "", "ana", writer.now));
    Rollout rollout;
    rollout.revision = 1;
    rollout.stop_percent = 0;
    rollout.who = "ana";
    rollout.created_at = writer.now;
    for (std::int64_t wave = 1; wave <= 2; ++wave) {
      const auto enrolled = fleet.enrol({"key-" + std::to_string(wave), "pc", "1"}, "secret", writer.now);
      REQUIRE(enrolled);
      agents.put(enrolled->agent);
      ids.push_back(enrolled->agent.agent_id);
      rollout.waves.push_back({wave, "{}", WaveStatus::kWaiting});
      RolloutMember member;
      member.wave_no = wave;
      member.agent_id = ids.back();
      rollout.members.push_back(member);
      tells(wave, 0);
    }
    REQUIRE(RolloutStore(writer.connection()).add(rollout));
  }
  void tells(std::int64_t wave, std::int64_t item, const std::string& error = "") {
    AgentStatus status;
    status.config_item = item;
    status.config_error = error;
    agents.set_status("key-" + std::to_string(wave), status, "1", writer.now);
  }
  bool step() {
    writer.now = writer.now + seconds(1);
    const auto stepped = step_rollouts(*reads, writer, agents, [this] { ++queued; }, writer.now);
    REQUIRE(stepped);
    return *stepped;
  }
  std::int64_t item(std::size_t agent) { return agents.view(ids[agent], writer.now)->wanted.item; }
  Rollout stored() { return **RolloutStore(writer.connection()).find(1); }
};

}  // namespace

TEST_CASE("roll-out watch: gives the first wave its revision, the second when the first has told, and ends", "[app]") {
  RolloutWatchFixture fixture;
  CHECK(fixture.step());
  CHECK(fixture.queued == 1);
  CHECK(fixture.item(0) != 0);
  CHECK(fixture.item(1) == 0);
  const int tasks = fixture.writer.tasks;
  CHECK(fixture.step());
  CHECK(fixture.writer.tasks == tasks);  // nothing to write
  fixture.tells(1, fixture.item(0));
  fixture.step();
  CHECK(fixture.item(1) != 0);
  fixture.tells(2, fixture.item(1));
  fixture.step();
  CHECK(fixture.stored().status == RolloutStatus::kFinished);
  CHECK_FALSE(fixture.step());
}

TEST_CASE("roll-out watch: a failure beyond the limit stops it, and the second wave gets nothing", "[app]") {
  RolloutWatchFixture fixture;
  fixture.step();
  fixture.tells(1, fixture.item(0), "no room");
  fixture.step();
  CHECK(fixture.stored().status == RolloutStatus::kStopped);
  CHECK(fixture.stored().stopped_because == "1 of 1 failed in wave 1, more than 0 %");
  fixture.step();
  CHECK(fixture.item(1) == 0);
}

TEST_CASE("roll-out watch: a writer that is shutting down is told, and nothing is lost", "[app]") {
  RolloutWatchFixture fixture;
  fixture.writer.is_stopped = true;
  CHECK_FALSE(step_rollouts(*fixture.reads, fixture.writer, fixture.agents, [] {}, fixture.writer.now));
  fixture.writer.is_stopped = false;
  fixture.step();
  CHECK(fixture.item(0) != 0);
}

TEST_CASE("roll-out watch: stopped by a person before anybody was heard, what was sent is taken back", "[app]") {
  RolloutWatchFixture fixture;
  fixture.step();
  REQUIRE(RolloutStore(fixture.writer.connection()).stop(1, "stopped by ana"));
  fixture.step();
  CHECK(fixture.agents.view(fixture.ids[0], fixture.writer.now)->wanted.revision == 0);
  CHECK_FALSE(fixture.step());
}
