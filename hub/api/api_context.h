// What the handlers of the API work with, and the two ways in which they work: a read on a connection of the pool, at once; or
// an effect in the writer's transaction, answered after COMMIT. Server threads.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/contract/masterdata.h"
#include "common/crypto/signature.h"
#include "hub/access/access.h"
#include "hub/api/api_call.h"
#include "hub/api/client_side.h"
#include "hub/api/idempotency_store.h"
#include "hub/api/read_pool.h"
#include "hub/fleet/agent_registry.h"
#include "hub/insight/overview_reader.h"
#include "hub/reconcile/day_policy.h"
#include "hub/reconcile/day_states_reader.h"
#include "hub/reservations/availability_cache.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

/// Idempotency keys whose effect has not been committed yet.
class KeysInProgress {
 public:
  bool enter(const std::string& key);
  void leave(const std::string& key);

 private:
  std::mutex mutex_;
  std::set<std::string> keys_;
};

/// State of the connections to ERPs, as the forwarder knows it.
struct ConnectorState {
  std::string name, url, breaker;  // breaker: flowing | stopped | probing
  std::string last_error;
  std::optional<Instant> since = {};     // when the breaker last changed between flowing and stopped
  std::optional<Instant> probe_at = {};  // when a stopped one lets the next probe through
};

/// How days are judged, and what their certificates are signed with.
struct DayContext {
  DayPolicy policy;
  SignatureKeyPair keys;
};

class LiveFeed;

/// What the insight routes work with. Other parts of the hub add their needs and topics before the server starts.
struct InsightContext {
  std::shared_ptr<OverviewReader> overview = std::make_shared<OverviewReader>();
  std::vector<std::function<Result<std::vector<OverviewNeed>>(sql::Connection&, Instant now)>> needs = {};
  std::vector<std::pair<std::string, std::function<Result<nlohmann::json>(sql::Connection&, Instant now)>>> topics = {};  // of the live view: name, body without as_of
  LiveFeed* live = nullptr;  // nullptr: no live view
};

struct ApiContext {
  WriterPort& writer;
  ReadPool& reads;
  std::function<Instant()> now;
  /// nullopt: no such token, or expired.
  std::function<std::optional<Caller>(std::string_view token)> authenticate;
  std::function<std::string()> metrics_text;
  /// Why the hub cannot work now; nullopt when it can.
  std::function<std::optional<std::string>()> not_ready;
  std::function<std::vector<ConnectorState>()> connectors;
  /// A connector's conversation against the answers of a sample; the answer's body. kNotFound, kInvalid, kUnsupported.
  std::function<Result<std::string>(const std::string& connector, const std::string& sample)> test_connector;
  AgentRegistry& agents;
  AvailabilityCache& availability;
  std::string availability_mark;  // of this process: cursors of another one are no longer valid
  Duration dark_after;            // silence from which a location is dark
  /// Called after a COMMIT that queued something for the agents.
  std::function<void()> outbound_advanced;
  KeysInProgress keys_in_progress;
  /// The request that a posting (effective, with its corrections) would make at the ERP, as JSON, for dry runs; empty = it is not told.
  std::function<Result<std::string>(const Posting&)> erp_request = {};
  DayContext days = {};
  /// Called after a COMMIT that gave this agent a command.
  std::function<void(const AgentId& agent_id)> commands_advanced = {};
  /// Called after a COMMIT that changed a roll-out.
  std::function<void()> rollouts_advanced = {};
  /// What a PC needs to enrol beside a token: how agents reach the hub, and its CURVE key.
  std::string enrol_endpoint = {}, hub_public_key = {};
  InsightContext insight = {};
  /// Called after a COMMIT that began or ended an operation in the background (operation_loop.h).
  std::function<void()> operations_changed = {};
  /// Users, sessions, tokens; nullptr: bearer tokens alone, by `authenticate`.
  Access* access = nullptr;
  ListenPolicy listen = {};
  std::string hub_name = "Tillsync";
  /// What is remembered of the states of days.
  std::shared_ptr<DayStatesReader> day_states = std::make_shared<DayStatesReader>();
};

using Endpoint = std::pair<Route, std::function<void(ApiContext&, ApiCall)>>;

/// One file per resource; the server's table is all of them.
std::vector<Endpoint> health_endpoints();
std::vector<Endpoint> event_endpoints();
std::vector<Endpoint> document_endpoints();
std::vector<Endpoint> masterdata_endpoints();
std::vector<Endpoint> stock_endpoints();
std::vector<Endpoint> posting_endpoints();
std::vector<Endpoint> exception_endpoints();
std::vector<Endpoint> fleet_endpoints();
std::vector<Endpoint> reconciliation_endpoints();
std::vector<Endpoint> close_endpoints();
std::vector<Endpoint> reservation_endpoints();
std::vector<Endpoint> bulk_endpoints();
std::vector<Endpoint> operation_endpoints();
std::vector<Endpoint> runbook_endpoints();
std::vector<Endpoint> session_endpoints();
std::vector<Endpoint> user_endpoints();
std::vector<Endpoint> token_endpoints();
std::vector<Endpoint> audit_endpoints();
std::vector<Endpoint> overview_endpoints();
std::vector<Endpoint> trace_endpoints();
std::vector<Endpoint> stream_endpoints();
std::vector<Endpoint> kpi_endpoints();
std::vector<Endpoint> alert_endpoints();

/// The call's Idempotency-Key; nullopt when it has none that is one, which is answered then.
std::optional<std::string> idempotency_key_of(const ApiCall& call);

/// Runs `effect` in the writer's transaction and answers with what it returns, after COMMIT; its Error becomes a problem and
/// leaves nothing behind. On a route with kIdempotencyKey the key is honoured (INTERFACES "Hub API"). What it did is written down in the same
/// transaction (effect_audit.h), unless it is refused (400 and above) or says that nothing was changed.
/// effect may run twice (group rerun) and must keep no state outside the database.
void run_effect(ApiContext& context, ApiCall call, Repeat repeat, const std::string& route,
                std::function<Result<StoredAnswer>(sql::Connection&, Instant now)> effect, std::function<void()> after_commit = {},
                bool changes_masterdata = false);

}  // namespace tillsync::hub
