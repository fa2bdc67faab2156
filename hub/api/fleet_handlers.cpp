// /v1/agents and /v1/enrolment-tokens.
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "hub/api/api_context.h"
#include "hub/exceptions/exception_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/masterdata/masterdata_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kTokenUsesMax = 100'000;
constexpr std::int64_t kTokenValidSecondsMax = 365 * 86'400;
constexpr std::int64_t kTokenValidSecondsDefault = 86'400;

json agent_json(const AgentWithStatus& row, Instant now) {
  const AgentRecord& agent = row.agent;
  const AgentStatus& status = row.status;
  json item = {{"id", agent.agent_id.value},
               {"location", agent.location.value},
               {"name", agent.name},
               {"version", agent.version},
               {"status", to_string(agent_state(agent.standing, status, now))},
               {"public_key", agent.public_key},
               {"enrolled_at", format_instant(agent.enrolled_at)},
               {"last_seen", nullptr},
               {"backlog", nullptr},
               {"oldest_unsent_s", nullptr},
               {"clock_skew_ms", nullptr},
               {"disk_free_bytes", nullptr}};
  if (status.last_seen) {
    item["last_seen"] = format_instant(*status.last_seen);
    item["backlog"] = status.backlog;
    item["oldest_unsent_s"] = status.oldest_unsent_s;
    item["clock_skew_ms"] = status.clock_skew.micros / 1'000;
    item["disk_free_bytes"] = status.disk_free_bytes;
    item["refused"] = status.refused;
    item["resident_bytes"] = status.resident_bytes;
    item["host"] = status.host;
  }
  return item;
}

json token_json(const EnrolmentToken& token) {
  return {{"id", token.token_id},         {"location", token.location.value},
          {"uses", token.uses},           {"uses_max", token.uses_max},
          {"created_by", token.created_by}, {"created_at", format_instant(token.created_at)},
          {"expires_at", format_instant(token.expires_at)}};
}

/// The registry's live status beats the stored one, which is saved lazily.
AgentWithStatus with_live_status(const ApiContext& context, AgentWithStatus row) {
  if (const auto live = context.agents.status(row.agent.agent_id)) row.status = *live;
  return row;
}

Result<std::string> list_agents(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rows, FleetStore(*connection).agents(call.parameter("after"), limit, call.parameter("location")));
  json items = json::array();
  for (const auto& row : rows) items.push_back(agent_json(with_live_status(context, row), context.now()));
  return page_json(std::move(items), rows.size() == limit ? std::optional(rows.back().agent.agent_id.value) : std::nullopt);
}

Result<std::string> show_agent(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  FleetStore store(*connection);
  TS_ASSIGN_OR_RETURN(const auto row, store.find(AgentId(call.parameters[0])));
  if (!row) return fail(ErrorCode::kNotFound, "show agent", "there is no agent " + call.parameters[0]);
  TS_ASSIGN_OR_RETURN(const auto history, store.history(row->agent.agent_id));
  json body = agent_json(with_live_status(context, *row), context.now());
  body["history"] = json::array();
  for (const auto& entry : history)
    body["history"].push_back({{"at", format_instant(entry.at)}, {"what", entry.what}, {"who", entry.who}, {"detail", entry.detail}});
  return body.dump();
}

Result<std::string> list_tokens(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rows, FleetStore(*connection).enrolment_tokens(call.parameter("after"), limit));
  json items = json::array();
  for (const auto& row : rows) items.push_back(token_json(row));
  return page_json(std::move(items), rows.size() == limit ? std::optional(rows.back().token_id) : std::nullopt);
}

/// An optional whole number of a request body within bounds.
Result<std::int64_t> number_member(const json& body, const char* name, std::int64_t fallback, std::int64_t max) {
  if (!body.contains(name)) return fallback;
  if (!body[name].is_number_integer() || body[name] < 1 || body[name] > max)
    return fail(ErrorCode::kInvalid, "read body", std::string(name) + " must be a whole number from 1 to " + std::to_string(max));
  return body[name].get<std::int64_t>();
}

