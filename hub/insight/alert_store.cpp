#include "hub/insight/alert_store.h"

#include <algorithm>

#include "common/crypto/crypto.h"
#include "hub/insight/notification_store.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectRules = "SELECT name, limit_value, for_s, severity, enabled FROM alert_rule";
constexpr std::string_view kUpsertRule =
    "INSERT INTO alert_rule (name, limit_value, for_s, severity, enabled, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (name) DO UPDATE SET"
    " limit_value = excluded.limit_value, for_s = excluded.for_s, severity = excluded.severity, enabled = excluded.enabled, changed_by = excluded.changed_by,"
    " changed_at = excluded.changed_at";
constexpr std::string_view kSelectEarliestDue = "SELECT min(due_at) FROM exception_case WHERE status = 'open'";
constexpr std::string_view kCountOversell =
    "SELECT count(*) FROM exception_case WHERE code IN ('reservation_broken', 'oversold', 'promise_beyond_lease') AND status = 'open'";
constexpr std::string_view kSelectFiring = "SELECT rule, subject FROM alert WHERE is_firing = 1";
constexpr std::string_view kColumns =
    "SELECT alert_no, alert_id, rule, subject, severity, title, detail, location, agent_id, href, is_firing, since, acknowledged_by, silenced_until, resolved_at FROM alert";
constexpr std::string_view kInsert =
    "INSERT INTO alert (alert_id, rule, subject, severity, title, detail, location, agent_id, href, is_firing, since, acknowledged_by, acknowledge_reason, silenced_until, silenced_by,"
    " silence_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, '', '', (SELECT silenced_until FROM alert WHERE rule = $2 AND subject = $3 AND silenced_until > $10 ORDER BY"
    " alert_no DESC LIMIT 1), '', '')";
constexpr std::string_view kResolve = "UPDATE alert SET is_firing = 0, resolved_at = $3 WHERE rule = $1 AND subject = $2 AND is_firing = 1";
constexpr std::string_view kAcknowledge = "UPDATE alert SET acknowledged_by = $2, acknowledged_at = $3, acknowledge_reason = $4 WHERE alert_id = $1";
constexpr std::string_view kSilence = "UPDATE alert SET silenced_until = $2, silenced_by = $3, silence_reason = $4 WHERE alert_id = $1";
constexpr std::string_view kPrune = "DELETE FROM alert WHERE is_firing = 0 AND resolved_at < $1";

Alert read_alert(const Row& row) {
  Alert alert;
  alert.alert_no = row.integer(0);
  alert.alert_id = row.text(1);
  alert.rule = row.text(2);
  alert.subject = row.text(3);
  alert.severity = row.text(4);
  alert.title = row.text(5);
  alert.detail = row.text(6);
  alert.location = row.text(7);
  alert.agent_id = row.text(8);
  alert.href = row.text(9);
  alert.is_firing = row.integer(10) != 0;
  alert.since = Instant{row.integer(11)};
  alert.acknowledged_by = row.text(12);
  if (!row.is_null(13)) alert.silenced_until = Instant{row.integer(13)};
  if (!row.is_null(14)) alert.resolved_at = Instant{row.integer(14)};
  return alert;
}

Result<std::optional<Alert>> firing_of(sql::Connection& connection, const AlertKey& key) {
  std::optional<Alert> alert;
  TS_RETURN_IF_ERROR(connection.query(std::string(kColumns) + " WHERE is_firing = 1 AND rule = $1 AND subject = $2", {std::string_view(key.first), std::string_view(key.second)},
                                      [&alert](const Row& row) { alert = read_alert(row); }));
  return alert;
}

/// Many of one rule at once (a line of the provider is down) are one message.
Result<void> tell(sql::Connection& connection, std::string_view event, const std::vector<Alert>& alerts, Instant now) {
  std::map<std::string, std::vector<Alert>> by_rule;
  for (const Alert& alert : alerts)
    if (!alert.silenced_until || *alert.silenced_until <= now) by_rule[alert.rule].push_back(alert);
  for (const auto& [rule, some] : by_rule) {
    if (some.size() > kAlertsOneByOneMax) {
      TS_RETURN_IF_ERROR(queue_notification(connection, rule, event, some, now));
      continue;
    }
    for (const Alert& alert : some) TS_RETURN_IF_ERROR(queue_notification(connection, rule, event, {alert}, now));
  }
  return {};
}

