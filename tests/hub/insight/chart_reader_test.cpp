#include "hub/insight/chart_reader.h"

#include <catch2/catch.hpp>

#include "hub/insight/sample_store.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

namespace {

const std::int64_t kChartNow = kInsightNow.micros / 1'000'000;  // a whole minute

const Points& points_of(const Chart& chart, const std::string& name) {
  for (const ChartSeries& one : chart.series)
    if (one.name == name) return one.points;
  FAIL("no series " << name);
  std::abort();
}

}  // namespace

TEST_CASE("charts: arrivals beside last week's, with gaps", "[chart]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kChartNow - 120, {{"documents", 7}}, {}));
  REQUIRE(write_sample(*database, kChartNow - 120 - 7 * 86'400, {{"documents", 5}}, {}));
  const auto chart = read_chart(*database, "arrivals", kChartNow - 180, kChartNow, "", kChartNow);
  REQUIRE(chart);
  CHECK(chart->unit == "documents/min");
  CHECK(points_of(*chart, "now") == Points{{kChartNow - 180, std::nullopt}, {kChartNow - 120, 7.0}, {kChartNow - 60, std::nullopt}});
  CHECK(points_of(*chart, "last_week") == Points{{kChartNow - 180, std::nullopt}, {kChartNow - 120, 5.0}, {kChartNow - 60, std::nullopt}});
}

TEST_CASE("charts: backlog with its forecast, only up to now", "[chart]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kChartNow - 120, {{"backlog", 100}}, {}));
  REQUIRE(write_sample(*database, kChartNow - 60, {{"backlog", 50}}, {}));
  const auto chart = read_chart(*database, "backlog", kChartNow - 120, kChartNow, "", kChartNow);
  REQUIRE(chart);
  CHECK(points_of(*chart, "forecast") == Points{{kChartNow - 60, 50.0}, {kChartNow, 0.0}});
  CHECK(read_chart(*database, "backlog", kChartNow - 120, kChartNow - 60, "", kChartNow)->series.size() == 1);
}

TEST_CASE("charts: delay, postings, exceptions", "[chart]") {
  InsightDatabase database;
  REQUIRE(write_sample(*database, kChartNow - 60, {{delay_figure(10), 19}, {delay_figure(20), 1}, {"erp_refused", 2}, {"open_over_7d", 3}}, {}));
  const auto delay = read_chart(*database, "delay", kChartNow - 60, kChartNow, "", kChartNow);
  CHECK(points_of(*delay, "p50") == Points{{kChartNow - 60, delay_seconds(10)}});
  CHECK(points_of(*read_chart(*database, "postings", kChartNow - 60, kChartNow, "", kChartNow), "refused") == Points{{kChartNow - 60, 2.0}});
  CHECK(points_of(*read_chart(*database, "postings", kChartNow - 60, kChartNow, "", kChartNow), "posted") == Points{{kChartNow - 60, 0.0}});
  CHECK(points_of(*read_chart(*database, "exceptions", kChartNow - 60, kChartNow, "", kChartNow), "open_over_7d") == Points{{kChartNow - 60, 3.0}});
}

TEST_CASE("charts: balance per business date", "[chart]") {
  InsightDatabase database;
  const Date yesterday{date_of(kInsightNow).days - 1};
  REQUIRE(write_day_figure(*database, "days_all", yesterday, 4));
  REQUIRE(write_day_figure(*database, "days_balanced", yesterday, 3));
  REQUIRE(write_day_figure(*database, "accuracy_items", yesterday, 200));
  REQUIRE(write_day_figure(*database, "accuracy_differing", yesterday, 2));
  const auto chart = read_chart(*database, "balance", kChartNow - 86'400, kChartNow, "", kChartNow);
  REQUIRE(chart);
  CHECK(chart->step_s == 86'400);
  CHECK(points_of(*chart, "balanced").front().second == 75.0);
  CHECK(points_of(*chart, "accuracy").front().second == 99.0);
  CHECK_FALSE(points_of(*chart, "balanced").back().second);
}

TEST_CASE("charts: arrivals and delays of one location come from the log", "[chart]") {
  InsightDatabase database;
  for (std::int64_t no = 1; no <= 30; ++no) database.add_event(no, std::to_string(no), "", no % 3 == 0 ? "FR" : "GB", kInsightNow - seconds(60 * (31 - no)));
  const auto chart = read_chart(*database, "arrivals", kChartNow - 600, kChartNow, "FR", kChartNow);
  REQUIRE(chart);
  double sum = 0;
  for (const auto& [at, value] : points_of(*chart, "now")) sum += value.value_or(0);
  CHECK(sum == 4);  // numbers 21, 24, 27, 30
  const auto delay = read_chart(*database, "delay", kChartNow - 600, kChartNow, "FR", kChartNow);
  CHECK(points_of(*delay, "p95").at(0).second == delay_seconds(delay_bucket(seconds(59))));
  for (const char* name : {"backlog", "postings", "exceptions", "balance"}) CHECK(read_chart(*database, name, kChartNow - 600, kChartNow, "FR", kChartNow).error().code == ErrorCode::kUnsupported);
}

TEST_CASE("charts: none of that name, and spans that are none", "[chart]") {
  InsightDatabase database;
  CHECK(read_chart(*database, "nosuch", 0, 60, "", 60).error().code == ErrorCode::kNotFound);
  CHECK(read_chart(*database, "arrivals", 60, 60, "", 60).error().code == ErrorCode::kInvalid);
}
