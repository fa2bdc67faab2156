#include "hub/insight/notification_store.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "hub/insight/alert_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;
using sql::Row;

constexpr std::string_view kSelectTargets =
    "SELECT t.name, t.kind, t.destination, t.secret, t.rules, t.enabled,"
    " (SELECT count(*) FROM notification n WHERE n.target = t.name AND n.status = 'waiting') FROM notification_target t ORDER BY t.name";
constexpr std::string_view kSelectLast =
    "SELECT status, last_error FROM notification WHERE target = $1 AND (status <> 'waiting' OR attempts > 0) ORDER BY notification_no DESC LIMIT 1";
constexpr std::string_view kUpsertTarget =
    "INSERT INTO notification_target (name, kind, destination, secret, rules, enabled, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    " ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, destination = excluded.destination, secret = excluded.secret, rules = excluded.rules, enabled = excluded.enabled,"
    " changed_by = excluded.changed_by, changed_at = excluded.changed_at";
constexpr std::string_view kInsert =
    "INSERT INTO notification (target, event_key, subject, body, status, attempts, next_try_at, last_error, created_at, ended_at) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $6, $8)"
    " ON CONFLICT (target, event_key) DO NOTHING";
constexpr std::string_view kSelectDue =
    "SELECT n.notification_no, n.event_key, n.subject, n.body, n.attempts, n.created_at, n.next_try_at FROM notification n WHERE n.target = $1 AND n.status = 'waiting'"
    " ORDER BY n.notification_no LIMIT 1";
constexpr std::string_view kUpdate =
    "UPDATE notification SET status = $2, attempts = attempts + 1, next_try_at = $3, last_error = $4, ended_at = $5 WHERE notification_no = $1 AND status = 'waiting'";
constexpr std::string_view kPrune = "DELETE FROM notification WHERE ended_at < $1";
constexpr std::size_t kErrorBytesMax = 300;

json alert_json(const Alert& alert) {
  return {{"alert_id", alert.alert_id}, {"rule", alert.rule},     {"severity", alert.severity}, {"title", alert.title}, {"detail", alert.detail},
          {"location", alert.location}, {"agent_id", alert.agent_id}, {"href", alert.href},    {"since", format_instant(alert.since)}};
}

/// Notifications that are kept to be looked at go with the alerts.
Result<void> queue_for(sql::Connection& connection, const NotificationTarget& target, std::string event_key, const std::string& subject, const std::string& body, Instant now) {
  const bool is_full = target.waiting >= static_cast<std::int64_t>(kNotificationsWaitingMax);
  const sql::Param ended = is_full ? sql::Param(now.micros) : sql::Param(nullptr);
  TS_RETURN_IF_ERROR(connection.run(kInsert, {std::string_view(target.name), std::string_view(event_key), std::string_view(subject), std::string_view(body),
                                              std::string_view(is_full ? "dropped" : "waiting"), now.micros,
                                              std::string_view(is_full ? "too many wait for this target" : ""), ended}));
  TS_RETURN_IF_ERROR(connection.run(kPrune, {(now - kAlertsKept).micros}));
  return {};
}

}  // namespace

Result<std::vector<NotificationTarget>> read_targets(sql::Connection& connection) {
  std::vector<NotificationTarget> targets;
  TS_RETURN_IF_ERROR(connection.query(kSelectTargets, {}, [&targets](const Row& row) {
    NotificationTarget& target = targets.emplace_back();
    target.name = row.text(0);
    target.kind = row.text(1);
    target.destination = row.text(2);
    target.secret = row.text(3);
    if (!row.text(4).empty()) {
      const json rules = json::parse(row.text(4), nullptr, false);
      if (rules.is_array()) target.rules = rules.get<std::vector<std::string>>();
    }
    target.is_enabled = row.integer(5) != 0;
    target.waiting = row.integer(6);
  }));
  for (NotificationTarget& target : targets)
    TS_RETURN_IF_ERROR(connection.query(kSelectLast, {std::string_view(target.name)}, [&target](const Row& row) {
      target.last_status = row.text(0);
      target.last_error = row.text(1);
    }));
  return targets;
}

