#include "hub/fleet/drain.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

Instant drain_at(std::int64_t s) { return Instant{} + seconds(s); }

}  // namespace

TEST_CASE("drain: the rate of the last status frames says when nothing waits", "[fleet]") {
  BacklogTrend trend;
  CHECK_FALSE(trend.drain_seconds());
  trend.add(drain_at(15), 300);
  CHECK_FALSE(trend.drain_seconds());  // one point is no rate
  trend.add(drain_at(30), 200);
  CHECK(trend.drain_seconds() == 30);
  trend.add(drain_at(45), 0);
  CHECK(trend.drain_seconds() == 0);
}

TEST_CASE("drain: a backlog that stands or grows has no forecast", "[fleet]") {
  BacklogTrend trend;
  trend.add(drain_at(15), 100);
  trend.add(drain_at(30), 100);
  CHECK_FALSE(trend.drain_seconds());
  trend.add(drain_at(45), 101);
  CHECK_FALSE(trend.drain_seconds());
}

TEST_CASE("drain: only the last points count, and none from before a clock was set back", "[fleet]") {
  BacklogTrend trend;
  trend.add(drain_at(0), 1'000'000);
  for (std::size_t i = 1; i <= kTrendPointsMax; ++i) trend.add(drain_at(static_cast<std::int64_t>(i) * 15), 100);
  CHECK_FALSE(trend.drain_seconds());
  trend.add(drain_at(10), 50);
  CHECK_FALSE(trend.drain_seconds());
  trend.add(drain_at(25), 40);
  CHECK(trend.drain_seconds() == 60);
}

TEST_CASE("drain: at the limit of a forecast, and beyond it", "[fleet]") {
  BacklogTrend trend;
  trend.add(drain_at(0), kDrainSecondsMax + 1);
  trend.add(drain_at(1), kDrainSecondsMax);
  CHECK(trend.drain_seconds() == kDrainSecondsMax);
  BacklogTrend slower;
  slower.add(drain_at(0), kDrainSecondsMax + 2);
  slower.add(drain_at(1), kDrainSecondsMax + 1);
  CHECK_FALSE(slower.drain_seconds());
}
