#include "hub/api/insight_answers.h"

namespace tillsync::hub {

using nlohmann::json;

std::vector<BreakerFact> breaker_facts(const ApiContext& context) {
  std::vector<BreakerFact> facts;
  for (const ConnectorState& state : context.connectors()) facts.push_back({state.name, state.breaker, state.last_error});
  return facts;
}

Result<json> overview_json(ApiContext& context, sql::Connection& connection, Instant now) {
  OverviewInput input;
  input.now = now;
  input.agents = context.agents.all();
  input.breakers = breaker_facts(context);
  input.days = context.days.policy;
  for (const auto& source : context.insight.needs) {
    TS_ASSIGN_OR_RETURN(auto more, source(connection, now));
    std::ranges::move(more, std::back_inserter(input.others));
  }
  TS_ASSIGN_OR_RETURN(const Overview overview, context.insight.overview->read(connection, input));
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

Result<json> counts_json(sql::Connection& connection, Instant now) {
  TS_ASSIGN_OR_RETURN(const LiveCounts counts, read_live_counts(connection, now));
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
