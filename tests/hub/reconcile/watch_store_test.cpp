#include "hub/reconcile/watch_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const TillDayKey kWatched{LocationId("GB"), kFirstDay, TillId("GB-1")};

}  // namespace

TEST_CASE("watch store: a missing close is said once, and settled when it comes", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100)});
  CHECK(not_said_yet(hub.connection(), {kWatched})->size() == 1);
  CHECK(say_missing(hub.connection(), {kWatched}, kNow).value() == 1);
  CHECK(say_missing(hub.connection(), {kWatched}, kNow).value() == 0);
  CHECK(not_said_yet(hub.connection(), {kWatched})->empty());
  CHECK(hub.open_exceptions("close.missing") == std::vector<std::string>{"close.missing GB/GB-1/2010-12-01"});
  hub.take({close_of(close_body("1", 1, 100))});
  CHECK(hub.open_exceptions("close.missing").empty());
}

TEST_CASE("watch store: a close that came in between is not missing", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), close_of(close_body("1", 1, 100))});
  CHECK(say_missing(hub.connection(), {kWatched}, kNow).value() == 0);
  CHECK(hub.open_exceptions("close.missing").empty());
}

TEST_CASE("watch store: the tills of a day, and those that are to be looked at again", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), close_of(close_body("1", 1, 100)), at_till(sale_of("2", 50), "GB-2"), at_till(sale_of("3", 50), "GB-3"), at_till(close_of(close_body("9", 5, 50)), "GB-3")});
  const auto tills = tills_on_day(hub.connection(), kFirstDay);
  REQUIRE((tills && tills->size() == 3));
  CHECK((*tills)[0].has_close);
  CHECK_FALSE((*tills)[1].has_close);
  CHECK((*tills)[1].has_traded);
  CHECK(tills_on_day(hub.connection(), days_after(kFirstDay, 1))->empty());
  // GB-3 is known to differ.
  const auto checks = checks_of_day(hub.connection(), kFirstDay);
  REQUIRE((checks && checks->size() == 1));
  CHECK((*checks)[0].key == kWatched);
  CHECK((*checks)[0].facts.closes.size() == 1);
}
