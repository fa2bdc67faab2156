// GET /v1/search, /v1/traces, /v1/traces/{correlation_id}: where is this sale, and where is it going.
#include <cmath>

#include "hub/api/insight_answers.h"
#include "hub/insight/search_reader.h"
#include "hub/insight/trace_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr double kMicros = 1e6;
constexpr std::size_t kHintAgentsMax = 20;  // dark agents that a hint names one by one

/// To the millisecond.
double in_seconds(Duration duration) { return std::round(static_cast<double>(duration.micros) / 1'000) / 1'000; }

json nullable(const std::optional<Instant>& at) { return at ? json(format_instant(*at)) : json(nullptr); }

TraceReader::SkewOf skew_of(const ApiContext& context) {
  return [&agents = context.agents](const AgentId& agent_id) -> std::optional<Duration> {
    const auto status = agents.status(agent_id);
    if (!status || !status->last_seen) return std::nullopt;
    return status->clock_skew;
  };
}

json milestone_json(const Milestone& milestone) {
  json item = {{"name", milestone.name},
               {"pos_time", nullable(milestone.pos_time)},
               {"hub_time", nullable(milestone.hub_time)},
               {"wait_s", nullptr},
               {"actor", milestone.actor},
               {"skew_s", nullptr},
               {"ref", nullptr},
               {"detail", milestone.detail},
               // As the first version said it.
               {"milestone", milestone.legacy_name},
               {"at", format_instant(milestone.hub_time ? *milestone.hub_time : milestone.pos_time.value_or(milestone.at))},
               {"clock", milestone.hub_time ? "hub" : milestone.legacy_name == "occurred" ? "pos" : "agent"}};
  if (milestone.wait) item["wait_s"] = in_seconds(*milestone.wait);
  if (milestone.skew) item["skew_s"] = in_seconds(*milestone.skew);
  if (milestone.ref) item["ref"] = {{"kind", milestone.ref->kind}, {"id", milestone.ref->id}, {"href", milestone.ref->href}};
  if (!milestone.event_id.empty()) item["event_id"] = milestone.event_id;
  if (!milestone.posting_id.empty()) item["posting_id"] = milestone.posting_id;
  return item;
}

Result<std::string> show_trace(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(auto facts, TraceReader(*connection, skew_of(context)).facts(call.parameters[0]));
  if (!facts) return fail(ErrorCode::kNotFound, "trace", "nothing at the hub has the correlation id " + call.parameters[0]);
  for (const BreakerFact& breaker : breaker_facts(context))
    if (breaker.breaker == "stopped") facts->erp_trouble = breaker.last_error.empty() ? "the connection is stopped" : breaker.last_error;
  const Trace trace = build_trace(*facts);
  json milestones = json::array();
  for (const Milestone& milestone : trace.milestones) milestones.push_back(milestone_json(milestone));
  json body = {{"correlation_id", call.parameters[0]}, {"state", to_string(trace.state)}, {"milestones", std::move(milestones)}, {"next_milestone", nullptr}, {"more", trace.has_more}};
  // A reservation by itself has the states of one.
  if (facts->events.empty()) body["state"] = facts->reservations.front().state;
  if (trace.next) body["next_milestone"] = {{"name", trace.next->name}, {"waiting_for", trace.next->waiting_for}};
  return with_as_of(body, now);
}

/// What is not at the hub may still be at a store.
json not_found_hint(const ApiContext& context, const std::map<std::string, std::string>& names, Instant now) {
  std::vector<AgentFact> silent;
  std::int64_t unsent = 0;
  for (AgentFact& agent : agent_facts(context.agents.all(), names, now)) {
    if (agent.state != AgentState::kDark && agent.state != AgentState::kMissing) continue;
    unsent += agent.backlog;
    silent.push_back(std::move(agent));
  }
  std::ranges::stable_sort(silent, std::ranges::greater{}, &AgentFact::backlog);
  json agents = json::array();
  for (const AgentFact& agent : silent) {
    if (agents.size() == kHintAgentsMax) break;
    agents.push_back({{"agent_id", agent.agent_id}, {"location", agent.location}, {"name", agent.place()}, {"status", to_string(agent.state)}, {"backlog", agent.backlog},
                      {"last_seen", nullable(agent.last_seen)}});
  }
  std::string hint = "Not at the hub. ";
  if (silent.empty()) hint += "No store is dark.";
  else if (silent.size() == 1) hint += silent.front().place() + " is " + std::string(to_string(silent.front().state)) + ", " + std::to_string(unsent) + " unsent.";
  else hint += std::to_string(silent.size()) + " stores are dark, " + std::to_string(unsent) + " unsent.";
  return {{"hint", std::move(hint)}, {"agents", std::move(agents)}};
}

Result<std::string> list_traces(ApiContext& context, const ApiCall& call) {
  const std::string_view q = call.parameter("q");
  if (q.empty() || q.size() > kSearchTextBytesMax)
    return fail(ErrorCode::kInvalid, "find traces", "q must be a text of 1 to " + std::to_string(kSearchTextBytesMax) + " bytes");
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto hits, TraceReader(*connection, skew_of(context)).find(q, call.parameter("location"), limit));
  json body = {{"items", json::array()}, {"next", nullptr}, {"not_found", nullptr}};
  for (const TraceHit& hit : hits)
    body["items"].push_back({{"correlation_id", hit.correlation_id}, {"title", hit.title}, {"location", hit.location}, {"at", format_instant(hit.at)}, {"state", hit.state}});
  if (hits.empty()) {
    TS_ASSIGN_OR_RETURN(const auto names, read_location_names(*connection));
    body["not_found"] = not_found_hint(context, names, now);
  }
  return with_as_of(body, now);
}

Result<std::string> search(ApiContext& context, const ApiCall& call) {
  std::size_t limit = kSearchHitsMax;
  if (call.request.parameter("limit")) {
    TS_ASSIGN_OR_RETURN(limit, page_limit(call));
  }
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto hits, SearchReader(*connection).search(call.parameter("q"), context.agents.all(), std::min(limit, kSearchHitsMax), now));
  json body = {{"items", json::array()}};
  for (const SearchHit& hit : hits)
    body["items"].push_back({{"kind", hit.kind}, {"id", hit.id}, {"title", hit.title}, {"state", hit.state.empty() ? json(nullptr) : json(hit.state)}, {"at", nullable(hit.at)}, {"href", hit.href}});
  return with_as_of(body, now);
}

}  // namespace

std::vector<Endpoint> trace_endpoints() {
  return {
      {{"GET", "/v1/search", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, search(context, call)); }},
      {{"GET", "/v1/traces", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_traces(context, call)); }},
      {{"GET", "/v1/traces/{correlation_id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, show_trace(context, call)); }},
  };
}

}  // namespace tillsync::hub
