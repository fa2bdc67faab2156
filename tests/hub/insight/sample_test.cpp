#include "hub/insight/sample.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("sample: delays fall into buckets whose middle is near them", "[sample]") {
  CHECK(delay_bucket(seconds(-5)) == 0);
  CHECK(delay_bucket(milliseconds(9)) == 0);
  CHECK(delay_bucket(milliseconds(10)) == 1);
  CHECK(delay_bucket(seconds(100 * 86'400)) == kDelayBuckets - 1);
  std::size_t before = 0;
  for (std::int64_t ms = 20; ms < 800'000'000; ms = ms * 5 / 4) {
    const std::size_t bucket = delay_bucket(milliseconds(ms));
    CHECK(bucket >= before);
    before = bucket;
    const double seconds_of = static_cast<double>(ms) / 1'000;
    CHECK(delay_seconds(bucket) > seconds_of / 1.5);
    CHECK(delay_seconds(bucket) < seconds_of * 1.5);
  }
}

TEST_CASE("sample: quantiles", "[sample]") {
  DelayCounts counts{};
  CHECK_FALSE(delay_quantile(counts, 0.5));
  counts[3] = 94;
  counts[20] = 6;
  CHECK(delay_quantile(counts, 0.5) == delay_seconds(3));
  CHECK(delay_quantile(counts, 0.94) == delay_seconds(3));
  CHECK(delay_quantile(counts, 0.95) == delay_seconds(20));
  CHECK(delay_quantile(counts, 0) == delay_seconds(3));
  CHECK(delay_figure(7) == "delay.07");
}

TEST_CASE("sample: a step that was not measured is a gap, one without documents is nought", "[sample]") {
  const ChartSpan span{0, 240, 60, 60};
  const Points points = rate_points(span, {{60, 12}}, {{0, 1}, {60, 1}, {180, 1}});
  CHECK(points == Points{{0, 0.0}, {60, 12.0}, {120, std::nullopt}, {180, 0.0}});
  // Two minutes of one step, one of them not measured: the rate is of what was measured.
  CHECK(rate_points({0, 120, 60, 120}, {{0, 10}}, {{0, 1}}) == Points{{0, 10.0}});
}

TEST_CASE("sample: the highest of a step", "[sample]") {
  CHECK(highest_points({0, 240, 60, 120}, {{0, 3}, {60, 7}}) == Points{{0, 7.0}, {120, std::nullopt}});
}

TEST_CASE("sample: quantiles per step", "[sample]") {
  std::array<hub::Series, kDelayBuckets> buckets;
  buckets[4] = {{0, 1}};
  buckets[6] = {{60, 1}};
  const Points points = quantile_points({0, 180, 60, 60}, buckets, 0.5);
  CHECK(points == Points{{0, delay_seconds(4)}, {60, delay_seconds(6)}, {120, std::nullopt}});
}

TEST_CASE("sample: a backlog that falls is drawn on to nought, one that rises is not", "[sample]") {
  CHECK(forecast({{0, 100.0}, {60, 80.0}, {120, 60.0}}, 600) == Points{{120, 60.0}, {300, 0.0}});
  CHECK(forecast({{0, 60.0}, {60, 80.0}}, 600).empty());
  CHECK(forecast({{0, 60.0}}, 600).empty());
  CHECK(forecast({{0, 60.0}, {60, 0.0}}, 600).empty());
  CHECK(forecast({{0, std::nullopt}}, 600).empty());
  CHECK(forecast({}, 600).empty());
  // What lies behind the window does not count.
  CHECK(forecast({{0, 1'000.0}, {5'000, 10.0}, {5'060, 10.0}}, 600).empty());
}

TEST_CASE("sample: steps of charts keep points below the limit", "[sample]") {
  const std::int64_t now = 100'000'000;
  CHECK(chart_span(now - 86'400, now, now)->step_s == 60);
  CHECK(chart_span(now - 86'400, now, now)->base_s == 60);
  CHECK(chart_span(now - 7 * 86'400, now, now)->step_s == 600);
  CHECK(chart_span(now - kMinutesKept - 60, now, now)->base_s == 3'600);
  const auto year = chart_span(now - kHoursKept, now, now);
  REQUIRE(year);
  CHECK((year->to - year->from) / year->step_s <= static_cast<std::int64_t>(kChartPointsMax));
  CHECK_FALSE(chart_span(now, now, now));
  CHECK_FALSE(chart_span(now - kHoursKept - 1, now, now));
  CHECK_FALSE(chart_span(-1, now, now));
}

TEST_CASE("sample: every figure has a way to be combined", "[sample]") {
  CHECK(combine_of("backlog") == Combine::kHighest);
  CHECK(combine_of("documents") == Combine::kSum);
  CHECK(combine_of("delay.03") == Combine::kSum);
  CHECK(all_figures().size() == 22 + kDelayBuckets);
}
