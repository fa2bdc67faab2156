#include "hub/reservations/hold_clock.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {
constexpr Instant kWall{1'800'000'000'000'000};
}

TEST_CASE("hold clock: it begins with the wall clock and runs with the steady one", "[reservations][expiry]") {
  const HoldClock clock({}, kWall, seconds(50));
  CHECK(clock.now(seconds(50)) == kWall);
  CHECK(clock.now(seconds(60)) == kWall + seconds(10));
}

TEST_CASE("hold clock: while the hub is down it goes on with the wall clock, but never back", "[reservations][expiry]") {
  const HoldClockMark saved{kWall - seconds(500), kWall};
  CHECK(HoldClock(saved, kWall + seconds(30), seconds(1)).now(seconds(1)) == kWall - seconds(470));
  CHECK(HoldClock(saved, kWall - seconds(9'000), seconds(1)).now(seconds(1)) == kWall - seconds(500));
}

TEST_CASE("hold clock: what is shown follows the wall clock only when it is set", "[reservations][expiry]") {
  HoldClock clock({}, kWall, seconds(0));
  const Instant hold = kWall + seconds(900);
  CHECK(clock.to_wall(hold, kWall, seconds(0)) == hold);
  // The two are not read at one moment.
  CHECK(clock.to_wall(hold, kWall + milliseconds(10'001), seconds(10)) == hold);
  CHECK(clock.to_wall(hold, kWall + seconds(10) + kShownJumpMin - Duration{1}, seconds(10)) == hold);
  CHECK(clock.to_wall(hold, kWall + seconds(10) + kShownJumpMin, seconds(10)) == hold + kShownJumpMin);
  CHECK(clock.to_wall(hold, kWall + seconds(3'610), seconds(10)) == hold + seconds(3'600));
  CHECK(clock.to_wall(hold, kWall + seconds(10), seconds(10)) == hold);
}
