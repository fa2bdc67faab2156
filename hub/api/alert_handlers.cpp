// /v1/alerts, /v1/alert-rules, /v1/notification-targets.
#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/insight_answers.h"
#include "hub/insight/alert_store.h"
#include "hub/insight/notification_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

json nullable_text(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }
json nullable_time(const std::optional<Instant>& at) { return at ? json(format_instant(*at)) : json(nullptr); }

Result<std::string> list_alerts(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto after, page_after(call));
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(auto alerts, read_alerts(*connection, call.parameter("status"), after, limit + 1, now));
  json body = {{"items", json::array()}, {"next", nullptr}};
  if (alerts.size() > limit) {
    alerts.pop_back();
    body["next"] = std::to_string(alerts.back().alert_no);
  }
  for (const Alert& alert : alerts) body["items"].push_back(alert_item_json(alert, now));
  return with_as_of(body, now);
}

/// silence: with for_s.
void change_alert(ApiContext& context, ApiCall call, const Route& route, bool is_silence) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const std::string reason = is_silence ? body->needed_text("reason") : body->text("reason");
  if (body->fault()) return refuse_body(call, *body->fault());
  const json tree = json::parse(call.request.body.empty() ? "{}" : call.request.body, nullptr, false);
  // What is no whole number is out of bounds.
  const std::int64_t for_s = tree.is_object() && tree.contains("for_s") && tree["for_s"].is_number_integer() ? tree["for_s"].get<std::int64_t>() : 0;
  auto effect = [id = call.parameters[0], who = call.caller.name, reason, for_s, is_silence](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_RETURN_IF_ERROR(is_silence ? silence_alert(connection, id, for_s, who, reason, now) : acknowledge_alert(connection, id, who, reason, now));
    TS_ASSIGN_OR_RETURN(const auto alert, find_alert(connection, id));
    return StoredAnswer{200, with_as_of(alert_item_json(*alert, now), now)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

json rule_json(const AlertRule& rule) {
  return {{"name", rule.name},         {"title", rule.title},         {"limit", rule.limit},         {"unit", rule.unit},           {"for_s", rule.for_s},
          {"severity", rule.severity}, {"enabled", rule.is_enabled}, {"limit_min", rule.limit_min}, {"limit_max", rule.limit_max}, {"below", rule.is_below}};
}

Result<std::string> list_rules(ApiContext& context) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rules, read_alert_rules(*connection));
  json items = json::array();
  for (const AlertRule& rule : rules) items.push_back(rule_json(rule));
  return with_as_of({{"items", std::move(items)}, {"next", nullptr}}, context.now());
}

void change_rule(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto is_number = [&body](const char* name) { return !body.contains(name) || body[name].is_number_integer(); };
  if (!body.is_object() || !is_number("limit") || !is_number("for_s") || (body.contains("severity") && !body["severity"].is_string()) ||
      (body.contains("enabled") && !body["enabled"].is_boolean()))
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send a JSON object like {"limit":900,"for_s":0,"severity":"f","enabled":true})", "");
  auto effect = [name = call.parameters[0], who = call.caller.name, body](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto rules, read_alert_rules(connection));
    const auto known = std::ranges::find(rules, name, &AlertRule::name);
    if (known == rules.end()) return fail(ErrorCode::kNotFound, "put alert rule", "there is no rule " + name);
    AlertRule rule = *known;
    rule.limit = body.value("limit", rule.limit);
    rule.for_s = body.value("for_s", rule.for_s);
    rule.severity = body.value("severity", rule.severity);
    rule.is_enabled = body.value("enabled", rule.is_enabled);
    TS_RETURN_IF_ERROR(put_alert_rule(connection, rule, who, now));
    return StoredAnswer{200, with_as_of(rule_json(rule), now)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

json target_json(const NotificationTarget& target) {
  return {{"name", target.name},
          {"kind", target.kind},
          {"url", target.kind == "webhook" ? json(target.destination) : json(nullptr)},
          {"address", target.kind == "email" ? json(target.destination) : json(nullptr)},
          {"rules", target.rules ? json(*target.rules) : json(nullptr)},
          {"enabled", target.is_enabled},
          {"waiting", target.waiting},
          {"last_status", nullable_text(target.last_status)},
          {"last_error", nullable_text(target.last_error)}};
}

Result<std::string> list_targets(ApiContext& context) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto targets, read_targets(*connection));
  json items = json::array();
  for (const NotificationTarget& target : targets) items.push_back(target_json(target));
  return with_as_of({{"items", std::move(items)}, {"next", nullptr}}, context.now());
}

