#include "hub/insight/sample_reader.h"

#include <catch2/catch.hpp>

#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

TEST_CASE("sample reader: the first look only marks, then each step counts once", "[sample]") {
  InsightDatabase database;
  database.add_posting(1, "p_1", "posted");
  database.run("INSERT INTO posting_history (posting_no, status, who, detail, at) VALUES (2, 'posted', 'hub', '', 1)");
  auto first = read_table_sample(*database, {}, kInsightNow);
  REQUIRE(first);
  CHECK(first->figures["erp_posted"] == 0);
  database.add_posting(2, "p_2", "posted");
  database.run("UPDATE posting SET kind = 'return', attempts = 2 WHERE posting_no = 4;"
               "INSERT INTO posting_history (posting_no, status, who, detail, at) VALUES (4, 'retrying', 'hub', '', " + std::to_string(kInsightNow.micros + 10'000'000) + "),"
               " (4, 'posted', 'hub', '', " + std::to_string(kInsightNow.micros + 70'000'000) + ")");
  auto second = read_table_sample(*database, first->marks, kInsightNow);
  REQUIRE(second);
  CHECK(second->figures["erp_posted"] == 1);
  CHECK(second->figures["erp_retrying"] == 1);
  CHECK(second->figures["refunds"] == 1);
  CHECK(second->figures["refund_s"] == 70);
  CHECK(second->figures["recoveries"] == 1);
  CHECK(second->figures["recovery_s"] == 60);
  CHECK(read_table_sample(*database, second->marks, kInsightNow)->figures["erp_posted"] == 0);
}

TEST_CASE("sample reader: marks from before a restored backup begin anew", "[sample]") {
  InsightDatabase database;
  const auto sample = read_table_sample(*database, {{"posting_history", 999}, {"reservation_step", 999}}, kInsightNow);
  REQUIRE(sample);
  CHECK(sample->marks.at("posting_history") == 0);
}

TEST_CASE("sample reader: ages of open exceptions", "[sample]") {
  InsightDatabase database;
  for (int no = 1; no <= 4; ++no) database.add_exception(no, "unknown_sku", "sku:A", kInsightNow);
  database.add_exception(5, "unknown_sku", "sku:A", kInsightNow, "NULL", "resolved");
  const Instant later = kInsightNow + seconds(8 * 86'400);
  database.run("UPDATE exception_case SET raised_at = " + std::to_string((later - seconds(3'600)).micros) + " WHERE exception_no = 1;"
               "UPDATE exception_case SET raised_at = " + std::to_string((later - seconds(86'400)).micros) + " WHERE exception_no = 2");
  auto sample = read_table_sample(*database, {}, later);
  REQUIRE(sample);
  CHECK(sample->figures["open_under_1d"] == 1);
  CHECK(sample->figures["open_1d_3d"] == 1);
  CHECK(sample->figures["open_3d_7d"] == 0);
  CHECK(sample->figures["open_over_7d"] == 2);
  CHECK(sample->figures["open_oldest_s"] == 8 * 86'400);
}

TEST_CASE("sample reader: orders that were handed over and that were lost", "[sample]") {
  InsightDatabase database;
  database.run("INSERT INTO reservation_step (step_no, reservation_no, previous_step_no, at, verb, state, who, why) VALUES (1, 1, 0, 1, 'fulfil', 'fulfilled', 'x', ''), (2, 2, 0, 1, 'expire', 'expired', 'x', ''),"
               " (3, 3, 0, 1, 'break', 'broken', 'x', ''), (4, 4, 0, 1, 'hold', 'held', 'x', '')");
  auto sample = read_table_sample(*database, {{"reservation_step", 0}}, kInsightNow);
  REQUIRE(sample);
  CHECK(sample->figures["orders_done"] == 1);
  CHECK(sample->figures["orders_lost"] == 2);
}

TEST_CASE("sample reader: days balanced first time, and accuracy", "[sample]") {
  InsightDatabase database;
  const std::string day = std::to_string(date_of(kInsightNow).days - 1);
  for (const char* location : {"A", "B", "C", "D"}) database.run("INSERT INTO till_day VALUES (" + day + ", '" + location + "', 'T', 1, 1, 1, 0, 0, 0, NULL, NULL, 0)");
  for (const char* location : {"A", "B", "C"}) {
    database.run(std::string("INSERT INTO business_day VALUES ('") + location + "', " + day + ", 'closed', 1, 1, 0);"
                 "INSERT INTO business_day_step (location, business_date, state, is_locked, is_forced, who, reason, certificate_no, at) VALUES ('" + location + "', " + day + ", 'closed', 1, " +
                 (std::string(location) == "B" ? "1" : "0") + ", 'ana', '', 1, 1)");
  }
  database.run("INSERT INTO business_day_step (location, business_date, state, is_locked, is_forced, who, reason, certificate_no, at) VALUES ('C', " + day + ", 'reopened', 1, 0, 'hub', '', 1, 2)");
  database.run("INSERT INTO stock_comparison VALUES ('A', 1, 1, 100, 2, 0, 0), ('B', 1, 1, 100, 0, 0, 0)");
  std::map<std::string, std::int64_t> figures;
  const auto read = read_day_figures(*database, kInsightNow);
  REQUIRE(read);
  for (const DayFigure& figure : *read) figures[figure.figure] = figure.value;
  CHECK(figures == std::map<std::string, std::int64_t>{{"accuracy_differing", 2}, {"accuracy_items", 200}, {"days_all", 4}, {"days_balanced", 1}});
}
