// /v1/config-revisions, /v1/config-schema and /v1/agents/{id}/config: settings of agents.
#include <nlohmann/json.hpp>

#include "common/config/remote_settings.h"
#include "hub/api/fleet_endpoints.h"
#include "hub/fleet/config_store.h"
#include "hub/fleet/fleet_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

json revision_json(const ConfigRevision& revision) {
  return {{"revision", revision.revision},
          {"settings", json::parse(revision.settings, nullptr, false)},
          {"note", revision.note},
          {"who", revision.who},
          {"created_at", format_instant(revision.created_at)}};
}

json setting_json(const config::Setting& setting) {
  if (const auto* number = std::get_if<std::int64_t>(&setting)) return *number;
  if (const auto* text = std::get_if<std::string>(&setting)) return *text;
  return nullptr;
}

Result<std::string> show_schema(ApiContext& context, const ApiCall&) {
  json items = json::array();
  for (const config::RemoteKey& key : config::remote_keys()) {
    const bool is_number = std::holds_alternative<std::int64_t>(key.fallback);
    json item = {{"key", key.path},   {"type", is_number ? "integer" : "string"}, {"unit", key.unit}, {"default", setting_json(key.fallback)},
                 {"min", nullptr},    {"max", nullptr},                           {"values", nullptr}, {"description", key.meaning}};
    if (is_number) {
      item["min"] = key.min;
      item["max"] = key.max;
    } else {
      item["values"] = key.words;
    }
    items.push_back(std::move(item));
  }
  return fleet_page(std::move(items), std::nullopt, context.now());
}

void create_revision(ApiContext& context, ApiCall call, const Route& route) {
  if (!idempotency_key_of(call)) return;
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("settings") || !body["settings"].is_object())
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"settings":{"log.level":"debug"},"note":"…"})", "/settings");
  const auto settings = config::parse_remote_settings(body["settings"].dump());
  if (!settings)
    return call.reply->problem(422, "unknown_setting", "Not understood",
                               settings.error().detail + (settings.error().hint.empty() ? "" : "; " + settings.error().hint), "/settings");
  if (body.contains("note") && (!body["note"].is_string() || body["note"].get_ref<const std::string&>().size() > kConfigNoteBytesMax))
    return call.reply->problem(422, "wrong_type", "Not understood", "note must be a text of up to " + std::to_string(kConfigNoteBytesMax) + " bytes", "/note");
  auto effect = [text = config::remote_settings_json(*settings), note = body.value("note", ""), who = call.caller.name](sql::Connection& connection,
                                                                                                                     Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto revision, ConfigStore(connection).add(text, note, who, now));
    json answer_body = revision_json(revision);
    answer_body["as_of"] = format_instant(now);
    return StoredAnswer{201, answer_body.dump()};
  };
  run_effect(context, std::move(call), route.repeat, "create configuration revision", std::move(effect));
}

Result<std::string> list_revisions(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto before, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rows, ConfigStore(*connection).list(before.value_or(0), limit));
  json items = json::array();
  for (const ConfigRevision& revision : rows) items.push_back(revision_json(revision));
  return fleet_page(std::move(items), rows.size() == limit ? std::optional(std::to_string(rows.back().revision)) : std::nullopt, context.now());
}

Result<std::string> show_revision(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::int64_t number, path_number(call, "configuration revision"));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto revision, ConfigStore(*connection).find(number));
  if (!revision) return fail(ErrorCode::kNotFound, "show configuration revision", "there is no configuration revision " + call.parameters[0]);
  json body = revision_json(*revision);
  body["as_of"] = format_instant(context.now());
  return body.dump();
}

void configure_agent(ApiContext& context, ApiCall call, const Route& route) {
  if (!idempotency_key_of(call)) return;
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("revision") || !body["revision"].is_number_integer() || body["revision"] < 0)
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"revision": 17}, or 0 for agent.toml alone)", "/revision");
  const AgentId id(call.parameters[0]);
  const auto given = std::make_shared<WantedConfig>();
  auto effect = [id, given, revision = body["revision"].get<std::int64_t>(), who = call.caller.name](sql::Connection& connection,
                                                                                                   Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto agent, FleetStore(connection).find(id));
    if (!agent) return fail(ErrorCode::kNotFound, "configure agent", "there is no agent " + id.value);
    TS_ASSIGN_OR_RETURN(const auto wanted, ConfigStore(connection).want(id, revision, who, now));
    *given = wanted.config;
    return StoredAnswer{200, json{{"agent_id", id.value}, {"revision_wanted", revision}, {"revision_before", wanted.previous_revision}, {"as_of", format_instant(now)}}.dump()};
  };
  run_effect(context, std::move(call), route.repeat, "configure agent", std::move(effect), [&context, id, given] {
    if (given->item != 0) context.agents.put_wanted(id, *given);
    context.outbound_advanced();
  });
}

}  // namespace

std::vector<Endpoint> config_endpoints() {
  static constexpr Route kCreateRevision{"POST", "/v1/config-revisions", Role::kAdministrator, Repeat::kIdempotencyKey};
  static constexpr Route kConfigure{"POST", "/v1/agents/{id}/config", Role::kAdministrator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/config-schema", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_schema(context, call)); }},
      {{"GET", "/v1/config-revisions", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_revisions(context, call)); }},
      {kCreateRevision, [](ApiContext& context, ApiCall call) { create_revision(context, std::move(call), kCreateRevision); }},
      {{"GET", "/v1/config-revisions/{n}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, show_revision(context, call)); }},
      {kConfigure, [](ApiContext& context, ApiCall call) { configure_agent(context, std::move(call), kConfigure); }},
  };
}

}  // namespace tillsync::hub
