#include "hub/insight/need_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

TEST_CASE("need store: the newest word counts, and old ones go", "[needs]") {
  InsightDatabase database;
  REQUIRE(acknowledge_need(*database, "n_1", "ana", "seen", kInsightNow));
  REQUIRE(acknowledge_need(*database, "n_1", "bo", "", kInsightNow + seconds(1)));
  CHECK(database.number("SELECT count(*) FROM need_acknowledgement WHERE who = 'bo'") == 1);
  REQUIRE(acknowledge_need(*database, "n_2", "ana", "", kInsightNow + seconds(1) + kAcknowledgementsKept));
  CHECK(database.number("SELECT count(*) FROM need_acknowledgement") == 2);
  REQUIRE(acknowledge_need(*database, "n_2", "ana", "", kInsightNow + seconds(2) + kAcknowledgementsKept));
  CHECK(database.number("SELECT count(*) FROM need_acknowledgement") == 1);
}
