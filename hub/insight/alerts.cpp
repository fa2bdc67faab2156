#include "hub/insight/alerts.h"

#include <algorithm>
#include <cstdlib>

namespace tillsync::hub {
namespace {

constexpr std::int64_t kDay = 86'400, kMillion = 1'000'000, kMebibyte = 1'048'576;

std::string grace(const AgentFact& agent) { return agent.place() + (agent.name.empty() ? "" : " (" + agent.name + ")"); }

Observation about_agent(const AgentFact& agent, std::string rule, std::int64_t value, std::string title, std::string detail) {
  return {std::move(rule), agent.agent_id, value, std::move(title), std::move(detail), agent.location, agent.agent_id, "/fleet/" + agent.agent_id};
}

void observe_agent(const AgentFact& agent, Instant now, std::vector<Observation>& all) {
  if (!agent.last_seen) return;  // it never spoke: nothing is known of it
  const Duration silent = now - *agent.last_seen;
  // Dark has one definition (agent_state); the rule only says from how long on it is told.
  const bool is_dark = agent.state == AgentState::kDark || agent.state == AgentState::kMissing;
  const Duration counted = agent.silence_that_counts.value_or(silent);  // a store that is closed is idle, not dark
  all.push_back(about_agent(agent, "store_dark", is_dark ? counted.micros / kMillion : 0, agent.place() + " dark", grace(agent) + " was not heard for " + spoken(silent) + ", " + std::to_string(agent.backlog) + " unsent"));
  all.push_back(about_agent(agent, "backlog_age", agent.backlog > 0 ? agent.oldest_unsent_s : 0, agent.place() + " lags behind",
                            "its oldest unsent document is " + spoken(seconds(agent.oldest_unsent_s)) + " old, " + std::to_string(agent.backlog) + " unsent"));
  if (is_dark) return;  // the rest is not known any more
  all.push_back(about_agent(agent, "clock_skew", std::abs(agent.clock_skew.micros) / kMillion, grace(agent) + ": clock differs", "by " + spoken(Duration{std::abs(agent.clock_skew.micros)})));
  if (agent.disk_free_bytes > 0)
    all.push_back(about_agent(agent, "disk", agent.disk_free_bytes / kMebibyte, grace(agent) + ": disk nearly full", std::to_string(agent.disk_free_bytes / kMebibyte) + " MiB free"));
}

bool is_beyond(const AlertRule& rule, std::int64_t value) { return rule.is_below ? value < rule.limit : value > rule.limit; }
/// A tenth within the limit: what hovers about it stays an alert.
bool is_well_within(const AlertRule& rule, std::int64_t value) {
  const std::int64_t tenth = std::abs(rule.limit) / 10;
  return rule.is_below ? value >= rule.limit + tenth : value <= rule.limit - tenth;
}

}  // namespace

const std::vector<AlertRule>& default_alert_rules() {
  static const std::vector<AlertRule> kRules = {
      {"store_dark", "Store dark", "s", 900, 0, "f", true, false, 60, 30 * kDay},
      {"backlog_age", "Documents wait at a store", "s", 1'800, 300, "a", true, false, 30, 30 * kDay},
      {"exception_age", "Exceptions overdue", "s", 4 * 3'600, 0, "a", true, false, 0, 365 * kDay},
      {"breaker_open", "ERP connection stopped", "state", 0, 120, "f", true, false, 0, 0},
      {"oversell", "Promises that cannot be kept", "exceptions", 0, 0, "f", true, false, 0, 1'000'000},
      {"clock_skew", "Clock differs", "s", 60, 300, "a", true, false, 1, kDay},
      {"disk", "Disk nearly full", "MiB", 1'024, 60, "f", true, true, 1, 1'048'576},
      {"certificate_gaps", "Days not closed", "location-days", 0, 3 * 3'600, "a", true, false, 0, 1'000'000},
  };
  return kRules;
}

std::vector<Observation> observe(const AlertFacts& facts) {
  std::vector<Observation> all;
  for (const AgentFact& agent : facts.agents) observe_agent(agent, facts.now, all);
  for (const BreakerFact& breaker : facts.breakers)
    all.push_back({"breaker_open", breaker.connector, breaker.breaker == "flowing" ? 0 : 1, "ERP " + breaker.connector + " stopped", breaker.last_error, "", "", "/connectors/" + breaker.connector});
  all.push_back({"exception_age", "all", facts.oldest_overdue_s, "Exceptions overdue", "the oldest by " + spoken(seconds(facts.oldest_overdue_s)), "", "", "/exceptions?status=open&sort=due_at"});
  all.push_back({"oversell", "all", facts.oversell_open, "Promises that cannot be kept", std::to_string(facts.oversell_open) + " open exceptions", "", "", "/exceptions?status=open&code=reservation_broken"});
  for (const UnclosedDate& day : facts.unclosed)
    all.push_back({"certificate_gaps", format_date(day.date), day.locations, format_date(day.date) + " not closed", std::to_string(day.locations) + " of " + std::to_string(day.all) + " locations", "", "",
                   "/closes?date=" + format_date(day.date) + "&state=unclosed"});
  if (facts.hub_disk_free_bytes)
    all.push_back({"disk", "hub", *facts.hub_disk_free_bytes / kMebibyte, "Hub: disk nearly full", std::to_string(*facts.hub_disk_free_bytes / kMebibyte) + " MiB free", "", "", "/"});
  return all;
}

AlertChanges AlertEngine::decide(const std::vector<AlertRule>& rules, const std::vector<Observation>& observed, const std::set<AlertKey>& firing, Instant now) {
  AlertChanges changes;
  std::map<std::string_view, const AlertRule*> by_name;
  for (const AlertRule& rule : rules)
    if (rule.is_enabled) by_name[rule.name] = &rule;
  std::map<AlertKey, Instant> beyond, within;
  std::set<AlertKey> not_within;
  for (const Observation& one : observed) {
    const auto rule = by_name.find(one.rule);
    if (rule == by_name.end()) continue;
    AlertKey key{one.rule, one.subject};
    const bool is_firing = firing.contains(key);
    if (is_firing && !is_well_within(*rule->second, one.value)) not_within.insert(key);
    if (is_firing || !is_beyond(*rule->second, one.value)) continue;
    const auto before = beyond_since_.find(key);
    const Instant since = before == beyond_since_.end() ? now : before->second;
    if (now - since >= seconds(rule->second->for_s)) changes.fired.push_back(one);
    else beyond[std::move(key)] = since;
  }
  for (const AlertKey& key : firing) {
    if (!by_name.contains(key.first)) {
      changes.resolved.push_back(key);
      continue;
    }
    if (not_within.contains(key)) continue;
    const auto before = within_since_.find(key);
    const Instant since = before == within_since_.end() ? now : before->second;
    if (now - since >= kAlertClearFor) changes.resolved.push_back(key);
    else within[key] = since;
  }
  beyond_since_ = std::move(beyond);
  within_since_ = std::move(within);
  return changes;
}

}  // namespace tillsync::hub
