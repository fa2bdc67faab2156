// /v1/reservations, /v1/reservation-events, /v1/leases, /v1/safety-stock: what is decided goes to the writer as a request for stock.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/api/effect_audit.h"
#include "hub/reservations/reservation_reader.h"
#include "hub/reservations/stock_request.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kSafetyListMax = 10'000;

void refuse(const ApiCall& call, const Problem& problem) { call.reply->problem(problem.status, problem.code, problem.title, problem.detail, problem.pointer); }

std::string_view key_of(const ApiCall& call) { return call.request.header("idempotency-key").value_or(""); }

/// 400 and false when the key is longer than it may be.
bool has_fitting_key(const ApiCall& call, bool is_needed) {
  const std::string_view key = key_of(call);
  if (key.size() <= kIdempotencyKeyBytesMax && !(is_needed && key.empty())) return true;
  call.reply->problem(400, "idempotency_key_missing", "Idempotency-Key needed",
                      "send an Idempotency-Key header of 1 to " + std::to_string(kIdempotencyKeyBytesMax) +
                          " bytes, new for each request and the same when it is repeated");
  return false;
}

/// What a person does at the console is recorded, and so is a setting; requests of programs are records themselves.
void decide(ApiContext& context, const ApiCall& call, std::string scope, StockDemand demand, bool is_setting = false) {
  StockRequest request;
  request.scope = std::move(scope);
  request.who = call.caller.name;
  request.correlation_id = call.correlation_id;
  request.demand = std::move(demand);
  DecideRequest command{std::move(request), [reply = call.reply](Result<StockAnswer> answer) {
                          if (!answer) return reply->failure(answer.error());
                          reply->answer(answer->status, std::move(answer->body));
                        }};
  if (is_setting || call.caller.kind == CallerKind::kSession) {
    command.record = [audit = EffectAudit(call)](sql::Connection& connection, const StockAnswer& answer, Instant now) {
      return audit.record(connection, StoredAnswer{answer.status, answer.body}, now);
    };
  }
  if (const auto submitted = context.writer.submit(Priority::kRequest, std::move(command)); !submitted) call.reply->failure(submitted.error());
}

void create(ApiContext& context, const ApiCall& call) {
  if (!has_fitting_key(call, false)) return;
  bool has_own_key = false;
  auto wanted = read_reserve(call.request.body, key_of(call), has_own_key);
  if (!wanted) return refuse(call, wanted.error());
  // A key of the header is one of the caller's; a key of the document is one of its channel's: two shops behind one token do not meet.
  std::string scope = call.caller.name;
  if (has_own_key && !wanted->request.channel.empty()) scope += "/" + wanted->request.channel;
  decide(context, call, std::move(scope), std::move(*wanted));
}

void step(ApiContext& context, const ApiCall& call, ReservationVerb verb) {
  auto wanted = read_step(verb, call.parameters[0], call.request.body);
  if (!wanted) return refuse(call, wanted.error());
  decide(context, call, call.caller.name, std::move(*wanted));
}

Result<std::string> list(ApiContext& context, const ApiCall& call) {
  ReservationFilter filter;
  filter.state = call.parameter("state");
  filter.order_no = call.parameter("order_no");
  filter.channel = call.parameter("channel");
  filter.location = LocationId(std::string(call.parameter("location")));
  filter.sku = Sku(std::string(call.parameter("sku")));
  if (filter.location.empty() != filter.sku.empty())
    return fail(ErrorCode::kInvalid, "list reservations", "location and sku are given together: who holds units of the one at the other");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const ReservationPage page, ReservationReader(*connection).list(filter));
  json items = json::array();
  for (const std::string& one : page.reservations) items.push_back(json::parse(one));
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

Result<std::string> show(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  return ReservationReader(*connection).show(call.parameters[0]);
}

Result<std::string> list_events(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto events, ReservationReader(*connection).events(after.value_or(0), call.parameter("channel"), limit));
  json items = json::array();
  for (const ReservationEvent& event : events)
    items.push_back({{"no", event.no}, {"at", format_instant(event.at)}, {"reservation_id", event.reservation_id}, {"channel", event.channel},
                     {"order_no", event.order_no}, {"verb", event.verb}, {"state", event.state}, {"who", event.who}, {"why", event.why}});
  // There is always a next one: whoever has read everything asks again with the same cursor.
  const std::int64_t next = events.empty() ? after.value_or(0) : events.back().no;
  return page_json(std::move(items), std::to_string(next));
}

// ---- leases

void grant(ApiContext& context, const ApiCall& call) {
  if (!has_fitting_key(call, true)) return;
  auto wanted = read_grant(call.request.body, key_of(call));
  if (!wanted) return refuse(call, wanted.error());
  for (const AgentWithStatus& row : context.agents.all()) {
    if (row.agent.agent_id != wanted->agent_id) continue;
    if (row.agent.standing == Standing::kRevoked) return call.reply->problem(422, "agent_revoked", "Not understood", "the agent is revoked", "/agent_id");
    if (wanted->location.empty()) wanted->location = row.agent.location;
  }
  if (wanted->location.empty()) return call.reply->problem(422, "unknown_agent", "Not understood", "there is no agent " + wanted->agent_id.value, "/agent_id");
  decide(context, call, call.caller.name, std::move(*wanted));
}

