// /v1/rollouts: a configuration wave by wave.
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/fleet_endpoints.h"
#include "hub/fleet/config_store.h"
#include "hub/fleet/rollout_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kGroupBytesMax = 200;

json wave_json(const RolloutWave& wave, const WaveFigures& figures, const AgentRegistry& agents, Instant now) {
  json failures = json::array();
  for (const RolloutMember& member : figures.failures) {
    const auto view = agents.view(member.agent_id, now);
    failures.push_back({{"agent_id", member.agent_id.value}, {"location", view ? view->agent.location.value : ""}, {"error", member.error}});
  }
  return {{"no", wave.wave_no},
          {"selector", json::parse(wave.selector, nullptr, false)},
          {"status", to_string(wave.status)},
          {"total", figures.total},
          {"done", figures.done},
          {"failed", figures.failed},
          {"left", figures.total - figures.done - figures.failed},
          {"failures", std::move(failures)}};
}

Result<json> rollout_json(sql::Connection& connection, const AgentRegistry& agents, const Rollout& rollout, Instant now) {
  TS_ASSIGN_OR_RETURN(auto figures, RolloutStore(connection).figures(rollout.rollout_no));
  json waves = json::array();
  for (const RolloutWave& wave : rollout.waves) waves.push_back(wave_json(wave, figures[wave.wave_no], agents, now));
  return json{{"rollout_id", std::to_string(rollout.rollout_no)},
              {"revision", rollout.revision},
              {"status", to_string(rollout.status)},
              {"stop_percent", rollout.stop_percent},
              {"stopped_because", rollout.stopped_because.empty() ? json(nullptr) : json(rollout.stopped_because)},
              {"who", rollout.who},
              {"created_at", format_instant(rollout.created_at)},
              {"waves", std::move(waves)}};
}

Result<StoredAnswer> rollout_answer(int status, sql::Connection& connection, const AgentRegistry& agents, std::int64_t number, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto rollout, RolloutStore(connection).find(number));
  if (!rollout) return fail(ErrorCode::kNotFound, "show roll-out", "there is no roll-out " + std::to_string(number));
  TS_ASSIGN_OR_RETURN(json body, rollout_json(connection, agents, *rollout, now));
  body["as_of"] = format_instant(now);
  return StoredAnswer{status, body.dump(-1, ' ', false, json::error_handler_t::replace)};
}

/// nullopt: it is none.
std::optional<WaveSelector> read_selector(const json& wave) {
  if (!wave.is_object() || wave.size() != 1) return std::nullopt;
  WaveSelector selector;
  if (wave.contains("group") && wave["group"].is_string()) {
    selector.group = wave["group"];
    return selector.group.empty() || selector.group.size() > kGroupBytesMax ? std::nullopt : std::optional(selector);
  }
  if (wave.contains("share_percent") && wave["share_percent"].is_number_integer() && wave["share_percent"] >= 1 && wave["share_percent"] <= 100) {
    selector.share_percent = wave["share_percent"];
    return selector;
  }
  if (wave.contains("all") && wave["all"] == true) {
    selector.is_all = true;
    return selector;
  }
  return std::nullopt;
}

std::optional<std::vector<WaveSelector>> read_selectors(const json& body) {
  if (!body.contains("waves") || !body["waves"].is_array() || body["waves"].empty() || body["waves"].size() > kWavesMax) return std::nullopt;
  std::vector<WaveSelector> selectors;
  for (const json& wave : body["waves"]) {
    const auto selector = read_selector(wave);
    if (!selector) return std::nullopt;
    selectors.push_back(*selector);
  }
  return selectors;
}

/// Agents that may sync; revoked ones and those in conflict take no configuration.
std::vector<FleetMember> fleet_members(const AgentRegistry& agents, Instant now) {
  AgentQuery query;
  query.filter.states = {AgentState::kWaiting, AgentState::kOnline, AgentState::kDraining, AgentState::kDark, AgentState::kMissing};
  query.limit = std::numeric_limits<std::size_t>::max();
  std::vector<FleetMember> members;
  if (const auto page = agents.list(query, now))
    for (const AgentView& view : page->items) members.push_back({view.agent.agent_id, view.location.group});
  return members;
}

