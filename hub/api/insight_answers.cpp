#include "hub/api/insight_answers.h"

namespace tillsync::hub {

using nlohmann::json;

std::vector<BreakerFact> breaker_facts(const ApiContext& context) {
  std::vector<BreakerFact> facts;
  for (const ConnectorState& state : context.connectors()) facts.push_back({state.name, state.breaker, state.last_error});
  return facts;
}

namespace {

/// Alerts that no other need speaks of: dark stores, breakers and unclosed days are needs by themselves.
Result<std::vector<OverviewNeed>> alert_needs(sql::Connection& connection, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto alerts, read_alerts(connection, "firing", {}, kNeedsMax, now));
  std::vector<OverviewNeed> needs;
  for (const Alert& alert : alerts) {
    if (alert.rule != "disk" && alert.rule != "clock_skew" && alert.rule != "backlog_age" && alert.rule != "oversell") continue;
    OverviewNeed& need = needs.emplace_back();
    need.need_id = need_id_of("alert", alert.alert_id, "");
    need.kind = "alert";
    need.role = alert.severity;
    need.title = alert.title + ": " + alert.detail;
    need.owner = alert.rule == "oversell" ? "stock_control" : "store_it";
    need.href = alert.href;
  }
  return needs;
}

}  // namespace

Result<json> overview_json(ApiContext& context, sql::Connection& connection, Instant now) {
  OverviewInput input;
  input.now = now;
  context.agents.visit([&input, now](const AgentRecord& agent, const AgentStatus& status) { input.agents.look(agent, status, now); });
  for (AgentFact& agent : input.agents.noteworthy) agent.is_idle = !context.agents.is_open(LocationId(agent.location), now).value_or(true);
  input.breakers = breaker_facts(context);
  input.days = context.days.policy;
  TS_ASSIGN_OR_RETURN(input.others, alert_needs(connection, now));
  for (const auto& source : context.insight.needs) {
    TS_ASSIGN_OR_RETURN(auto more, source(connection, now));
    std::ranges::move(more, std::back_inserter(input.others));
  }
  TS_ASSIGN_OR_RETURN(const Overview overview, context.insight.overview->read(connection, std::move(input)));
  const OverviewFigures& figures = overview.figures;
  json needs = json::array();
  for (const OverviewNeed& need : overview.needs) {
    json item = {{"need_id", need.need_id}, {"kind", need.kind}, {"role", need.role}, {"title", need.title}, {"count", nullptr}, {"worth", nullptr},
                 {"due_at", nullptr}, {"owner", need.owner}, {"href", need.href}, {"acknowledged_by", nullptr}};
    if (need.count) item["count"] = *need.count;
    if (!need.worth.empty()) item["worth"] = need.worth;
    if (need.due_at) item["due_at"] = format_instant(*need.due_at);
    if (!need.acknowledged_by.empty()) item["acknowledged_by"] = need.acknowledged_by;
    needs.push_back(std::move(item));
  }
  return json{{"figures",
               {{"agents_online", figures.agents_online},
                {"agents_all", figures.agents_all},
                {"backlog", figures.backlog},
                {"oldest_unsent_s", figures.oldest_unsent_s},
                {"refused_postings", figures.refused_postings},
                {"exceptions_open", figures.exceptions_open},
                {"exceptions_overdue", figures.exceptions_overdue},
                {"days_unclosed", figures.days_unclosed}}},
              {"needs", std::move(needs)},
              {"needs_total", overview.needs_total}};
}

Result<json> counts_json(const ApiContext& context, sql::Connection& connection, Instant now) {
  TS_ASSIGN_OR_RETURN(const LiveCounts counts, context.insight.overview->counts(connection, now));
  return json{{"exceptions", counts.exceptions},
              {"postings", counts.postings},
              {"newest", {{"exception_no", counts.newest_exception}, {"posting_no", counts.newest_posting}, {"event_no", counts.newest_event}}}};
}

std::string with_as_of(const json& body, Instant now) {
  json whole = body;
  whole["as_of"] = format_instant(now);
  return whole.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tillsync::hub