void step_lease(ApiContext& context, const ApiCall& call, LeaseVerb verb) {
  auto wanted = read_lease_step(verb, call.parameters[0], call.request.body);
  if (!wanted) return refuse(call, wanted.error());
  decide(context, call, call.caller.name, std::move(*wanted));
}

Result<std::string> list_leases(ApiContext& context, const ApiCall& call) {
  LeaseFilter filter;
  filter.agent_id = AgentId(std::string(call.parameter("agent_id")));
  filter.location = LocationId(std::string(call.parameter("location")));
  filter.sku = Sku(std::string(call.parameter("sku")));
  filter.state = call.parameter("state");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const LeasePage page, ReservationReader(*connection).leases(filter));
  json items = json::array();
  for (const std::string& one : page.leases) items.push_back(json::parse(one));
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

Result<std::string> show_lease(ApiContext& context, const ApiCall& call) {
  const auto connection = context.reads.borrow();
  return ReservationReader(*connection).show_lease(call.parameters[0]);
}

// ---- safety stock

void put_safety_stock(ApiContext& context, const ApiCall& call) {
  auto wanted = read_safety_stock(call.request.body);
  if (!wanted) return refuse(call, wanted.error());
  decide(context, call, call.caller.name, std::move(*wanted), true);
}

Result<std::string> list_safety_stock(ApiContext& context, const ApiCall&) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto entries, ReservationReader(*connection).safety_stock(kSafetyListMax));
  json items = json::array();
  for (const SafetyStock& entry : entries) items.push_back({{"location", entry.location.value}, {"sku", entry.sku.value}, {"qty", format_quantity(entry.qty.value_or(Quantity{}))}});
  return page_json(std::move(items), std::nullopt);
}

template <class Answer>
auto reading(Answer made) {
  return [made](ApiContext& context, const ApiCall& call) { answer(call, made(context, call)); };
}

}  // namespace

std::vector<Endpoint> reservation_endpoints() {
  std::vector<Endpoint> endpoints = {
      {{"POST", "/v1/reservations", Role::kOperator, Repeat::kOwnKey}, [](ApiContext& context, const ApiCall& call) { create(context, call); }},
      {{"GET", "/v1/reservations", Role::kViewer, Repeat::kSafe}, reading(&list)},
      {{"GET", "/v1/reservations/{id}", Role::kViewer, Repeat::kSafe}, reading(&show)},
      {{"GET", "/v1/reservation-events", Role::kViewer, Repeat::kSafe}, reading(&list_events)},
      {{"POST", "/v1/leases", Role::kOperator, Repeat::kIdempotencyKey}, [](ApiContext& context, const ApiCall& call) { grant(context, call); }},
      {{"GET", "/v1/leases", Role::kViewer, Repeat::kSafe}, reading(&list_leases)},
      {{"GET", "/v1/leases/{id}", Role::kViewer, Repeat::kSafe}, reading(&show_lease)},
      {{"PUT", "/v1/safety-stock", Role::kOperator, Repeat::kIdempotent}, [](ApiContext& context, const ApiCall& call) { put_safety_stock(context, call); }},
      {{"GET", "/v1/safety-stock", Role::kViewer, Repeat::kSafe}, reading(&list_safety_stock)},
  };
  static constexpr std::pair<std::string_view, ReservationVerb> kSteps[] = {
      {"/v1/reservations/{id}/confirm", ReservationVerb::kConfirm}, {"/v1/reservations/{id}/pick", ReservationVerb::kPick},
      {"/v1/reservations/{id}/ready", ReservationVerb::kReady},     {"/v1/reservations/{id}/release", ReservationVerb::kRelease},
      {"/v1/reservations/{id}/extend", ReservationVerb::kExtend},   {"/v1/reservations/{id}/break", ReservationVerb::kBreak}};
  for (const auto& [path, verb] : kSteps)
    endpoints.push_back({{"POST", path, Role::kOperator, Repeat::kIdempotent}, [verb = verb](ApiContext& context, const ApiCall& call) { step(context, call, verb); }});
  static constexpr std::pair<std::string_view, LeaseVerb> kLeaseSteps[] = {
      {"/v1/leases/{id}/renew", LeaseVerb::kRenew}, {"/v1/leases/{id}/shrink", LeaseVerb::kShrink}, {"/v1/leases/{id}/end", LeaseVerb::kEnd}};
  for (const auto& [path, verb] : kLeaseSteps)
    endpoints.push_back({{"POST", path, Role::kOperator, Repeat::kIdempotent}, [verb = verb](ApiContext& context, const ApiCall& call) { step_lease(context, call, verb); }});
  endpoints.push_back({{"POST", "/v1/leases/{id}/force", Role::kAdministrator, Repeat::kIdempotent},
                       [](ApiContext& context, const ApiCall& call) { step_lease(context, call, LeaseVerb::kForce); }});
  return endpoints;
}

}  // namespace tillsync::hub
