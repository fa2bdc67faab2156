// /v1/agents: the list, one agent, and what people decide about it.
#include <charconv>
#include <nlohmann/json.hpp>

#include "hub/api/fleet_endpoints.h"
#include "hub/exceptions/exception_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/fleet/sample_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kFilterBytesMax = 200;

json number_or_null(const std::optional<std::int64_t>& number) { return number ? json(*number) : json(nullptr); }

json agent_json(const AgentView& view) {
  const AgentRecord& agent = view.agent;
  const AgentStatus& status = view.status;
  json item = {{"id", agent.agent_id.value},
               {"location", agent.location.value},
               {"location_name", view.location.name},
               {"group", view.location.group},
               {"open", view.is_open ? json(*view.is_open) : json(nullptr)},
               {"name", agent.name},
               {"version", agent.version},
               {"status", to_string(view.state)},
               {"public_key", agent.public_key},
               {"till", agent.till.empty() ? json() : json(agent.till)},
               {"enrolled_at", format_instant(agent.enrolled_at)},
               {"last_seen", nullptr},
               {"backlog", nullptr},
               {"oldest_unsent_s", nullptr},
               {"clock_skew_ms", nullptr},
               {"disk_free_bytes", nullptr},
               {"disk_total_bytes", nullptr},
               {"drain_s", number_or_null(view.drain_s)},
               {"revision", nullptr},
               {"revision_wanted", nullptr},
               {"config_error", nullptr}};
  if (view.wanted.item != 0) item["revision_wanted"] = view.wanted.revision;
  if (status.last_seen) {
    item["last_seen"] = format_instant(*status.last_seen);
    item["backlog"] = status.backlog;
    item["oldest_unsent_s"] = status.oldest_unsent_s;
    item["clock_skew_ms"] = status.clock_skew.micros / 1'000;
    item["disk_free_bytes"] = status.disk_free_bytes;
    if (status.disk_total_bytes > 0) item["disk_total_bytes"] = status.disk_total_bytes;
    // Revision 0 with an error: the first one was refused, so none of the hub's is in force.
    const bool has_none = status.config_item == 0 || (status.config_revision == 0 && !status.config_error.empty());
    if (!has_none) item["revision"] = status.config_revision;
    if (!status.config_error.empty()) item["config_error"] = status.config_error;
    item["refused"] = status.refused;
    item["resident_bytes"] = status.resident_bytes;
    item["host"] = status.host;
  }
  return item;
}

json conflict_json(const AgentView& view) {
  if (view.state != AgentState::kConflict) return nullptr;
  json machines = json::array();
  for (const ConflictMachine& machine : view.machines)
    machines.push_back({{"boot_id", machine.boot_id}, {"host", machine.host}, {"version", machine.version}, {"address", machine.address},
                        {"last_seen", format_instant(machine.last_seen)}});
  return {{"since", instant_or_null_json(view.conflict_since)}, {"machines", std::move(machines)}};
}

Result<std::optional<std::int64_t>> seconds_parameter(const ApiCall& call, const char* name, std::int64_t max) {
  const std::string_view text = call.parameter(name);
  if (text.empty()) return std::optional<std::int64_t>{};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < 1 || number > max)
    return fail(ErrorCode::kInvalid, "read parameters", std::string(name) + " must be a whole number from 1 to " + std::to_string(max));
  return std::optional(number);
}