Result<Alert> firing_alert(sql::Connection& connection, std::string_view alert_id) {
  TS_ASSIGN_OR_RETURN(auto alert, find_alert(connection, alert_id));
  if (!alert) return fail(ErrorCode::kNotFound, "change alert", "there is no alert " + std::string(alert_id));
  if (!alert->is_firing) return fail(ErrorCode::kConflict, "change alert", "the alert has ended");
  return std::move(*alert);
}

}  // namespace

std::string_view Alert::status(Instant now) const {
  if (!is_firing) return "resolved";
  if (silenced_until && *silenced_until > now) return "silenced";
  return acknowledged_by.empty() ? "firing" : "acknowledged";
}

Result<std::vector<AlertRule>> read_alert_rules(sql::Connection& connection) {
  std::vector<AlertRule> rules = default_alert_rules();
  TS_RETURN_IF_ERROR(connection.query(kSelectRules, {}, [&rules](const Row& row) {
    const auto rule = std::ranges::find(rules, row.text(0), &AlertRule::name);
    if (rule == rules.end()) return;  // of a newer hub
    rule->limit = row.integer(1);
    rule->for_s = row.integer(2);
    rule->severity = row.text(3);
    rule->is_enabled = row.integer(4) != 0;
  }));
  return rules;
}

Result<void> put_alert_rule(sql::Connection& connection, const AlertRule& rule, std::string_view who, Instant now) {
  const auto& delivered = default_alert_rules();
  const auto known = std::ranges::find(delivered, rule.name, &AlertRule::name);
  if (known == delivered.end()) return fail(ErrorCode::kNotFound, "put alert rule", "there is no rule " + rule.name);
  if (rule.limit < known->limit_min || rule.limit > known->limit_max)
    return fail(ErrorCode::kInvalid, "put alert rule", "limit must be " + std::to_string(known->limit_min) + " to " + std::to_string(known->limit_max) + " " + known->unit);
  if (rule.for_s < 0 || rule.for_s > kAlertForMax) return fail(ErrorCode::kInvalid, "put alert rule", "for_s must be 0 to " + std::to_string(kAlertForMax));
  if (rule.severity != "f" && rule.severity != "a") return fail(ErrorCode::kInvalid, "put alert rule", "severity must be f or a");
  TS_RETURN_IF_ERROR(connection.run(kUpsertRule, {std::string_view(rule.name), rule.limit, rule.for_s, std::string_view(rule.severity), std::int64_t{rule.is_enabled ? 1 : 0}, who, now.micros}));
  return {};
}

Result<void> read_exception_facts(sql::Connection& connection, AlertFacts& facts) {
  TS_RETURN_IF_ERROR(connection.query(kSelectEarliestDue, {}, [&facts](const Row& row) {
    if (!row.is_null(0)) facts.oldest_overdue_s = std::max<std::int64_t>(0, (facts.now.micros - row.integer(0)) / 1'000'000);
  }));
  return connection.query(kCountOversell, {}, [&facts](const Row& row) { facts.oversell_open = row.integer(0); });
}

Result<std::set<AlertKey>> read_firing(sql::Connection& connection) {
  std::set<AlertKey> firing;
  TS_RETURN_IF_ERROR(connection.query(kSelectFiring, {}, [&firing](const Row& row) { firing.emplace(row.text(0), row.text(1)); }));
  return firing;
}