void create_token(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("location") || !body["location"].is_string())
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send a JSON object like {"location":"GB"})", "/location");
  const auto uses = number_member(body, "uses", 1, kTokenUsesMax);
  if (!uses) return call.reply->problem(422, "number_out_of_range", "Not understood", uses.error().detail, "/uses");
  const auto valid_s = number_member(body, "valid_s", kTokenValidSecondsDefault, kTokenValidSecondsMax);
  if (!valid_s) return call.reply->problem(422, "number_out_of_range", "Not understood", valid_s.error().detail, "/valid_s");
  EnrolmentToken token;
  token.token_id = random_secret("t_");
  token.location = LocationId(body["location"].get<std::string>());
  token.uses_max = *uses;
  token.created_by = call.caller.name;
  const std::string secret = random_secret("enrol_");
  auto effect = [token, secret, valid = seconds(*valid_s)](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto location, MasterdataReader(connection).location(token.location));
    if (!location)
      return fail(ErrorCode::kInvalid, "create enrolment token", "there is no location " + token.location.value, "create it first: PUT /v1/locations/{id}");
    token.created_at = now;
    token.expires_at = now + valid;
    TS_RETURN_IF_ERROR(FleetStore(connection).add_enrolment_token(token, secret));
    json answer_body = token_json(token);
    answer_body["token"] = secret;
    return StoredAnswer{201, answer_body.dump()};
  };
  run_effect(context, std::move(call), route.repeat, "create enrolment token", std::move(effect));
}

/// A person's decision about an agent: `decide` changes its standing; the registry learns of it after the commit.
using AgentDecision = Result<AgentRecord> (*)(sql::Connection&, const AgentId&, std::string_view who, std::string_view reason, Instant now);

Result<AgentRecord> revoke(sql::Connection& connection, const AgentId& id, std::string_view who, std::string_view reason, Instant now) {
  return FleetStore(connection).revoke(id, who, reason, now);
}

Result<AgentRecord> heal(sql::Connection& connection, const AgentId& id, std::string_view who, std::string_view reason, Instant now) {
  TS_ASSIGN_OR_RETURN(auto healed, FleetStore(connection).heal_conflict(id, who, reason, now));
  TS_RETURN_IF_ERROR(settle_exceptions(connection, {{"identity_conflict", id.value, "released by " + std::string(who)}}, now));
  return healed;
}

void decide_agent(ApiContext& context, ApiCall call, const Route& route, const char* what, AgentDecision decide) {
  const json body = json::parse(call.request.body.empty() ? "{}" : call.request.body, nullptr, false);
  const std::string reason = body.is_object() && body.contains("reason") && body["reason"].is_string() ? body["reason"].get<std::string>() : "";
  if (!body.is_object() || reason.size() > kReasonBytesMax)
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send {} or {"reason":"…"} of up to 1000 bytes)", "/reason");
  const AgentId id(call.parameters[0]);
  const auto decided = std::make_shared<std::optional<AgentRecord>>();
  auto effect = [id, reason, who = call.caller.name, decided, decide](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto old, FleetStore(connection).find(id));
    TS_ASSIGN_OR_RETURN(*decided, decide(connection, id, who, reason, now));
    TS_ASSIGN_OR_RETURN(const auto row, FleetStore(connection).find(id));
    StoredAnswer answer{200, agent_json(*row, now).dump()};
    if (old) answer.audit.before = agent_json(*old, now).dump();
    answer.audit.object = "agents/" + id.value;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, what, std::move(effect), [&context, decided] {
    if (*decided) context.agents.put(**decided);
  });
}

}  // namespace

std::vector<Endpoint> fleet_endpoints() {
  static constexpr Route kCreateToken{"POST", "/v1/enrolment-tokens", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kHeal{"POST", "/v1/agents/{id}/heal", Role::kAdministrator, Repeat::kIdempotencyKey};
  static constexpr Route kRevoke{"POST", "/v1/agents/{id}/revoke", Role::kAdministrator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/agents", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_agents(context, call)); }},
      {{"GET", "/v1/agents/{id}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_agent(context, call)); }},
      {kRevoke, [](ApiContext& context, ApiCall call) { decide_agent(context, std::move(call), kRevoke, "revoke agent", &revoke); }},
      {kHeal, [](ApiContext& context, ApiCall call) { decide_agent(context, std::move(call), kHeal, "heal agent", &heal); }},
      {{"GET", "/v1/enrolment-tokens", Role::kOperator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_tokens(context, call)); }},
      {kCreateToken, [](ApiContext& context, ApiCall call) { create_token(context, std::move(call), kCreateToken); }},
  };
}

}  // namespace tillsync::hub
