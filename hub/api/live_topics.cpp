#include "hub/api/live_topics.h"

#include <memory>

#include "hub/api/agent_changes.h"
#include "hub/api/bulk_store.h"
#include "hub/api/insight_answers.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;
using Content = Result<std::optional<std::string>>;

constexpr std::size_t kOperationsLookedAt = 50;  // the newest; older ones that run on are not told live

constexpr std::size_t kAlertsToldMax = 50;       // of each status, the newest

std::string text_of(const json& body) { return body.dump(-1, ' ', false, json::error_handler_t::replace); }

LiveTopic snapshot(ApiContext& context, std::string name, std::function<Result<json>(sql::Connection&, Instant)> read, Duration every = seconds(1)) {
  LiveTopic topic;
  topic.name = std::move(name);
  topic.every = every;
  topic.read = [&context, read = std::move(read)](Instant now, bool) -> Content {
    const auto connection = context.reads.borrow();
    TS_ASSIGN_OR_RETURN(const json body, read(*connection, now));
    return std::optional(text_of(body));
  };
  return topic;
}

Result<json> connectors_json(const ApiContext& context, sql::Connection& connection, Instant now) {
  TS_ASSIGN_OR_RETURN(const LiveCounts counts, context.insight.overview->counts(connection, now));
  std::int64_t waiting = 0;
  for (const char* status : {"queued", "retrying", "unknown", "refused"}) waiting += counts.postings.at(status);
  json items = json::array();
  for (const ConnectorState& state : context.connectors())
    items.push_back({{"name", state.name}, {"url", state.url}, {"breaker", state.breaker}, {"last_error", state.last_error}, {"waiting", waiting}});
  return json{{"items", std::move(items)}, {"next", nullptr}};
}

Result<json> running_operations(sql::Connection& connection) {
  TS_ASSIGN_OR_RETURN(const auto operations, list_operations(connection, 0, kOperationsLookedAt));
  json items = json::array();
  for (const BulkOperation& operation : operations)
    if (!operation.finished_at) items.push_back(operation_json(operation));
  return json{{"items", std::move(items)}};
}

}  // namespace

std::vector<LiveTopic> live_topics(ApiContext& context) {
  std::vector<LiveTopic> topics;
  topics.push_back(snapshot(context, "overview", [&context](sql::Connection& connection, Instant now) { return overview_json(context, connection, now); }));
  topics.push_back(snapshot(context, "counts", [&context](sql::Connection& connection, Instant now) { return counts_json(context, connection, now); }));
  topics.push_back(snapshot(context, "connectors", [&context](sql::Connection& connection, Instant now) { return connectors_json(context, connection, now); }));
  topics.push_back(snapshot(context, "operations", [](sql::Connection& connection, Instant) { return running_operations(connection); }));
  topics.push_back(snapshot(context, "alerts", [](sql::Connection& connection, Instant now) -> Result<json> {
    json items = json::array();
    for (const char* status : {"firing", "acknowledged"}) {
      TS_ASSIGN_OR_RETURN(const auto alerts, read_alerts(connection, status, {}, kAlertsToldMax, now));
      for (const Alert& alert : alerts) items.push_back(alert_item_json(alert, now));
    }
    return json{{"items", std::move(items)}};
  }));
  LiveTopic agents;
  agents.name = "agents";
  agents.is_changes = true;
  agents.read = [&context, changes = std::make_shared<AgentChanges>()](Instant now, bool is_first) -> Content {
    changes->begin();
    context.agents.visit([&](const AgentRecord& agent, const AgentStatus& status) { changes->look(agent, status, std::nullopt, now); });
    return changes->end(is_first);
  };
  topics.push_back(std::move(agents));
  for (const auto& [name, read] : context.insight.topics) topics.push_back(snapshot(context, name, read));
  return topics;
}

}  // namespace tillsync::hub