Result<AgentFilter> read_filter(const ApiCall& call) {
  AgentFilter filter;
  auto states = parse_agent_states(call.parameter("state"));
  if (!states) return fail(ErrorCode::kInvalid, "read parameters", "state must be some of waiting, online, draining, dark, missing, conflict, revoked, separated by commas");
  filter.states = std::move(*states);
  for (auto [member, name] : {std::pair{&AgentFilter::location, "location"}, {&AgentFilter::group, "group"}, {&AgentFilter::version, "version"}, {&AgentFilter::q, "q"}}) {
    const std::string_view text = call.parameter(name);
    if (text.size() > kFilterBytesMax) return fail(ErrorCode::kInvalid, "read parameters", std::string(name) + " is longer than " + std::to_string(kFilterBytesMax) + " bytes");
    filter.*member = text;
  }
  TS_ASSIGN_OR_RETURN(const auto dark_for, seconds_parameter(call, "dark_for", 10LL * 365 * 86'400));
  if (dark_for) filter.dark_for = seconds(*dark_for);
  return filter;
}

Result<std::string> list_agents(ApiContext& context, const ApiCall& call) {
  AgentQuery query;
  TS_ASSIGN_OR_RETURN(query.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(query.filter, read_filter(call));
  const auto order = parse_agent_order(call.parameter("sort"));
  if (!order) return fail(ErrorCode::kInvalid, "list agents", "sort must be id, last_seen, backlog, oldest, skew, disk or version, with - in front for descending");
  query.order = *order;
  query.after = call.parameter("after");
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(const AgentPage page, context.agents.list(query, now));
  json items = json::array();
  for (const AgentView& view : page.items) items.push_back(agent_json(view));
  return fleet_page(std::move(items), page.next, now);
}

Result<std::string> summarise_agents(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const AgentFilter filter, read_filter(call));
  const Instant now = context.now();
  const AgentSummary summary = context.agents.summary(filter, now);
  return json{{"as_of", format_instant(now)},
              {"all", summary.all},
              {"by_state", summary.by_state},
              {"backlog", summary.backlog},
              {"oldest_unsent_s", summary.oldest_unsent_s},
              {"drain_s", number_or_null(summary.drain_s)},
              {"versions", summary.versions},
              {"groups", summary.groups}}
      .dump();
}

Result<AgentView> find_agent(ApiContext& context, const ApiCall& call, Instant now) {
  auto view = context.agents.view(AgentId(call.parameters[0]), now);
  if (!view) return fail(ErrorCode::kNotFound, "show agent", "there is no agent " + call.parameters[0]);
  return std::move(*view);
}

Result<std::string> show_agent(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(const AgentView view, find_agent(context, call, now));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto history, FleetStore(*connection).history(view.agent.agent_id));
  json body = agent_json(view);
  body["as_of"] = format_instant(now);
  body["conflict"] = conflict_json(view);
  body["history"] = json::array();
  for (const auto& entry : history)
    body["history"].push_back({{"at", format_instant(entry.at)}, {"what", entry.what}, {"who", entry.who}, {"detail", entry.detail}});
  return body.dump();
}

/// Each five minutes since it is enrolled; where it was not heard there are no figures.
Result<std::string> show_samples(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const auto hours, seconds_parameter(call, "hours", kSampleHours));
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(const AgentView view, find_agent(context, call, now));
  const std::int64_t last = sample_slot(now);
  const std::int64_t first = std::max(last - hours.value_or(kSampleHours) * 3'600 / kSampleSeconds + 1, sample_slot(view.agent.enrolled_at));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto samples, SampleStore(*connection).read(view.agent.agent_id, first, last));
  json items = json::array();
  auto sample = samples.begin();
  for (std::int64_t slot = first; slot <= last; ++slot) {
    json item = {{"at", format_instant(slot_start(slot))}, {"backlog", nullptr}, {"oldest_unsent_s", nullptr}, {"clock_skew_ms", nullptr},
                 {"disk_free_bytes", nullptr}, {"online", false}};
    if (sample != samples.end() && sample->slot == slot) {
      item["backlog"] = sample->sample.backlog;
      item["oldest_unsent_s"] = sample->sample.oldest_unsent_s;
      item["clock_skew_ms"] = sample->sample.clock_skew.micros / 1'000;
      item["disk_free_bytes"] = sample->sample.disk_free_bytes;
      item["online"] = true;
      ++sample;
    } else if (slot == last) {
      continue;  // it has only begun
    }
    items.push_back(std::move(item));
  }
  return fleet_page(std::move(items), std::nullopt, now);
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
  auto effect = [id, reason, who = call.caller.name, decided, decide, agents = &context.agents](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    const auto old = agents->view(id, now);
    TS_ASSIGN_OR_RETURN(*decided, decide(connection, id, who, reason, now));
    TS_ASSIGN_OR_RETURN(const auto row, FleetStore(connection).find(id));
    AgentView view = old.value_or(AgentView{});
    view.agent = row->agent;
    view.state = agent_state(view.agent.standing, view.status, now);
    json shown = agent_json(view);
    shown["as_of"] = format_instant(now);
    StoredAnswer answer{200, shown.dump()};
    if (old) answer.audit.before = agent_json(*old).dump();
    answer.audit.object = "agents/" + id.value;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, what, std::move(effect), [&context, decided] {
    if (*decided) context.agents.put(**decided);
  });
}

}  // namespace

std::string fleet_page(json items, const std::optional<std::string>& next, Instant as_of) {
  return json{{"items", std::move(items)}, {"next", next ? json(*next) : json(nullptr)}, {"as_of", format_instant(as_of)}}.dump(
      -1, ' ', false, json::error_handler_t::replace);
}

json instant_or_null_json(const std::optional<Instant>& at) { return at ? json(format_instant(*at)) : json(nullptr); }

std::vector<Endpoint> fleet_endpoints() {
  static constexpr Route kHeal{"POST", "/v1/agents/{id}/heal", Role::kAdministrator, Repeat::kIdempotencyKey};
  static constexpr Route kRevoke{"POST", "/v1/agents/{id}/revoke", Role::kAdministrator, Repeat::kIdempotencyKey};
  std::vector<Endpoint> all = {
      {{"GET", "/v1/agents", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_agents(context, call)); }},
      {{"GET", "/v1/agents/summary", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, summarise_agents(context, call)); }},
      {{"GET", "/v1/agents/{id}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_agent(context, call)); }},
      {{"GET", "/v1/agents/{id}/samples", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, show_samples(context, call)); }},
      {kRevoke, [](ApiContext& context, ApiCall call) { decide_agent(context, std::move(call), kRevoke, "revoke agent", &revoke); }},
      {kHeal, [](ApiContext& context, ApiCall call) { decide_agent(context, std::move(call), kHeal, "heal agent", &heal); }},
  };
  for (auto part : {enrolment_endpoints(), command_endpoints(), config_endpoints(), rollout_endpoints()}) all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  return all;
}

}  // namespace tillsync::hub
