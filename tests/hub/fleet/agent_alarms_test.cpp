#include "hub/fleet/agent_alarms.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

AgentWithStatus told(Duration skew, std::int64_t refused = 0) {
  AgentWithStatus row;
  row.agent.agent_id = AgentId{"a_1"};
  row.agent.location = LocationId("GB");
  row.status.clock_skew = skew;
  row.status.refused = refused;
  row.status.host = "till-pc";
  return row;
}

}  // namespace

TEST_CASE("agent alarms: a clock is wrong beyond one minute, either way, and settles when it is right again", "[fleet]") {
  AgentAlarms alarms({});
  CHECK(alarms.decide({told(kClockSkewMax)}).raised.empty());
  CHECK(alarms.decide({told(Duration{-kClockSkewMax.micros})}).is_empty());
  const auto behind = alarms.decide({told(kClockSkewMax + seconds(1))}).raised;
  REQUIRE(behind.size() == 1);
  CHECK(behind[0].code == "clock_skew");
  CHECK(behind[0].subject == "a_1");
  CHECK(behind[0].location == LocationId("GB"));
  CHECK(behind[0].detail == "the clock of till-pc is 61 s behind the hub's");
  CHECK(alarms.decide({told(Duration{-kClockSkewMax.micros} - seconds(1))}).raised.at(0).detail == "the clock of till-pc is 61 s ahead of the hub's");
  const auto right = alarms.decide({told(seconds(1))});
  CHECK(right.raised.empty());
  REQUIRE(right.settled.size() == 1);
  CHECK(right.settled[0].code == "clock_skew");
  CHECK(alarms.decide({told(seconds(1))}).is_empty());
}

TEST_CASE("agent alarms: an exception of the run before is settled as well", "[fleet]") {
  AgentAlarms alarms({told(seconds(100))});
  CHECK(alarms.decide({told(seconds(0))}).settled.size() == 1);
}

TEST_CASE("agent alarms: refused documents are news only when there are more of them", "[fleet]") {
  AgentAlarms alarms({told(seconds(0), 5)});
  const auto raised = [&](std::int64_t refused) { return alarms.decide({told(seconds(0), refused)}).raised; };
  CHECK(raised(5).empty());
  REQUIRE(raised(7).size() == 1);
  CHECK(raised(7).empty());
  CHECK(raised(0).empty());  // started anew
  const auto again = raised(1);
  REQUIRE(again.size() == 1);
  CHECK(again[0].code == "documents_refused");
  CHECK(again[0].detail == "1 more documents refused at its doors");
  CHECK(raised(0).empty());
}
