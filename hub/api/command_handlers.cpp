// /v1/agents/{id}/commands and /v1/commands: what agents are told to do.
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "hub/api/fleet_endpoints.h"
#include "hub/fleet/command_store.h"
#include "hub/fleet/fleet_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

json command_json(const AgentCommand& command, Instant now) {
  const CommandStatus status = status_at(command, now);
  json item = {{"command_id", command.command_id},
               {"agent_id", command.agent_id.value},
               {"name", command.name},
               {"arguments", json::parse(command.arguments, nullptr, false)},
               {"status", to_string(status)},
               {"ok", nullptr},
               {"result", nullptr},
               {"who", command.who},
               {"created_at", format_instant(command.created_at)},
               {"expires_at", format_instant(command.expires_at)},
               {"sent_at", instant_or_null_json(command.sent_at)},
               {"answered_at", instant_or_null_json(command.answered_at)}};
  if (status == CommandStatus::kDone || status == CommandStatus::kFailed) item["ok"] = status == CommandStatus::kDone;
  if (!command.result.empty()) {
    json result = json::parse(command.result, nullptr, false);
    item["result"] = result.is_discarded() ? json(command.result) : std::move(result);
  }
  return item;
}

std::string command_body(const AgentCommand& command, Instant now) {
  json body = command_json(command, now);
  body["as_of"] = format_instant(now);
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

void create_command(ApiContext& context, ApiCall call, const Route& route) {
  if (!idempotency_key_of(call)) return;
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("name") || !body["name"].is_string() || !is_command_name(body["name"].get<std::string>()))
    return call.reply->problem(422, "unknown_command", "Not understood", R"(send {"name": …} with drain, send_logs, verify, restart or rotate_keys)", "/name");
  const json arguments = body.value("arguments", json::object());
  if (!arguments.is_object() || arguments.dump().size() > kCommandArgumentsBytesMax)
    return call.reply->problem(422, "wrong_type", "Not understood", "arguments must be a JSON object of up to " + std::to_string(kCommandArgumentsBytesMax) + " bytes", "/arguments");
  AgentCommand command;
  command.command_id = random_secret("k_");
  command.agent_id = AgentId(call.parameters[0]);
  command.name = body["name"];
  command.arguments = arguments.dump();
  command.who = call.caller.name;
  auto effect = [command](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto agent, FleetStore(connection).find(command.agent_id));
    if (!agent) return fail(ErrorCode::kNotFound, "command agent", "there is no agent " + command.agent_id.value);
    if (agent->agent.standing == Standing::kRevoked) return fail(ErrorCode::kConflict, "command agent", "agent " + command.agent_id.value + " was revoked: it takes no commands");
    command.created_at = now;
    command.expires_at = now + kCommandLifetime;
    TS_RETURN_IF_ERROR(CommandStore(connection).add(command));
    return StoredAnswer{202, command_body(command, now)};
  };
  run_effect(context, std::move(call), route.repeat, "command agent", std::move(effect), [&context, id = command.agent_id] {
    if (context.commands_advanced) context.commands_advanced(id);
  });
}

Result<std::string> list_commands(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const Instant now = context.now();
  const AgentId agent_id(call.parameters[0]);
  if (!context.agents.view(agent_id, now)) return fail(ErrorCode::kNotFound, "list commands", "there is no agent " + agent_id.value);
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rows, CommandStore(*connection).list(agent_id, call.parameter("after"), limit));
  json items = json::array();
  for (const AgentCommand& command : rows) items.push_back(command_json(command, now));
  return fleet_page(std::move(items), rows.size() == limit ? std::optional(rows.back().command_id) : std::nullopt, now);
}

Result<std::string> show_command(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto command, CommandStore(*connection).find(call.parameters[0]));
  if (!command) return fail(ErrorCode::kNotFound, "show command", "there is no command " + call.parameters[0]);
  return command_body(*command, context.now());
}

}  // namespace

std::vector<Endpoint> command_endpoints() {
  static constexpr Route kCreate{"POST", "/v1/agents/{id}/commands", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {kCreate, [](ApiContext& context, ApiCall call) { create_command(context, std::move(call), kCreate); }},
      {{"GET", "/v1/agents/{id}/commands", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_commands(context, call)); }},
      {{"GET", "/v1/commands/{id}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_command(context, call)); }},
  };
}

}  // namespace tillsync::hub