Result<std::string> put_target(sql::Connection& connection, NotificationTarget target, std::string_view who, Instant now) {
  const auto refuse = [](const std::string& why) { return fail(ErrorCode::kInvalid, "put notification target", why); };
  const auto is_name = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'; };
  if (target.name.empty() || target.name.size() > kTargetNameBytesMax || !std::ranges::all_of(target.name, is_name))
    return refuse("a target's name has 1 to " + std::to_string(kTargetNameBytesMax) + " letters, digits, '-', '_' or '.'");
  if (target.kind == "webhook" ? !is_webhook_url(target.destination) : target.kind != "email" || !is_mailbox(target.destination))
    return refuse("kind is webhook with an http or https url, or email with an address");
  if (target.secret.size() > kTargetSecretBytesMax) return refuse("a secret has at most " + std::to_string(kTargetSecretBytesMax) + " bytes");
  if (target.rules)
    for (const std::string& rule : *target.rules)
      if (std::ranges::find(default_alert_rules(), rule, &AlertRule::name) == default_alert_rules().end()) return refuse("there is no rule " + rule);
  TS_ASSIGN_OR_RETURN(const auto targets, read_targets(connection));
  const auto known = std::ranges::find(targets, target.name, &NotificationTarget::name);
  if (known == targets.end() && targets.size() >= kTargetsMax)
    return fail(ErrorCode::kLimitExceeded, "put notification target", "there are at most " + std::to_string(kTargetsMax) + " targets");
  std::string made;
  if (target.kind == "webhook" && target.secret.empty()) {
    if (known != targets.end()) target.secret = known->secret;
    if (target.secret.empty()) target.secret = made = random_secret("whs_");
  }
  const std::string rules = target.rules ? json(*target.rules).dump() : "";
  TS_RETURN_IF_ERROR(connection.run(kUpsertTarget, {std::string_view(target.name), std::string_view(target.kind), std::string_view(target.destination), std::string_view(target.secret),
                                                    std::string_view(rules), std::int64_t{target.is_enabled ? 1 : 0}, who, now.micros}));
  return made;
}

Result<void> queue_notification(sql::Connection& connection, std::string_view rule, std::string_view event, const std::vector<Alert>& alerts, Instant now) {
  if (alerts.empty()) return {};
  TS_ASSIGN_OR_RETURN(const auto targets, read_targets(connection));
  json items = json::array();
  for (const Alert& alert : alerts) items.push_back(alert_json(alert));
  const std::string subject = (event == "resolved" ? "Over: " : "") + (alerts.size() == 1 ? alerts[0].title : std::to_string(alerts.size()) + " × " + alerts[0].title);
  const std::string key = std::string(event) + ":" + (alerts.size() == 1 ? "" : "many:") + alerts[0].alert_id;
  const std::string body = json{{"event", event}, {"notification_id", key}, {"at", format_instant(now)}, {"alerts", std::move(items)}}.dump(-1, ' ', false, json::error_handler_t::replace);
  for (const NotificationTarget& target : targets) {
    if (!target.is_enabled || (target.rules && std::ranges::find(*target.rules, rule) == target.rules->end())) continue;
    TS_RETURN_IF_ERROR(queue_for(connection, target, key, subject, body, now));
  }
  return {};
}

Result<void> queue_test(sql::Connection& connection, std::string_view name, std::string_view who, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto targets, read_targets(connection));
  const auto target = std::ranges::find(targets, name, &NotificationTarget::name);
  if (target == targets.end()) return fail(ErrorCode::kNotFound, "test notification target", "there is no target " + std::string(name));
  const std::string key = random_secret("test:");
  const json body = {{"event", "test"}, {"notification_id", key}, {"at", format_instant(now)}, {"alerts", json::array()}, {"who", who}};
  return queue_for(connection, *target, key, "Test of Tillsync's notifications", body.dump(-1, ' ', false, json::error_handler_t::replace), now);
}

Result<std::vector<QueuedNotification>> due_notifications(sql::Connection& connection, const std::set<std::string>& busy, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto targets, read_targets(connection));
  std::vector<QueuedNotification> due;
  for (const NotificationTarget& target : targets) {
    if (!target.is_enabled || target.waiting == 0 || busy.contains(target.name)) continue;
    TS_RETURN_IF_ERROR(connection.query(kSelectDue, {std::string_view(target.name)}, [&](const Row& row) {
      if (row.integer(6) > now.micros) return;
      due.push_back({row.integer(0), target, std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), row.integer(4), Instant{row.integer(5)}});
    }));
  }
  return due;
}

Result<void> record_notification(sql::Connection& connection, const QueuedNotification& sent, std::string_view failure, Instant now) {
  const bool is_over = failure.empty() || now - sent.created_at >= kGivenUpAfter;
  const std::string_view status = failure.empty() ? "sent" : is_over ? "failed" : "waiting";
  const sql::Param ended = is_over ? sql::Param(now.micros) : sql::Param(nullptr);
  TS_RETURN_IF_ERROR(connection.run(kUpdate, {sent.notification_no, status, (now + pause_after(sent.attempts + 1)).micros, failure.substr(0, kErrorBytesMax), ended}));
  return {};
}

}  // namespace tillsync::hub
