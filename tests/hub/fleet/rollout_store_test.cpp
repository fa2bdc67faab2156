#include "hub/fleet/rollout_store.h"

#include <catch2/catch.hpp>

#include "common/sql/sqlite.h"
#include "hub/fleet/config_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kRolloutNow{1'700'000'000'000'000};

struct RolloutFixture {
  std::unique_ptr<sql::Connection> connection;
  RolloutFixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    connection = std::move(*sql::open_sqlite(options));
    REQUIRE(FleetStore::migrate(*connection));
    REQUIRE(migrate_masterdata(*connection));
    REQUIRE(OutboundStore::migrate(*connection));
    for (int i = 0; i < 3; ++i) REQUIRE(ConfigStore(*connection).add("{}", "", "ana", kRolloutNow));
  }
  RolloutStore store() { return RolloutStore(*connection); }
  Result<std::int64_t> add(std::int64_t revision = 2) {
    Rollout rollout;
    rollout.revision = revision;
    rollout.stop_percent = 10;
    rollout.who = "ana";
    rollout.created_at = kRolloutNow;
    rollout.waves = {{1, R"({"group":"pilot"})", WaveStatus::kWaiting}, {2, R"({"all":true})", WaveStatus::kWaiting}};
    for (const auto& [wave, id] : {std::pair{1, "a_1"}, {1, "a_2"}, {2, "a_3"}}) {
      RolloutMember member;
      member.wave_no = wave;
      member.agent_id = AgentId(id);
      rollout.members.push_back(member);
    }
    return store().add(rollout);
  }
  Rollout active() {
    const auto all = store().active();
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    return all->front();
  }
  /// Sends the first wave.
  Rollout begin() {
    const Rollout rollout = active();
    RolloutStep step;
    step.send = {rollout.members[0], rollout.members[1]};
    step.waves = {{1, rollout.waves[0].selector, WaveStatus::kRunning}};
    const auto given = store().apply(rollout, step, kRolloutNow + seconds(1));
    REQUIRE(given);
    CHECK(given->size() == 2);
    return active();
  }
  void settle(const Rollout& rollout, std::size_t member, MemberState state, const std::string& error = "") {
    RolloutStep step;
    step.changed = {rollout.members[member]};
    step.changed[0].state = state;
    step.changed[0].error = error;
    REQUIRE(store().apply(rollout, step, kRolloutNow + seconds(2)));
  }
  std::int64_t wanted(const std::string& agent) { return FleetStore(*connection).wanted_configs()->at(agent).revision; }
  void give_back() {
    const auto all = store().active();
    REQUIRE(all);
    for (const Rollout& rollout : *all) {
      RolloutStep step;
      for (const auto& member : rollout.members)
        if (member.state == MemberState::kReturning) step.give_back.push_back(member);
      REQUIRE(store().apply(rollout, step, kRolloutNow + seconds(3)));
    }
  }
};

}  // namespace

TEST_CASE("roll-outs: kept whole, one runs at a time", "[fleet]") {
  RolloutFixture fixture;
  CHECK(*fixture.add() == 1);
  const Rollout rollout = fixture.active();
  CHECK(rollout.waves.size() == 2);
  CHECK(rollout.members.size() == 3);
  CHECK(rollout.waves[0].selector == R"({"group":"pilot"})");
  const auto second = fixture.add();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::kConflict);
  REQUIRE(fixture.store().stop(1, "stopped by ana"));
  CHECK(*fixture.add() == 2);
  CHECK(fixture.store().list(0, 10)->front().rollout_no == 2);
  CHECK(fixture.store().list(2, 10)->front().stopped_because == "stopped by ana");
  const auto again = fixture.store().resume(1);  // the other one runs
  REQUIRE_FALSE(again);
  CHECK(again.error().code == ErrorCode::kConflict);
}

TEST_CASE("roll-outs: figures of each wave with its failures", "[fleet]") {
  RolloutFixture fixture;
  REQUIRE(fixture.add());
  const Rollout rollout = fixture.begin();
  CHECK(rollout.members[0].state == MemberState::kSent);
  CHECK(fixture.wanted("a_1") == 2);
  fixture.settle(rollout, 0, MemberState::kDone);
  fixture.settle(rollout, 1, MemberState::kFailed, "no room");
  auto figures = *fixture.store().figures(1);
  CHECK(figures[1].total == 2);
  CHECK(figures[1].done == 1);
  CHECK(figures[1].failed == 1);
  REQUIRE(figures[1].failures.size() == 1);
  CHECK(figures[1].failures[0].error == "no room");
  CHECK(figures[2].total == 1);
}

TEST_CASE("roll-outs: a stop takes back what nobody has heard of; going on tries the failed again", "[fleet]") {
  RolloutFixture fixture;
  REQUIRE(ConfigStore(*fixture.connection).want(AgentId("a_1"), 1, "ana", kRolloutNow));
  REQUIRE(fixture.add());
  const Rollout rollout = fixture.begin();
  CHECK(rollout.members[0].previous_revision == 1);
  fixture.settle(rollout, 1, MemberState::kFailed, "no room");
  REQUIRE(fixture.store().stop(1, "stopped by ana"));
  CHECK_FALSE(fixture.store().stop(1, "again"));
  fixture.give_back();
  CHECK(fixture.wanted("a_1") == 1);
  CHECK(fixture.wanted("a_2") == 2);  // it has told: it keeps its last good one by itself
  REQUIRE(fixture.store().resume(1));
  const Rollout resumed = fixture.active();
  CHECK(resumed.status == RolloutStatus::kRunning);
  CHECK(resumed.waves[0].status == WaveStatus::kRunning);
  CHECK(resumed.members[0].state == MemberState::kWaiting);
  CHECK(resumed.members[1].state == MemberState::kWaiting);
}

TEST_CASE("roll-outs: taken back, everyone gets what it had before, but for those that were given another one since", "[fleet]") {
  RolloutFixture fixture;
  REQUIRE(ConfigStore(*fixture.connection).want(AgentId("a_1"), 1, "ana", kRolloutNow));
  REQUIRE(fixture.add());
  const Rollout rollout = fixture.begin();
  fixture.settle(rollout, 0, MemberState::kDone);
  fixture.settle(rollout, 1, MemberState::kDone);
  REQUIRE(ConfigStore(*fixture.connection).want(AgentId("a_2"), 3, "ana", kRolloutNow + seconds(2)));
  REQUIRE(fixture.store().take_back(1, "taken back by ana"));
  fixture.give_back();
  CHECK(fixture.wanted("a_1") == 1);
  CHECK(fixture.wanted("a_2") == 3);
  CHECK(fixture.store().active()->empty());
  CHECK((*fixture.store().find(1))->status == RolloutStatus::kFinished);
  CHECK_FALSE(fixture.store().resume(1));
  CHECK_FALSE(fixture.store().take_back(9, "no such"));
}
