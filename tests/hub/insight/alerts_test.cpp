#include "hub/insight/alerts.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kAlertNow{1'000'000'000'000'000};

std::vector<AlertRule> one_rule(std::int64_t limit, std::int64_t for_s, bool is_below = false) {
  AlertRule rule;
  rule.name = "r";
  rule.limit = limit;
  rule.for_s = for_s;
  rule.is_below = is_below;
  return {rule};
}
Observation seen(std::int64_t value) { return {"r", "s", value, "title", "", "", "", ""}; }
std::size_t fired(AlertEngine& engine, const std::vector<AlertRule>& rules, std::int64_t value, Instant now) { return engine.decide(rules, {seen(value)}, {}, now).fired.size(); }

}  // namespace

TEST_CASE("alerts: at the limit nothing, one beyond it an alert", "[alerts]") {
  AlertEngine engine;
  CHECK(fired(engine, one_rule(10, 0), 10, kAlertNow) == 0);
  CHECK(fired(engine, one_rule(10, 0), 11, kAlertNow) == 1);
  CHECK(fired(engine, one_rule(10, 0, true), 10, kAlertNow) == 0);
  CHECK(fired(engine, one_rule(10, 0, true), 9, kAlertNow) == 1);
}

TEST_CASE("alerts: a limit must be passed for its time without a break", "[alerts]") {
  AlertEngine engine;
  const auto rules = one_rule(10, 300);
  CHECK(fired(engine, rules, 11, kAlertNow) == 0);
  CHECK(fired(engine, rules, 11, kAlertNow + seconds(299)) == 0);
  CHECK(fired(engine, rules, 10, kAlertNow + seconds(300)) == 0);
  CHECK(fired(engine, rules, 11, kAlertNow + seconds(301)) == 0);
  CHECK(fired(engine, rules, 11, kAlertNow + seconds(601)) == 1);
}

TEST_CASE("alerts: what hovers about the limit stays an alert; well within it for a minute ends it", "[alerts]") {
  AlertEngine engine;
  const auto rules = one_rule(100, 0);
  const std::set<AlertKey> firing{{"r", "s"}};
  const auto resolved = [&](std::int64_t value, Instant now) { return engine.decide(rules, {seen(value)}, firing, now).resolved.size(); };
  CHECK(resolved(99, kAlertNow) == 0);
  CHECK(resolved(91, kAlertNow + seconds(1'000)) == 0);
  CHECK(resolved(90, kAlertNow + seconds(2'000)) == 0);
  CHECK(resolved(90, kAlertNow + seconds(2'059)) == 0);
  CHECK(resolved(95, kAlertNow + seconds(2'060)) == 0);  // begins anew
  CHECK(resolved(90, kAlertNow + seconds(2'061)) == 0);
  CHECK(resolved(90, kAlertNow + seconds(2'121)) == 1);
  CHECK(engine.decide(rules, {seen(200)}, firing, kAlertNow).fired.empty());  // is one already
}

TEST_CASE("alerts: what is no longer there ends, and so does a rule that is switched off", "[alerts]") {
  AlertEngine engine;
  auto rules = one_rule(10, 0);
  const std::set<AlertKey> firing{{"r", "gone"}};
  CHECK(engine.decide(rules, {}, firing, kAlertNow).resolved.empty());
  CHECK(engine.decide(rules, {}, firing, kAlertNow + kAlertClearFor).resolved.size() == 1);
  rules[0].is_enabled = false;
  CHECK(engine.decide(rules, {{"r", "gone", 99, "", "", "", "", ""}}, firing, kAlertNow).resolved.size() == 1);
  CHECK(fired(engine, rules, 11, kAlertNow) == 0);
}

TEST_CASE("alerts: observations of every rule", "[alerts]") {
  AlertFacts facts;
  facts.now = kAlertNow;
  AgentFact agent;
  agent.agent_id = "a_1";
  agent.location = "LS";
  agent.location_name = "Leeds";
  agent.state = AgentState::kOnline;
  agent.last_seen = kAlertNow - seconds(5);
  agent.backlog = 3;
  agent.oldest_unsent_s = 40;
  agent.disk_free_bytes = 5 * 1'048'576;
  agent.clock_skew = seconds(-90);
  facts.agents.push_back(agent);
  facts.breakers = {{"generic", "stopped", "refused"}};
  facts.unclosed = {{Date{14'944}, 2, 5, {}, {}}};
  facts.hub_disk_free_bytes = 7 * 1'048'576;
  std::map<std::string, std::int64_t> values;
  for (const Observation& one : observe(facts)) values[one.rule + "/" + one.subject] = one.value;
  CHECK(values == std::map<std::string, std::int64_t>{{"backlog_age/a_1", 40}, {"breaker_open/generic", 1}, {"certificate_gaps/2010-12-01", 2}, {"clock_skew/a_1", 90}, {"disk/a_1", 5},
                                                      {"disk/hub", 7}, {"exception_age/all", 0}, {"oversell/all", 0}, {"store_dark/a_1", 0}});
  for (const auto& [key, value] : values) CHECK(std::ranges::find(default_alert_rules(), key.substr(0, key.find('/')), &AlertRule::name) != default_alert_rules().end());
  // Of a dark one only that is known, and since when.
  facts.agents[0].state = AgentState::kDark;
  facts.agents[0].last_seen = kAlertNow - seconds(1'000);
  values.clear();
  for (const Observation& one : observe(facts)) values[one.rule + "/" + one.subject] = one.value;
  CHECK(values.at("store_dark/a_1") == 1'000);
  CHECK_FALSE(values.contains("disk/a_1"));
  // While its location is open only that time counts, and none while it is closed.
  facts.agents[0].silence_that_counts = seconds(300);
  for (const Observation& one : observe(facts))
    if (one.rule == "store_dark") CHECK(one.value == 300);
  facts.agents[0].last_seen.reset();
  CHECK(std::ranges::none_of(observe(facts), [](const Observation& one) { return one.agent_id == "a_1"; }));
}
