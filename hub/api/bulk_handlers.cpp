// Work on many at once that is answered when it is done: /v1/exceptions/bulk (all open ones of a cause), /v1/postings/replay (a range).
#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/bulk_plans.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

Result<std::string> preview_bulk(ApiContext& context, const CauseBulk& bulk) {
  const auto connection = context.reads.borrow();
  CauseReader reader(*connection);
  TS_ASSIGN_OR_RETURN(const CauseSize size, reader.size(bulk.scope));
  TS_ASSIGN_OR_RETURN(const auto records, reader.open_of(bulk.scope, 0, size.newest_no, kBulkItemsMax));
  json items = json::array();
  for (const ExceptionRecord& record : records) {
    TS_ASSIGN_OR_RETURN(const CasePreview preview, preview_case(*connection, record, bulk.request));
    items.push_back(bulk_item_json(record, preview.outcome));
  }
  const json body = {{"dry_run", true},          {"action", to_string(bulk.request.verb)}, {"code", bulk.scope.code}, {"cause", bulk.scope.cause_key},
                     {"selected", size.open},    {"locations", size.locations},            {"items", std::move(items)}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

void bulk_exceptions(ApiContext& context, ApiCall call, const Route& route) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  auto bulk = read_cause_bulk(*body, call.caller.name);
  if (!bulk) return refuse_body(call, bulk.error());
  const bool is_dry_run = body->flag("dry_run");
  if (body->fault()) return refuse_body(call, *body->fault());
  if (bulk->request.verb == CaseVerb::kCorrect && call.caller.role < Role::kFinance)
    return call.reply->problem(403, "forbidden", "Not allowed", "to correct postings needs the role finance, the token has " + std::string(to_string(call.caller.role)));
  if (is_dry_run) return answer(call, preview_bulk(context, *bulk));
  run_bulk(context, std::move(call), std::string(route.pattern), plan_of(std::move(*bulk)));
}

Result<std::string> preview_replay(ApiContext& context, const ReplayRange& range) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const ReplaySize size, size_of_replay(*connection, range, kBulkItemsMax));
  json items = json::array();
  for (const std::string& id : size.first_ids) items.push_back({{"posting_id", id}, {"outcome", "done"}});
  const json body = {{"dry_run", true}, {"selected", size.postings}, {"items", std::move(items)}};
  return body.dump();
}

void replay_many(ApiContext& context, ApiCall call, const Route& route) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  auto bulk = read_replay_bulk(*body, call.caller.name);
  if (!bulk) return refuse_body(call, bulk.error());
  const bool is_dry_run = body->flag("dry_run");
  if (body->fault()) return refuse_body(call, *body->fault());
  if (is_dry_run) return answer(call, preview_replay(context, bulk->range));
  run_bulk(context, std::move(call), std::string(route.pattern), plan_of(std::move(*bulk)));
}

}  // namespace

std::vector<Endpoint> bulk_endpoints() {
  static constexpr Route kBulk{"POST", "/v1/exceptions/bulk", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kReplay{"POST", "/v1/postings/replay", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {kBulk, [](ApiContext& context, ApiCall call) { bulk_exceptions(context, std::move(call), kBulk); }},
      {kReplay, [](ApiContext& context, ApiCall call) { replay_many(context, std::move(call), kReplay); }},
  };
}

}  // namespace tillsync::hub
