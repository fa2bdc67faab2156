#include "hub/insight/alert_store.h"

#include <catch2/catch.hpp>

#include "hub/insight/notification_store.h"
#include "tests/hub/insight/insight_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::InsightDatabase;
using tillsync::hub::test::kInsightNow;

namespace {

Observation dark(const std::string& agent) { return {"store_dark", agent, 1'000, "Leeds dark", "41 min", "LS", agent, "/fleet/" + agent}; }
void fire(InsightDatabase& database, const std::string& agent, Instant now = kInsightNow) { REQUIRE(write_alert_changes(*database, {{dark(agent)}, {}}, now)); }
void resolve(InsightDatabase& database, const std::string& agent, Instant now) { REQUIRE(write_alert_changes(*database, {{}, {{"store_dark", agent}}}, now)); }
std::string newest(InsightDatabase& database) { return read_alerts(*database, "", {}, 1, kInsightNow)->at(0).alert_id; }
void add_target(InsightDatabase& database) { REQUIRE(put_target(*database, {"ops", "webhook", "http://127.0.0.1:1/x", "secret", {}, true, "", "", 0}, "ana", kInsightNow)); }

}  // namespace

TEST_CASE("alert store: an alert begins once, is told once, and ends", "[alerts]") {
  InsightDatabase database;
  add_target(database);
  fire(database, "a_1");
  fire(database, "a_1");
  CHECK(read_firing(*database)->size() == 1);
  CHECK(database.number("SELECT count(*) FROM notification") == 1);
  resolve(database, "a_1", kInsightNow + seconds(60));
  resolve(database, "a_1", kInsightNow + seconds(60));
  CHECK(read_firing(*database)->empty());
  CHECK(database.number("SELECT count(*) FROM notification") == 2);
  CHECK(read_alerts(*database, "resolved", {}, 10, kInsightNow)->size() == 1);
  fire(database, "a_1", kInsightNow + seconds(120));
  CHECK(read_alerts(*database, "", {}, 10, kInsightNow)->size() == 2);
}

TEST_CASE("alert store: acknowledged and silenced, each its own list", "[alerts]") {
  InsightDatabase database;
  for (const char* agent : {"a_1", "a_2", "a_3"}) fire(database, agent);
  const auto all = read_alerts(*database, "firing", {}, 10, kInsightNow);
  REQUIRE(all->size() == 3);
  REQUIRE(acknowledge_alert(*database, all->at(0).alert_id, "ana", "on it", kInsightNow));
  REQUIRE(silence_alert(*database, all->at(1).alert_id, 60, "ana", "known", kInsightNow));
  CHECK(read_alerts(*database, "acknowledged", {}, 10, kInsightNow)->at(0).acknowledged_by == "ana");
  CHECK(read_alerts(*database, "silenced", {}, 10, kInsightNow)->size() == 1);
  CHECK(read_alerts(*database, "firing", {}, 10, kInsightNow)->size() == 1);
  CHECK(read_alerts(*database, "firing", {}, 10, kInsightNow + seconds(61))->size() == 2);
  CHECK(read_alerts(*database, "", all->at(0).alert_no, 10, kInsightNow)->size() == 2);
  CHECK_FALSE(read_alerts(*database, "nosuch", {}, 10, kInsightNow));
}

TEST_CASE("alert store: a silence tells nobody, also when the same begins again", "[alerts]") {
  InsightDatabase database;
  add_target(database);
  fire(database, "a_1");
  REQUIRE(silence_alert(*database, newest(database), 3'600, "ana", "known", kInsightNow));
  resolve(database, "a_1", kInsightNow + seconds(60));
  fire(database, "a_1", kInsightNow + seconds(120));
  CHECK(database.number("SELECT count(*) FROM notification") == 1);
  CHECK(read_alerts(*database, "silenced", {}, 10, kInsightNow + seconds(121))->size() == 1);
  resolve(database, "a_1", kInsightNow + seconds(3'700));
  fire(database, "a_1", kInsightNow + seconds(3'800));
  CHECK(database.number("SELECT count(*) FROM notification") == 3);
}

TEST_CASE("alert store: many of one rule at once are one message", "[alerts]") {
  InsightDatabase database;
  add_target(database);
  AlertChanges changes;
  for (std::size_t i = 0; i <= kAlertsOneByOneMax; ++i) changes.fired.push_back(dark("a_" + std::to_string(i)));
  REQUIRE(write_alert_changes(*database, changes, kInsightNow));
  CHECK(read_firing(*database)->size() == kAlertsOneByOneMax + 1);
  CHECK(database.number("SELECT count(*) FROM notification") == 1);
  CHECK(database.number("SELECT json_array_length(body, '$.alerts') FROM notification") == static_cast<std::int64_t>(kAlertsOneByOneMax) + 1);
}

TEST_CASE("alert store: what cannot be changed", "[alerts]") {
  InsightDatabase database;
  fire(database, "a_1");
  const std::string id = newest(database);
  CHECK(acknowledge_alert(*database, "nosuch", "ana", "", kInsightNow).error().code == ErrorCode::kNotFound);
  CHECK(silence_alert(*database, id, 0, "ana", "", kInsightNow).error().code == ErrorCode::kInvalid);
  CHECK(silence_alert(*database, id, kSilenceMax.micros / 1'000'000 + 1, "ana", "", kInsightNow).error().code == ErrorCode::kInvalid);
  CHECK(silence_alert(*database, id, kSilenceMax.micros / 1'000'000, "ana", "", kInsightNow));
  resolve(database, "a_1", kInsightNow);
  CHECK(acknowledge_alert(*database, id, "ana", "", kInsightNow).error().code == ErrorCode::kConflict);
}

TEST_CASE("alert store: rules within their bounds", "[alerts]") {
  InsightDatabase database;
  AlertRule rule = default_alert_rules()[0];
  rule.limit = rule.limit_max;
  rule.for_s = kAlertForMax;
  rule.is_enabled = false;
  REQUIRE(put_alert_rule(*database, rule, "ana", kInsightNow));
  const auto rules = read_alert_rules(*database);
  CHECK(rules->at(0).limit == rule.limit_max);
  CHECK_FALSE(rules->at(0).is_enabled);
  CHECK(rules->size() == default_alert_rules().size());
  rule.limit = rule.limit_max + 1;
  CHECK_FALSE(put_alert_rule(*database, rule, "ana", kInsightNow));
  rule.limit = rule.limit_min - 1;
  CHECK_FALSE(put_alert_rule(*database, rule, "ana", kInsightNow));
  rule.limit = rule.limit_min;
  rule.for_s = kAlertForMax + 1;
  CHECK_FALSE(put_alert_rule(*database, rule, "ana", kInsightNow));
  rule.for_s = -1;
  CHECK_FALSE(put_alert_rule(*database, rule, "ana", kInsightNow));
  rule.for_s = 0;
  rule.severity = "x";
  CHECK_FALSE(put_alert_rule(*database, rule, "ana", kInsightNow));
  rule.name = "nosuch";
  CHECK(put_alert_rule(*database, rule, "ana", kInsightNow).error().code == ErrorCode::kNotFound);
}

TEST_CASE("alert store: facts about exceptions", "[alerts]") {
  InsightDatabase database;
  AlertFacts facts;
  facts.now = kInsightNow;
  REQUIRE(read_exception_facts(*database, facts));
  CHECK(facts.oldest_overdue_s == 0);
  database.add_exception(1, "oversold", "sku:A", kInsightNow - seconds(90));
  database.add_exception(2, "oversold", "sku:B", kInsightNow, "NULL", "resolved");
  REQUIRE(read_exception_facts(*database, facts));
  CHECK(facts.oldest_overdue_s == 90);
  CHECK(facts.oversell_open == 1);
}

TEST_CASE("alert store: alerts go long after their end", "[alerts]") {
  InsightDatabase database;
  fire(database, "a_1");
  resolve(database, "a_1", kInsightNow);
  fire(database, "a_2", kInsightNow + kAlertsKept + seconds(1));
  CHECK(database.number("SELECT count(*) FROM alert") == 1);
}
