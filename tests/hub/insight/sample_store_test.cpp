#include "hub/insight/sample_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;

namespace {
constexpr std::int64_t kHour0 = 3'600 * 300'000;
}

TEST_CASE("sample store: noughts of sums are not written, those of gauges are", "[sample]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kHour0, {{"documents", 0}, {"erp_posted", 3}, {"backlog", 0}}, {{"m", 7}}));
  CHECK(database.number("SELECT count(*) FROM insight_sample") == 3);  // erp_posted, backlog, up
  CHECK(read_marks(*database)->at("m") == 7);
  REQUIRE(write_sample(*database, kHour0, {{"erp_posted", 4}}, {{"m", 8}}));  // the same minute again
  CHECK(read_series(*database, 60, "erp_posted", 0, kHour0 + 60) == hub::Series{{kHour0, 4}});
  CHECK(read_marks(*database)->at("m") == 8);
}

TEST_CASE("sample store: an hour is made of its minutes when it is over", "[sample]") {
  InsightDatabase database;
  for (std::int64_t minute = 0; minute < 60; ++minute) REQUIRE(write_sample(*database, kHour0 + 60 * minute, {{"documents", 2}, {"backlog", minute}}, {}));
  CHECK(read_series(*database, 3'600, "documents", 0, kHour0 + 7'200)->empty());
  REQUIRE(write_sample(*database, kHour0 + 3'600, {{"documents", 5}}, {}));
  CHECK(read_series(*database, 3'600, "documents", 0, kHour0 + 7'200) == hub::Series{{kHour0, 120}});
  CHECK(read_series(*database, 3'600, "backlog", 0, kHour0 + 7'200) == hub::Series{{kHour0, 59}});
  CHECK(read_series(*database, 3'600, "up", 0, kHour0 + 7'200) == hub::Series{{kHour0, 60}});
}

TEST_CASE("sample store: hours before a stop are made behind it", "[sample]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kHour0, {{"documents", 2}}, {}));
  REQUIRE(write_sample(*database, kHour0 + 3'600, {{"documents", 3}}, {}));
  REQUIRE(write_sample(*database, kHour0 + 10 * 3'600 + 60, {{"documents", 4}}, {}));
  CHECK(read_series(*database, 3'600, "documents", 0, kHour0 + 40'000) == hub::Series{{kHour0, 2}, {kHour0 + 3'600, 3}});
}

TEST_CASE("sample store: what is too old goes", "[sample]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kHour0, {{"documents", 2}}, {}));
  REQUIRE(write_sample(*database, kHour0 + kMinutesKept, {{"documents", 3}}, {}));
  CHECK(read_series(*database, 60, "documents", 0, kHour0 + 60)->size() == 1);
  REQUIRE(write_sample(*database, kHour0 + kMinutesKept + 3'600, {{"documents", 3}}, {}));
  CHECK(read_series(*database, 60, "documents", 0, kHour0 + 60)->empty());
  CHECK(read_series(*database, 3'600, "documents", 0, kHour0 + 60)->size() == 1);
  REQUIRE(write_sample(*database, kHour0 + kHoursKept + 3'600, {{"documents", 3}}, {}));
  CHECK(read_series(*database, 3'600, "documents", 0, kHour0 + 60)->empty());
}

TEST_CASE("sample store: a sum of a time that was not measured is not nought", "[sample]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kHour0, {{"erp_posted", 2}}, {}));
  CHECK_FALSE(*read_sum(*database, "erp_posted", kHour0 - 600, kHour0, kHour0));
  CHECK(*read_sum(*database, "erp_posted", kHour0, kHour0 + 60, kHour0) == 2);
  CHECK(*read_sum(*database, "documents", kHour0, kHour0 + 60, kHour0) == 0);
}

TEST_CASE("sample store: figures of business dates are replaced", "[sample]") {
  InsightDatabase database;
  REQUIRE(write_day_figure(*database, "days_all", Date{10}, 5));
  REQUIRE(write_day_figure(*database, "days_all", Date{10}, 6));
  CHECK(read_day_series(*database, "days_all", Date{10}, Date{10}) == hub::Series{{10, 6}});
  CHECK(read_day_series(*database, "days_all", Date{11}, Date{20})->empty());
}
