// The states of all days of a date are those that each day is judged to have, whatever has moved since they were looked up last.
#include "hub/reconcile/day_states_reader.h"

#include <catch2/catch.hpp>

#include "hub/masterdata/masterdata_store.h"
#include "hub/reconcile/closing_store.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct StatesHub : DayHub {
  StatesHub() {
    std::vector<Location> locations;
    for (const char* id : {"GB", "FR", "DE"}) {
      Location& location = locations.emplace_back();
      location.id = LocationId(id);
      location.status = "open";
      location.tills.push_back({TillId("GB-1"), {}, {}, {}});
    }
    locations.emplace_back().id = LocationId("DEPOT");  // lists no tills, and nothing comes from there
    REQUIRE(put_locations(connection(), locations, "test", kNow));
  }
  /// Each state, after it was compared with the judgement over the whole day.
  std::map<std::string, DayState> states(Instant now = kNow) {
    std::map<std::string, DayState> found;
    const auto read = reader.read(connection(), kFirstDay, agents, policy, now);
    REQUIRE(read);
    for (const DayStateRow& row : (*read)->rows) {
      INFO(row.location.value);
      const auto facts = read_day_facts(connection(), {row.location, kFirstDay}, agents);
      REQUIRE(facts);
      CHECK(row.state == judge_day(*facts, policy, now).state);
      found[row.location.value] = row.state;
    }
    return found;
  }
  void post_all() {
    REQUIRE(connection().run("UPDATE posting SET status = 'posted', is_open = 0"));
    REQUIRE(connection().run("UPDATE OR REPLACE posting_total SET status = 'posted'"));
  }
  DayPolicy policy;
  BacklogsByLocation agents;
  DayStatesReader reader;
};

}  // namespace

TEST_CASE("day states: running until the time for closes has passed, then blocked; a place without a day is left out", "[reconcile]") {
  StatesHub hub;
  CHECK(hub.states(at_day(kFirstDay)) == std::map<std::string, DayState>{{"DE", DayState::kRunning}, {"FR", DayState::kRunning}, {"GB", DayState::kRunning}});
  CHECK(hub.states() == std::map<std::string, DayState>{{"DE", DayState::kBlocked}, {"FR", DayState::kBlocked}, {"GB", DayState::kBlocked}});
}

TEST_CASE("day states: follow documents, closes, postings, exceptions and steps of people", "[reconcile]") {
  StatesHub hub;
  hub.take({sale_of("1", 100, 1), close_of(close_body("1", 1, 100), 2)});
  CHECK(hub.states()["GB"] == DayState::kBlocked);  // its posting is not at the ERP
  hub.post_all();
  CHECK(hub.states()["GB"] == DayState::kReady);
  hub.take({sale_of("2", 100, 4)});  // number 3 is missing, and the close does not know it
  hub.post_all();
  CHECK(hub.states()["GB"] != DayState::kReady);
  hub.take({numbered(sale_of("3", 50), 3, days_after(kFirstDay, 1))});  // the number comes on another day
  hub.post_all();
  CHECK(hub.states()["GB"] == DayState::kDiffers);
  hub.take({close_of(close_body("2", 1, 100), 5)});
  hub.post_all();
  CHECK(hub.states()["GB"] == DayState::kReady);
  ExceptionRaised gap;
  gap.code = "gap";
  gap.subject = "a/1";
  gap.location = LocationId("GB");
  REQUIRE(raise_exceptions(hub.connection(), {gap}, kNow));
  CHECK(hub.states()["GB"] == DayState::kBlocked);
  REQUIRE(settle_exceptions(hub.connection(), {{"gap", "a/1", "found"}}, kNow));
  CHECK(hub.states()["GB"] == DayState::kReady);
  const auto closed = close_day(hub.connection(), {LocationId("GB"), kFirstDay}, {"ann", ""}, false, hub.policy, {}, generate_signature_keys(), kNow);
  REQUIRE((closed && closed->is_closed));
  CHECK(hub.states()["GB"] == DayState::kClosed);
  hub.take({sale_of("9", 100, 6)});
  CHECK(hub.states()["GB"] == DayState::kReopened);
}

TEST_CASE("day states: what agents say counts where no tills are listed", "[reconcile]") {
  StatesHub hub;
  hub.take({sale_of("1", 100, 1), close_of(close_body("1", 1, 100), 2)}, "UNLISTED");
  hub.post_all();
  AgentBacklog agent;
  agent.agent_id = AgentId("a_one");
  agent.state = "online";
  agent.last_heard = kNow;
  hub.agents[LocationId("UNLISTED")] = {agent};
  CHECK(hub.states()["UNLISTED"] == DayState::kReady);
  hub.agents[LocationId("UNLISTED")][0].last_heard = at_day(kFirstDay);
  CHECK(hub.states()["UNLISTED"] == DayState::kBlocked);
  hub.agents[LocationId("UNLISTED")][0].state = "revoked";
  CHECK(hub.states()["UNLISTED"] == DayState::kReady);
}

TEST_CASE("day states: beyond the limit of locations an answer stands for its time, or until a person changes a day", "[reconcile]") {
  StatesHub hub;
  const auto put_more = [&hub](std::size_t from, std::size_t end) {
    std::vector<Location> locations;
    for (std::size_t i = from; i < end; ++i) {
      Location& location = locations.emplace_back();
      location.id = LocationId("L" + std::to_string(i));
      location.status = "open";
      location.tills.push_back({TillId("1"), {}, {}, {}});
    }
    REQUIRE(put_locations(hub.connection(), locations, "test", kNow));
  };
  const auto count = [&hub](Instant now) {
    const auto read = hub.reader.read(hub.connection(), kFirstDay, {}, hub.policy, now);
    REQUIRE(read);
    return (*read)->rows.size();
  };
  put_more(0, kDaysAtOnceMax - 3);
  CHECK(count(kNow) == kDaysAtOnceMax);
  put_more(kDaysAtOnceMax, kDaysAtOnceMax + 1);
  CHECK(count(kNow) == kDaysAtOnceMax + 1);  // at the limit it is looked up each time
  put_more(kDaysAtOnceMax + 1, kDaysAtOnceMax + 2);
  CHECK(count(kNow + kDayStatesStand - milliseconds(1)) == kDaysAtOnceMax + 1);
  CHECK(count(kNow + kDayStatesStand) == kDaysAtOnceMax + 2);
  put_more(kDaysAtOnceMax + 2, kDaysAtOnceMax + 3);
  CHECK(count(kNow + kDayStatesStand) == kDaysAtOnceMax + 2);
  hub.reader.forget(kFirstDay);
  CHECK(count(kNow + kDayStatesStand) == kDaysAtOnceMax + 3);
}
