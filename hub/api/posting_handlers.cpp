// /v1/postings, its steps (retry, replay, skip), and /v1/connectors.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/exceptions/exception_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;


json record_json(const PostingRecord& record) {
  json item = {{"posting_id", record.posting_id},
               {"posting_no", record.posting_no},
               {"idempotency_key", record.idempotency_key},
               {"kind", record.kind},
               {"location", record.location.value},
               {"business_date", nullptr},
               {"currency", record.currency},
               {"ordering_key", record.ordering_key},
               {"status", to_string(record.status)},
               {"attempts", record.attempts},
               {"next_try_at", nullptr},
               {"gross", format_amount(record.gross, record.currency)},
               {"units", format_quantity(record.units)},
               {"erp_reference", record.erp_reference},
               {"last_error", record.last_error},
               {"created_at", format_instant(record.created_at)},
               {"updated_at", format_instant(record.updated_at)}};
  if (record.business_date) item["business_date"] = format_date(*record.business_date);
  if (record.next_try_at) item["next_try_at"] = format_instant(*record.next_try_at);
  return item;
}

Result<std::string> list_postings(ApiContext& context, const ApiCall& call) {
  PostingFilter filter;
  if (const auto status = call.parameter("status"); !status.empty()) {
    filter.status = posting_status(status);
    if (!filter.status)
      return fail(ErrorCode::kInvalid, "list postings", "status must be queued, sending, posted, retrying, unknown, refused, held or skipped");
  }
  filter.location = call.parameter("location");
  filter.kind = call.parameter("kind");
  filter.ordering_key = call.parameter("key");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto page, PostingReader(*connection).list(filter));
  json items = json::array();
  for (const auto& record : page.postings) items.push_back(record_json(record));
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

Result<std::string> show_json(sql::Connection& connection, const std::string& id) {
  TS_ASSIGN_OR_RETURN(const auto detail, PostingReader(connection).find(id));
  if (!detail) return fail(ErrorCode::kNotFound, "show posting", "there is no posting " + id);
  json body = record_json(detail->record);
  body["posting"] = json::parse(detail->posting_json, nullptr, false);
  body["history"] = json::array();
  for (const auto& step : detail->history)
    body["history"].push_back({{"status", to_string(step.status)}, {"who", step.who}, {"detail", step.detail}, {"at", format_instant(step.at)}});
  return body.dump();
}

void act(ApiContext& context, ApiCall call, const Route& route, PostingAction action) {
  const json body = json::parse(call.request.body.empty() ? "{}" : call.request.body, nullptr, false);
  const std::string reason = body.is_object() && body.contains("reason") && body["reason"].is_string() ? body["reason"].get<std::string>() : "";
  if (!body.is_object() || reason.size() > kReasonBytesMax)
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send a JSON object like {"reason":"…"}, up to 1000 bytes)", "/reason");
  auto effect = [id = call.parameters[0], who = call.caller.name, reason, action](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const auto status, act_on_posting(connection, id, action, who, reason, now));
    switch (status) {
      case PostingActionStatus::kNotFound: return fail(ErrorCode::kNotFound, "act on posting", "there is no posting " + id);
      case PostingActionStatus::kNotPossible: return fail(ErrorCode::kConflict, "act on posting", "posting " + id + " is not in a state for that");
      case PostingActionStatus::kReasonMissing: return fail(ErrorCode::kInvalid, "act on posting", "say why, in \"reason\"");
      case PostingActionStatus::kDone: break;
    }
    TS_ASSIGN_OR_RETURN(std::string answer_body, show_json(connection, id));
    return StoredAnswer{200, std::move(answer_body)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

Result<std::string> list_connectors(ApiContext& context) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto totals, PostingReader(*connection).totals());
  std::int64_t waiting = 0;
  for (const auto& row : totals)
    if (is_open(row.status)) waiting += row.postings;
  json items = json::array();
  for (const auto& state : context.connectors())
    items.push_back({{"name", state.name}, {"url", state.url}, {"breaker", state.breaker}, {"last_error", state.last_error}, {"waiting", waiting}});
  return page_json(std::move(items), std::nullopt);
}

}  // namespace

std::vector<Endpoint> posting_endpoints() {
  static constexpr Route kRetry{"POST", "/v1/postings/{id}/retry", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kReplay{"POST", "/v1/postings/{id}/replay", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kSkip{"POST", "/v1/postings/{id}/skip", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/postings", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_postings(context, call)); }},
      {{"GET", "/v1/postings/{id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         const auto connection = context.reads.borrow();
         answer(call, show_json(*connection, call.parameters[0]));
       }},
      {kRetry, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kRetry, PostingAction::kRetry); }},
      {kReplay, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kReplay, PostingAction::kReplay); }},
      {kSkip, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kSkip, PostingAction::kSkip); }},
      {{"POST", "/v1/connectors/{name}/test", Role::kOperator, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         if (!json::parse(call.request.body, nullptr, false).is_object()) return call.reply->problem(422, "wrong_type", "Not understood", "send a posting/1, or an example with its answers");
         answer(call, context.test_connector(call.parameters[0], call.request.body));
       }},
      {{"GET", "/v1/connectors", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_connectors(context)); }},
  };
}

}  // namespace tillsync::hub
