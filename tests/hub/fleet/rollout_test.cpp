#include "hub/fleet/rollout.h"

#include <catch2/catch.hpp>

#include <map>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kRollNow{1'700'000'000'000'000};

/// A roll-out whose agents tell what the test says.
struct RollFixture {
  Rollout rollout;
  std::map<std::string, MemberReport> reports;
  Instant now = kRollNow;
  std::int64_t next_item = 100;

  RollFixture(std::vector<int> waves, std::int64_t stop_percent) {
    rollout.revision = 17;
    rollout.stop_percent = stop_percent;
    for (std::size_t w = 0; w < waves.size(); ++w) {
      rollout.waves.push_back({static_cast<std::int64_t>(w) + 1, "{}", WaveStatus::kWaiting});
      for (int i = 0; i < waves[w]; ++i) {
        RolloutMember member;
        member.wave_no = static_cast<std::int64_t>(w) + 1;
        member.agent_id = AgentId("a_" + std::to_string(w + 1) + "_" + std::to_string(i));
        rollout.members.push_back(member);
        reports[member.agent_id.value] = {AgentState::kOnline, now, 0, 0, ""};
      }
    }
  }
  RolloutStep decide() {
    return decide_rollout(rollout,
                          [this](const AgentId& id) -> std::optional<MemberReport> {
                            const auto found = reports.find(id.value);
                            return found == reports.end() ? std::nullopt : std::optional(found->second);
                          },
                          now);
  }
  RolloutMember& member(const std::string& id) {
    for (auto& one : rollout.members)
      if (one.agent_id.value == id) return one;
    FAIL(id);
    return rollout.members[0];
  }
  /// What the store does with a step.
  RolloutStep take() {
    RolloutStep step = decide();
    for (const auto& changed : step.changed) member(changed.agent_id.value) = changed;
    for (const auto& sent : step.send) {
      RolloutMember& one = member(sent.agent_id.value);
      one.state = MemberState::kSent;
      one.item = next_item++;
      one.sent_at = now;
      one.told_at.reset();
      reports[sent.agent_id.value].wanted_item = one.item;
    }
    for (const auto& wave : step.waves) rollout.waves[static_cast<std::size_t>(wave.wave_no) - 1] = wave;
    if (step.status) rollout.status = *step.status;
    return step;
  }
  void heard(const std::string& id) { reports[id].last_seen = now; }
  void tells(const std::string& id, const std::string& error = "") {
    heard(id);
    reports[id].config_item = member(id).item;
    reports[id].config_error = error;
  }
  void is_dark(const std::string& id) { reports[id].state = AgentState::kDark; }
};

}  // namespace

TEST_CASE("roll-out: wave by wave, the next when everybody of the one before has told", "[fleet]") {
  RollFixture fixture({2, 1}, 10);
  CHECK(fixture.take().send.size() == 2);
  CHECK(fixture.rollout.waves[0].status == WaveStatus::kRunning);
  CHECK(fixture.take().is_empty());
  fixture.now = fixture.now + seconds(1);
  fixture.tells("a_1_0");
  CHECK(fixture.take().send.empty());
  fixture.tells("a_1_1");
  const auto step = fixture.take();
  CHECK(fixture.rollout.waves[0].status == WaveStatus::kDone);
  REQUIRE(step.send.size() == 1);
  CHECK(step.send[0].agent_id.value == "a_2_0");
  fixture.now = fixture.now + seconds(1);
  fixture.tells("a_2_0");
  fixture.take();
  CHECK(fixture.rollout.status == RolloutStatus::kFinished);
}

TEST_CASE("roll-out: stops when more than the limit of a wave fail, not at the limit", "[fleet]") {
  RollFixture fixture({10, 1}, 10);
  fixture.take();
  fixture.now = fixture.now + seconds(1);
  fixture.tells("a_1_0", "no room");
  CHECK_FALSE(fixture.take().status);  // 1 of 10 is 10 %
  fixture.tells("a_1_1", "no room");
  const auto step = fixture.take();
  CHECK(step.status == RolloutStatus::kStopped);
  CHECK(step.stopped_because == "2 of 10 failed in wave 1, more than 10 %");
  CHECK(fixture.rollout.waves[0].status == WaveStatus::kStopped);
  CHECK(fixture.rollout.waves[1].status == WaveStatus::kWaiting);
  CHECK(fixture.take().send.empty());
  CHECK(fixture.member("a_1_1").error == "no room");
}

TEST_CASE("roll-out: a limit of nought stops at the first failure; one of a hundred never", "[fleet]") {
  RollFixture strict({2}, 0);
  strict.take();
  strict.now = strict.now + seconds(1);
  strict.tells("a_1_0", "no");
  CHECK(strict.take().status == RolloutStatus::kStopped);
  RollFixture lax({1, 1}, 100);
  lax.take();
  lax.now = lax.now + seconds(1);
  lax.tells("a_1_0", "no");
  CHECK(lax.take().send.size() == 1);
}