void change_target(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto text = [&body](const char* name) { return body.contains(name) && body[name].is_string() ? body[name].get<std::string>() : std::string(); };
  const auto refuse = [&call](std::string_view pointer) {
    call.reply->problem(422, "wrong_type", "Not understood", R"(send a JSON object like {"kind":"webhook","url":"https://…","rules":null,"enabled":true})", pointer);
  };
  if (!body.is_object()) return refuse("");
  NotificationTarget target;
  target.name = call.parameters[0];
  target.kind = text("kind");
  target.destination = target.kind == "email" ? text("address") : text("url");
  target.secret = text("secret");
  if (body.contains("enabled")) {
    if (!body["enabled"].is_boolean()) return refuse("/enabled");
    target.is_enabled = body["enabled"].get<bool>();
  }
  if (body.contains("rules") && !body["rules"].is_null()) {
    if (!body["rules"].is_array() || !std::ranges::all_of(body["rules"], [](const json& rule) { return rule.is_string(); })) return refuse("/rules");
    target.rules = body["rules"].get<std::vector<std::string>>();
  }
  auto effect = [target, who = call.caller.name](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const std::string secret, put_target(connection, target, who, now));
    json answer_body = target_json(target);
    if (!secret.empty()) answer_body["secret"] = secret;  // told once
    return StoredAnswer{200, with_as_of(answer_body, now)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

void test_target(ApiContext& context, ApiCall call, const Route& route) {
  if (const auto body = ActionBody::parse(call.request.body); !body) return refuse_body(call, body.error());
  auto effect = [name = call.parameters[0], who = call.caller.name](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_RETURN_IF_ERROR(queue_test(connection, name, who, now));
    return StoredAnswer{202, with_as_of({{"name", name}, {"status", "waiting"}}, now)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

}  // namespace

nlohmann::json alert_item_json(const Alert& alert, Instant now) {
  return {{"alert_id", alert.alert_id},
          {"rule", alert.rule},
          {"severity", alert.severity},
          {"title", alert.title},
          {"detail", alert.detail},
          {"location", nullable_text(alert.location)},
          {"agent_id", nullable_text(alert.agent_id)},
          {"status", alert.status(now)},
          {"since", format_instant(alert.since)},
          {"acknowledged_by", nullable_text(alert.acknowledged_by)},
          {"silenced_until", nullable_time(alert.silenced_until)},
          {"resolved_at", nullable_time(alert.resolved_at)},
          {"href", alert.href}};
}

std::vector<Endpoint> alert_endpoints() {
  static constexpr Route kAcknowledge{"POST", "/v1/alerts/{id}/acknowledge", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kSilence{"POST", "/v1/alerts/{id}/silence", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kRule{"PUT", "/v1/alert-rules/{name}", Role::kAdministrator, Repeat::kIdempotent};
  static constexpr Route kTarget{"PUT", "/v1/notification-targets/{name}", Role::kAdministrator, Repeat::kIdempotent};
  static constexpr Route kTest{"POST", "/v1/notification-targets/{name}/test", Role::kAdministrator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/alerts", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_alerts(context, call)); }},
      {kAcknowledge, [](ApiContext& context, ApiCall call) { change_alert(context, std::move(call), kAcknowledge, false); }},
      {kSilence, [](ApiContext& context, ApiCall call) { change_alert(context, std::move(call), kSilence, true); }},
      {{"GET", "/v1/alert-rules", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_rules(context)); }},
      {kRule, [](ApiContext& context, ApiCall call) { change_rule(context, std::move(call), kRule); }},
      {{"GET", "/v1/notification-targets", Role::kAdministrator, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_targets(context)); }},
      {kTarget, [](ApiContext& context, ApiCall call) { change_target(context, std::move(call), kTarget); }},
      {kTest, [](ApiContext& context, ApiCall call) { test_target(context, std::move(call), kTest); }},
  };
}

}  // namespace tillsync::hub