Result<std::vector<Alert>> read_alerts(sql::Connection& connection, std::string_view status, std::optional<std::int64_t> after, std::size_t limit, Instant now) {
  if (limit == 0 || limit > kAlertPageMax + 1) return fail(ErrorCode::kInvalid, "list alerts", "limit must be 1 to " + std::to_string(kAlertPageMax));
  std::string query = std::string(kColumns) + " WHERE alert_no < $1";
  if (status == "resolved") query += " AND is_firing = 0";
  else if (!status.empty()) query += " AND is_firing = 1";
  if (status == "silenced") query += " AND silenced_until > $2";
  else if (status == "firing") query += " AND coalesce(silenced_until, 0) <= $2 AND acknowledged_by = ''";
  else if (status == "acknowledged") query += " AND coalesce(silenced_until, 0) <= $2 AND acknowledged_by <> ''";
  else if (!status.empty() && status != "resolved") return fail(ErrorCode::kInvalid, "list alerts", "status must be firing, acknowledged, silenced or resolved");
  else query += " AND $2 = $2";
  query += " ORDER BY alert_no DESC LIMIT $3";
  std::vector<Alert> alerts;
  TS_RETURN_IF_ERROR(connection.query(query, {after.value_or(std::numeric_limits<std::int64_t>::max()), now.micros, static_cast<std::int64_t>(limit)},
                                      [&alerts](const Row& row) { alerts.push_back(read_alert(row)); }));
  return alerts;
}

Result<std::optional<Alert>> find_alert(sql::Connection& connection, std::string_view alert_id) {
  std::optional<Alert> alert;
  TS_RETURN_IF_ERROR(connection.query(std::string(kColumns) + " WHERE alert_id = $1", {alert_id}, [&alert](const Row& row) { alert = read_alert(row); }));
  return alert;
}

Result<void> write_alert_changes(sql::Connection& connection, const AlertChanges& changes, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto rules, read_alert_rules(connection));
  std::vector<Alert> fired, resolved;
  for (const AlertKey& key : changes.resolved) {
    TS_ASSIGN_OR_RETURN(auto alert, firing_of(connection, key));
    if (!alert) continue;
    TS_RETURN_IF_ERROR(connection.run(kResolve, {std::string_view(key.first), std::string_view(key.second), now.micros}));
    alert->is_firing = false;
    alert->resolved_at = now;
    resolved.push_back(std::move(*alert));
  }
  for (const Observation& one : changes.fired) {
    const AlertKey key{one.rule, one.subject};
    TS_ASSIGN_OR_RETURN(const auto already, firing_of(connection, key));
    if (already) continue;  // decided twice before the first was committed
    const auto rule = std::ranges::find(rules, one.rule, &AlertRule::name);
    const std::string severity = rule == rules.end() ? "a" : rule->severity;
    TS_RETURN_IF_ERROR(connection.run(kInsert, {std::string_view(random_secret("al_")), std::string_view(one.rule), std::string_view(one.subject), std::string_view(severity), std::string_view(one.title),
                                                std::string_view(one.detail), std::string_view(one.location), std::string_view(one.agent_id), std::string_view(one.href), now.micros}));
    TS_ASSIGN_OR_RETURN(auto alert, firing_of(connection, key));
    if (alert) fired.push_back(std::move(*alert));
  }
  TS_RETURN_IF_ERROR(tell(connection, "firing", fired, now));
  TS_RETURN_IF_ERROR(tell(connection, "resolved", resolved, now));
  TS_RETURN_IF_ERROR(connection.run(kPrune, {(now - kAlertsKept).micros}));
  return {};
}

Result<void> acknowledge_alert(sql::Connection& connection, std::string_view alert_id, std::string_view who, std::string_view reason, Instant now) {
  TS_RETURN_IF_ERROR(firing_alert(connection, alert_id));
  TS_RETURN_IF_ERROR(connection.run(kAcknowledge, {alert_id, who, now.micros, reason}));
  return {};
}

Result<void> silence_alert(sql::Connection& connection, std::string_view alert_id, std::int64_t for_s, std::string_view who, std::string_view reason, Instant now) {
  if (for_s < 1 || seconds(for_s) > kSilenceMax)
    return fail(ErrorCode::kInvalid, "silence alert", "for_s must be 1 to " + std::to_string(kSilenceMax.micros / 1'000'000));
  TS_RETURN_IF_ERROR(firing_alert(connection, alert_id));
  TS_RETURN_IF_ERROR(connection.run(kSilence, {alert_id, (now + seconds(for_s)).micros, who, reason}));
  return {};
}

}  // namespace tillsync::hub