void create_rollout(ApiContext& context, ApiCall call, const Route& route) {
  if (!idempotency_key_of(call)) return;
  const json body = json::parse(call.request.body, nullptr, false);
  const auto is_number = [&body](const char* name, std::int64_t min, std::int64_t max) {
    return body.is_object() && body.contains(name) && body[name].is_number_integer() && body[name] >= min && body[name] <= max;
  };
  const std::int64_t many = std::numeric_limits<std::int32_t>::max();
  if (!is_number("revision", 1, many)) return call.reply->problem(422, "number_out_of_range", "Not understood", "revision must be the number of a configuration revision", "/revision");
  if (!is_number("stop_percent", 0, 100)) return call.reply->problem(422, "number_out_of_range", "Not understood", "stop_percent must be a whole number from 0 to 100", "/stop_percent");
  if (!is_number("confirm_agents", 1, many))
    return call.reply->problem(422, "number_out_of_range", "Not understood", "confirm_agents must be the number of agents that the waves hold together", "/confirm_agents");
  const auto selectors = read_selectors(body);
  if (!selectors)
    return call.reply->problem(422, "wrong_type", "Not understood",
                               R"(waves must be 1 to )" + std::to_string(kWavesMax) + R"( of {"group":"pilot"}, {"share_percent":10} and {"all":true})", "/waves");
  Rollout rollout;
  rollout.revision = body["revision"];
  rollout.stop_percent = body["stop_percent"];
  rollout.who = call.caller.name;
  const auto waves = choose_waves(fleet_members(context.agents, context.now()), *selectors);
  for (std::size_t i = 0; i < waves.size(); ++i) {
    const auto wave_no = static_cast<std::int64_t>(i) + 1;
    rollout.waves.push_back({wave_no, body["waves"][i].dump(), WaveStatus::kWaiting});
    for (const AgentId& agent_id : waves[i]) {
      RolloutMember member;
      member.wave_no = wave_no;
      member.agent_id = agent_id;
      rollout.members.push_back(std::move(member));
    }
  }
  if (body["confirm_agents"] != rollout.members.size())
    return call.reply->problem(409, "confirmation_differs", "Not confirmed",
                               "the waves hold " + std::to_string(rollout.members.size()) + " agents together, confirmed were " + body["confirm_agents"].dump(), "/confirm_agents");
  auto effect = [rollout = std::move(rollout), agents = &context.agents](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto revision, ConfigStore(connection).find(rollout.revision));
    if (!revision) return fail(ErrorCode::kInvalid, "roll out", "there is no configuration revision " + std::to_string(rollout.revision));
    rollout.created_at = now;
    TS_ASSIGN_OR_RETURN(const std::int64_t number, RolloutStore(connection).add(rollout));
    return rollout_answer(201, connection, *agents, number, now);
  };
  run_effect(context, std::move(call), route.repeat, "roll out", std::move(effect), [&context] {
    if (context.rollouts_advanced) context.rollouts_advanced();
  });
}

Result<std::string> list_rollouts(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto before, page_after(call));
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto rows, RolloutStore(*connection).list(before.value_or(0), limit));
  json items = json::array();
  for (const Rollout& rollout : rows) {
    TS_ASSIGN_OR_RETURN(json item, rollout_json(*connection, context.agents, rollout, now));
    items.push_back(std::move(item));
  }
  return fleet_page(std::move(items), rows.size() == limit ? std::optional(std::to_string(rows.back().rollout_no)) : std::nullopt, now);
}

Result<std::string> show_rollout(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::int64_t number, path_number(call, "roll-out"));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto shown, rollout_answer(200, *connection, context.agents, number, context.now()));
  return shown.body;
}

using RolloutVerb = Result<void> (*)(RolloutStore&, std::int64_t, const std::string& who);

void change_rollout(ApiContext& context, ApiCall call, const Route& route, const char* what, RolloutVerb verb) {
  if (!idempotency_key_of(call)) return;
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const std::string reason = body->text("reason");
  if (body->fault()) return refuse_body(call, *body->fault());
  const auto number = path_number(call, "roll-out");
  if (!number) return call.reply->failure(number.error());
  auto effect = [number = *number, verb, who = call.caller.name + (reason.empty() ? "" : ": " + reason), agents = &context.agents](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    RolloutStore store(connection);
    TS_RETURN_IF_ERROR(verb(store, number, who));
    return rollout_answer(200, connection, *agents, number, now);
  };
  run_effect(context, std::move(call), route.repeat, what, std::move(effect), [&context] {
    if (context.rollouts_advanced) context.rollouts_advanced();
  });
}

}  // namespace

Result<std::int64_t> path_number(const ApiCall& call, const char* what) {
  const std::string& text = call.parameters[0];
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1)
    return fail(ErrorCode::kNotFound, std::string("find ") + what, std::string("there is no ") + what + " " + text);
  return number;
}

std::vector<Endpoint> rollout_endpoints() {
  static constexpr Route kCreateRollout{"POST", "/v1/rollouts", Role::kAdministrator, Repeat::kIdempotencyKey};
  static constexpr Route kStopRollout{"POST", "/v1/rollouts/{id}/stop", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kResumeRollout{"POST", "/v1/rollouts/{id}/resume", Role::kAdministrator, Repeat::kIdempotencyKey};
  static constexpr Route kTakeBack{"POST", "/v1/rollouts/{id}/back", Role::kAdministrator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/rollouts", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_rollouts(context, call)); }},
      {kCreateRollout, [](ApiContext& context, ApiCall call) { create_rollout(context, std::move(call), kCreateRollout); }},
      {{"GET", "/v1/rollouts/{id}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_rollout(context, call)); }},
      {kStopRollout,
       [](ApiContext& context, ApiCall call) {
         change_rollout(context, std::move(call), kStopRollout, "stop roll-out",
                        [](RolloutStore& store, std::int64_t number, const std::string& who) { return store.stop(number, "stopped by " + who); });
       }},
      {kResumeRollout,
       [](ApiContext& context, ApiCall call) {
         change_rollout(context, std::move(call), kResumeRollout, "resume roll-out",
                        [](RolloutStore& store, std::int64_t number, const std::string&) { return store.resume(number); });
       }},
      {kTakeBack,
       [](ApiContext& context, ApiCall call) {
         change_rollout(context, std::move(call), kTakeBack, "take roll-out back",
                        [](RolloutStore& store, std::int64_t number, const std::string& who) { return store.take_back(number, "taken back by " + who); });
       }},
  };
}

}  // namespace tillsync::hub
