// /v1/postings, its steps (retry, replay, skip), and /v1/connectors.
#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/api_context.h"
#include "hub/api/record_json.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

Result<std::string> list_postings(ApiContext& context, const ApiCall& call) {
  PostingFilter filter;
  if (const auto status = call.parameter("status"); !status.empty()) {
    filter.status = posting_status(status);
    if (!filter.status)
      return fail(ErrorCode::kInvalid, "list postings", "status must be queued, sending, posted, retrying, unknown, refused, held, skipped, collected or summed");
  }
  filter.location = call.parameter("location");
  filter.kind = call.parameter("kind");
  filter.ordering_key = call.parameter("key");
  if (const auto date = call.parameter("business_date"); !date.empty()) {
    TS_ASSIGN_OR_RETURN(filter.business_date, parse_date(date));
  }
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto page, PostingReader(*connection).list(filter));
  json items = json::array();
  for (const auto& record : page.postings) items.push_back(posting_record_json(record));
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

Result<std::string> show_json(sql::Connection& connection, const std::string& id) {
  TS_ASSIGN_OR_RETURN(const auto detail, PostingReader(connection).find(id));
  if (!detail) return fail(ErrorCode::kNotFound, "show posting", "there is no posting " + id);
  json body = posting_record_json(detail->record);
  body["posting"] = json::parse(detail->posting_json, nullptr, false);
  body["submitted"] = detail->corrections.empty() ? json() : json::parse(detail->submitted_json, nullptr, false);
  body["balance_problem"] = detail->balance_problem;
  body["corrections"] = json::array();
  for (const auto& correction : detail->corrections)
    body["corrections"].push_back({{"version", correction.version},
                                   {"correction", json::parse(correction.correction_json, nullptr, false)},
                                   {"who", correction.who},
                                   {"reason", correction.reason},
                                   {"at", format_instant(correction.at)}});
  body["history"] = json::array();
  for (const auto& step : detail->history)
    body["history"].push_back({{"status", to_string(step.status)}, {"who", step.who}, {"detail", step.detail}, {"at", format_instant(step.at)}});
  return body.dump();
}

/// action: nullopt = correct.
void act(ApiContext& context, ApiCall call, const Route& route, std::optional<PostingAction> action) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const bool is_dry_run = body->flag("dry_run");
  const std::string reason = action ? body->text("reason") : body->needed_text("reason");
  const std::optional<Value> correction = action ? std::nullopt : body->needed_object("correction");
  if (body->fault()) return refuse_body(call, *body->fault());
  const std::string& id = call.parameters[0];
  if (is_dry_run) {
    const auto connection = context.reads.borrow();
    return answer(call, preview_json(context, action ? preview_posting(*connection, id, *action, reason)
                                                     : preview_posting_correction(*connection, id, *correction, reason)));
  }
  auto effect = [id, who = call.caller.name, reason, action, correction](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(std::string before, show_json(connection, id));
    TS_ASSIGN_OR_RETURN(const CaseOutcome outcome, action ? act_on_posting_and_cases(connection, id, *action, who, reason, now)
                                                          : correct_posting_and_cases(connection, id, *correction, who, reason, now));
    if (!outcome.is_done()) return std::unexpected(failure_of(outcome));
    TS_ASSIGN_OR_RETURN(std::string answer_body, show_json(connection, id));
    StoredAnswer answer{200, std::move(answer_body)};
    answer.audit.before = std::move(before);
    answer.audit.object = "postings/" + id;
    return answer;
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
  static constexpr Route kCorrect{"POST", "/v1/postings/{id}/correct", Role::kFinance, Repeat::kIdempotencyKey};
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
      {kCorrect, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kCorrect, std::nullopt); }},
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
