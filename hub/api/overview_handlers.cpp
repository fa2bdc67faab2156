// GET /v1/overview, POST /v1/needs/{need_id}/acknowledge.
#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/insight_answers.h"
#include "hub/insight/need_store.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kNeedIdBytesMax = 64;

Result<std::string> show_overview(ApiContext& context) {
  const Instant now = context.now();
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto body, overview_json(context, *connection, now));
  return with_as_of(body, now);
}

void acknowledge(ApiContext& context, ApiCall call, const Route& route) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const std::string reason = body->text("reason");
  if (body->fault()) return refuse_body(call, *body->fault());
  const std::string need_id = call.parameters[0];
  auto effect = [need_id, who = call.caller.name, reason](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    if (!need_id.starts_with("n_") || need_id.size() > kNeedIdBytesMax) return fail(ErrorCode::kNotFound, "acknowledge need", "there is no need " + need_id);
    TS_RETURN_IF_ERROR(acknowledge_need(connection, need_id, who, reason, now));
    return StoredAnswer{200, with_as_of({{"need_id", need_id}, {"acknowledged_by", who}, {"reason", reason}}, now)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

}  // namespace

std::vector<Endpoint> overview_endpoints() {
  static constexpr Route kAcknowledge{"POST", "/v1/needs/{need_id}/acknowledge", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/overview", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_overview(context)); }},
      {kAcknowledge, [](ApiContext& context, ApiCall call) { acknowledge(context, std::move(call), kAcknowledge); }},
  };
}

}  // namespace tillsync::hub
