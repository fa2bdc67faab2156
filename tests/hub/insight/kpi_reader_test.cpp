#include "hub/insight/kpi_reader.h"

#include <catch2/catch.hpp>

#include "hub/insight/sample_store.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

TEST_CASE("KPIs: what was not measured has no value, and the span before is beside it", "[kpi]") {
  InsightDatabase database;
  const std::int64_t now = kInsightNow.micros / 1'000'000;
  REQUIRE(write_sample(*database, now - 600, {{"documents", 1'000}, {"exceptions_raised", 7}, {"refunds", 2}, {"refund_s", 90}, {delay_figure(8), 5}, {"orders_done", 3}, {"orders_lost", 1}, {"backlog", 12}}, {}));
  const auto kpis = read_kpis(*database, now - 3'600, now, now);
  REQUIRE(kpis);
  std::map<std::string, Kpi> by_name;
  for (const Kpi& kpi : *kpis) by_name[kpi.name] = kpi;
  CHECK(by_name.size() == 10);
  CHECK(by_name["exception_rate"].value == 7.0);
  CHECK_FALSE(by_name["exception_rate"].previous);
  CHECK(by_name["refund_completion"].value == 45.0);
  CHECK(by_name["order_completion"].value == 75.0);
  CHECK(by_name["sync_latency"].value == delay_seconds(8));
  CHECK(by_name["backlog"].value == 12.0);
  CHECK_FALSE(by_name["recovery_time"].value);  // nothing had to recover
  CHECK_FALSE(by_name["inventory_accuracy"].value);
  const auto later = read_kpis(*database, now, now + 3'600, now + 3'600);
  CHECK_FALSE(later->at(2).value);
  CHECK(later->at(2).previous == 7.0);
}

TEST_CASE("KPIs: days and accuracy over their dates", "[kpi]") {
  InsightDatabase database;
  const std::int64_t now = kInsightNow.micros / 1'000'000;
  const Date today = date_of(kInsightNow);
  REQUIRE(write_day_figure(*database, "days_all", today, 4));
  REQUIRE(write_day_figure(*database, "days_balanced", today, 3));
  REQUIRE(write_day_figure(*database, "accuracy_items", today, 100));
  REQUIRE(write_day_figure(*database, "accuracy_differing", today, 1));
  const auto kpis = read_kpis(*database, now - 3'600, now, now);
  for (const Kpi& kpi : *kpis) {
    if (kpi.name == "reconciliation_accuracy") CHECK(kpi.value == 75.0);
    if (kpi.name == "inventory_accuracy") CHECK(kpi.value == 99.0);
  }
  CHECK_FALSE(read_kpis(*database, now, now, now));
}