TEST_CASE("roll-out: dark agents are left and hold nothing up; a wave that is dark as a whole waits", "[fleet]") {
  RollFixture fixture({2, 1}, 10);
  fixture.is_dark("a_1_0");
  fixture.is_dark("a_1_1");
  fixture.take();
  fixture.now = fixture.now + seconds(86'400);
  CHECK(fixture.take().is_empty());  // neither failed nor done, and no next wave
  CHECK(fixture.rollout.waves[0].status == WaveStatus::kRunning);
  fixture.tells("a_1_0");
  CHECK(fixture.take().send.size() == 1);
  CHECK(fixture.rollout.waves[0].status == WaveStatus::kDone);
  CHECK(fixture.member("a_1_1").state == MemberState::kSent);
  // It comes back long after its wave, and is settled then.
  fixture.tells("a_1_1");
  fixture.take();
  CHECK(fixture.member("a_1_1").state == MemberState::kDone);
}

TEST_CASE("roll-out: one that was heard and tells nothing fails after its patience", "[fleet]") {
  RollFixture fixture({1}, 0);
  fixture.take();
  fixture.now = fixture.now + seconds(1);
  fixture.heard("a_1_0");
  fixture.take();
  REQUIRE(fixture.member("a_1_0").told_at);
  fixture.is_dark("a_1_0");
  fixture.now = *fixture.member("a_1_0").told_at + kReportPatience - Duration{1};
  CHECK_FALSE(fixture.take().status);
  fixture.now = fixture.now + Duration{1};
  CHECK(fixture.take().status == RolloutStatus::kStopped);
  CHECK(fixture.member("a_1_0").error == "went dark after it was sent");
}

TEST_CASE("roll-out: one that is given another configuration is none of its business any more", "[fleet]") {
  RollFixture fixture({2}, 0);
  fixture.take();
  fixture.now = fixture.now + seconds(1);
  fixture.reports["a_1_0"].wanted_item = 999;
  fixture.reports.erase("a_1_1");
  fixture.take();
  CHECK(fixture.member("a_1_0").state == MemberState::kWithdrawn);
  CHECK(fixture.member("a_1_1").state == MemberState::kWithdrawn);
  CHECK(fixture.rollout.status == RolloutStatus::kFinished);
}

TEST_CASE("roll-out: an empty wave is passed over, and a large one is sent in bites", "[fleet]") {
  RollFixture fixture({0, static_cast<int>(kSendsPerStep) + 1}, 10);
  CHECK(fixture.take().send.size() == kSendsPerStep);
  CHECK(fixture.rollout.waves[0].status == WaveStatus::kDone);
  CHECK(fixture.take().send.size() == 1);
  CHECK(fixture.take().send.empty());
}

TEST_CASE("roll-out: when all tell at once they are settled in bites, and none is passed over", "[fleet]") {
  RollFixture fixture({static_cast<int>(kSettledPerStep) + 1}, 10);
  for (int step = 0; step < 10 && !fixture.take().send.empty(); ++step) continue;
  fixture.now = fixture.now + seconds(1);
  for (const auto& member : fixture.rollout.members) fixture.tells(member.agent_id.value);
  CHECK(fixture.take().changed.size() == kSettledPerStep);
  CHECK(fixture.rollout.status == RolloutStatus::kRunning);
  CHECK(fixture.take().changed.size() == 1);
  CHECK(fixture.rollout.status == RolloutStatus::kFinished);
}

TEST_CASE("roll-out: one that does not run sends nothing, settles what is out and gives back what returns", "[fleet]") {
  RollFixture fixture({3}, 50);
  fixture.take();
  fixture.rollout.status = RolloutStatus::kStopped;
  fixture.now = fixture.now + seconds(1);
  fixture.tells("a_1_0", "no");
  fixture.member("a_1_1").state = MemberState::kReturning;
  fixture.member("a_1_2").state = MemberState::kWaiting;
  const auto step = fixture.decide();
  CHECK(step.send.empty());
  CHECK(step.changed.size() == 1);
  REQUIRE(step.give_back.size() == 1);
  CHECK(step.give_back[0].agent_id.value == "a_1_1");
  CHECK_FALSE(step.status);
}

TEST_CASE("roll-out: waves hold every agent once; a larger share holds a smaller one", "[fleet]") {
  std::vector<FleetMember> fleet;
  for (int i = 0; i < 101; ++i) fleet.push_back({AgentId("a_" + std::to_string(i)), i % 10 == 0 ? "pilot" : "rest"});
  const auto waves = choose_waves(fleet, {{"pilot", {}, false}, {"", 10, false}, {"", {}, true}});
  REQUIRE(waves.size() == 3);
  CHECK(waves[0].size() == 11);
  CHECK(waves[1].size() <= 11);
  CHECK(waves[0].size() + waves[1].size() + waves[2].size() == fleet.size());
  const auto ten = choose_waves(fleet, {{"", 10, false}})[0];
  CHECK(ten.size() == 11);  // rounded up
  const auto twenty = choose_waves(fleet, {{"", 20, false}})[0];
  for (const AgentId& id : ten) CHECK(std::ranges::find(twenty, id) != twenty.end());
  CHECK(choose_waves(fleet, {{"", 100, false}})[0].size() == fleet.size());
  CHECK(choose_waves(fleet, {{"nobody", {}, false}})[0].empty());
  CHECK(choose_waves({}, {{"", 100, false}})[0].empty());
}

TEST_CASE("roll-out: the names of states are a closed list", "[fleet]") {
  for (const auto status : {RolloutStatus::kRunning, RolloutStatus::kStopped, RolloutStatus::kFinished}) CHECK(parse_rollout_status(to_string(status)) == status);
  for (const auto status : {WaveStatus::kWaiting, WaveStatus::kRunning, WaveStatus::kDone, WaveStatus::kStopped}) CHECK(parse_wave_status(to_string(status)) == status);
  for (const auto state : {MemberState::kWaiting, MemberState::kSent, MemberState::kDone, MemberState::kFailed, MemberState::kReturning, MemberState::kWithdrawn})
    CHECK(parse_member_state(to_string(state)) == state);
  CHECK_FALSE(parse_rollout_status("paused"));
}
