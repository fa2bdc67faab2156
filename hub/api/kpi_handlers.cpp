// GET /v1/kpis, /v1/charts/{name}; /v1/views.
#include "hub/api/insight_answers.h"
#include "hub/insight/alert_store.h"
#include "hub/insight/chart_reader.h"
#include "hub/insight/kpi_reader.h"
#include "hub/insight/view_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::int64_t kSecondMicros = 1'000'000, kDefaultSpan = 86'400;  // seconds

struct Range {
  std::int64_t from = 0, to = 0, now = 0;  // seconds since 1970
};
/// The last 24 hours where nothing is said.
Result<Range> range_of(const ApiCall& call, Instant now) {
  Range range;
  range.now = now.micros / kSecondMicros;
  range.to = range.now;
  if (const auto text = call.parameter("to"); !text.empty()) {
    TS_ASSIGN_OR_RETURN(const Instant to, parse_instant(text));
    range.to = to.micros / kSecondMicros;
  }
  range.from = range.to - kDefaultSpan;
  if (const auto text = call.parameter("from"); !text.empty()) {
    TS_ASSIGN_OR_RETURN(const Instant from, parse_instant(text));
    range.from = from.micros / kSecondMicros;
  }
  return range;
}

json number(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

Result<std::string> show_kpis(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(const Range range, range_of(call, now));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto kpis, read_kpis(*connection, range.from, range.to, range.now));
  json items = json::array();
  for (const Kpi& kpi : kpis)
    items.push_back({{"name", kpi.name}, {"title", kpi.title}, {"unit", kpi.unit}, {"value", number(kpi.value)}, {"previous", number(kpi.previous)}, {"goal", number(kpi.goal)},
                     {"better", kpi.is_lower_better ? "lower" : "higher"}});
  return with_as_of({{"items", std::move(items)}}, now);
}

Result<std::string> show_chart(ApiContext& context, const ApiCall& call) {
  const std::string_view tz = call.parameter("tz");
  if (!tz.empty() && tz != "utc" && tz != "store") return fail(ErrorCode::kInvalid, "read chart", "tz must be utc or store");
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(const Range range, range_of(call, now));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const Chart chart, read_chart(*connection, call.parameters[0], range.from, range.to, call.parameter("location"), range.now));
  json series = json::array();
  for (const ChartSeries& one : chart.series) {
    json points = json::array();
    for (const auto& [at, value] : one.points) points.push_back({at, number(value)});
    series.push_back({{"name", one.name}, {"label", one.label}, {"role", one.role.empty() ? json(nullptr) : json(one.role)}, {"points", std::move(points)}});
  }
  json body = {{"name", chart.name}, {"unit", chart.unit}, {"step_s", chart.step_s}, {"series", std::move(series)}, {"limit", nullptr}};
  if (chart.name == "delay") {
    TS_ASSIGN_OR_RETURN(const auto rules, read_alert_rules(*connection));
    for (const AlertRule& rule : rules)
      if (rule.name == "backlog_age" && rule.is_enabled) body["limit"] = rule.limit;
  }
  return with_as_of(body, now);
}

json view_json(const NamedView& view) {
  return {{"page", view.page}, {"name", view.name}, {"query", view.query}, {"changed_by", view.changed_by}, {"changed_at", format_instant(view.changed_at)}};
}

Result<std::string> list_views(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto views, read_views(*connection, call.parameter("page")));
  json items = json::array();
  for (const NamedView& view : views) items.push_back(view_json(view));
  return with_as_of({{"items", std::move(items)}, {"next", nullptr}}, context.now());
}

void save_view(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  if (!body.is_object() || !body.contains("query") || !body["query"].is_string())
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send a JSON object like {"query":"status=open"})", "/query");
  NamedView view{call.parameters[0], call.parameters[1], body["query"].get<std::string>(), call.caller.name, {}};
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), [view](sql::Connection& connection, Instant now) mutable -> Result<StoredAnswer> {
    view.changed_at = now;
    TS_RETURN_IF_ERROR(put_view(connection, view));
    return StoredAnswer{200, with_as_of(view_json(view), now)};
  });
}

void drop_view(ApiContext& context, ApiCall call, const Route& route) {
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern),
             [page = call.parameters[0], name = call.parameters[1]](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
               TS_RETURN_IF_ERROR(remove_view(connection, page, name));
               return StoredAnswer{200, with_as_of({{"page", page}, {"name", name}}, now)};
             });
}

}  // namespace

std::vector<Endpoint> kpi_endpoints() {
  static constexpr Route kSave{"PUT", "/v1/views/{page}/{name}", Role::kOperator, Repeat::kIdempotent};
  static constexpr Route kDrop{"DELETE", "/v1/views/{page}/{name}", Role::kOperator, Repeat::kIdempotent};
  return {
      {{"GET", "/v1/kpis", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_kpis(context, call)); }},
      {{"GET", "/v1/charts/{name}", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_chart(context, call)); }},
      {{"GET", "/v1/views", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_views(context, call)); }},
      {kSave, [](ApiContext& context, ApiCall call) { save_view(context, std::move(call), kSave); }},
      {kDrop, [](ApiContext& context, ApiCall call) { drop_view(context, std::move(call), kDrop); }},
  };
}

}  // namespace tillsync::hub
