// /v1/exceptions and its steps. Every step is a new record with who and why; nothing is edited.
#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/api_context.h"
#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/cause_reader.h"
#include "hub/exceptions/exception_reader.h"
#include "hub/exceptions/runbooks.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

std::string status_text(const ExceptionRecord& record) {
  if (record.status == CaseStatus::kOpen && !record.assignee.empty()) return "assigned";
  return std::string(to_string(record.status));
}

json record_json(const ExceptionRecord& record) {
  const CatalogueEntry& entry = catalogue_entry(record.code);
  json item = {{"exception_id", record.exception_id},
               {"code", record.code},
               {"title", entry.title},
               {"subject", record.subject},
               {"cause_key", record.cause_key},
               {"location", record.location.value},
               {"status", status_text(record)},
               {"owner", record.owner},
               {"assignee", record.assignee},
               {"meaning", entry.meaning},
               {"remedy", entry.remedy},
               {"runbook", runbook_path(record.code)},
               {"pointer", record.pointer},
               {"detail", record.detail},
               {"count", record.occurrences},
               {"raised_at", format_instant(record.raised_at)},
               {"last_raised_at", format_instant(record.last_raised_at)},
               {"due_at", format_instant(record.due_at)},
               {"event_no", nullptr},
               {"closed_at", nullptr}};
  if (record.event_no) item["event_no"] = *record.event_no;
  if (record.closed_at) item["closed_at"] = format_instant(*record.closed_at);
  return item;
}

Result<std::string> list_exceptions(ApiContext& context, const ApiCall& call) {
  ExceptionFilter filter;
  const auto status = call.parameter("status");
  if (!status.empty()) {
    filter.status = case_status(status == "assigned" ? "open" : status);
    if (!filter.status) return fail(ErrorCode::kInvalid, "list exceptions", "status must be open, assigned, resolved or dismissed");
  }
  filter.only_assigned = status == "assigned";
  filter.code = call.parameter("code");
  filter.owner = call.parameter("owner");
  filter.location = call.parameter("location");
  filter.cause_key = call.parameter("cause");
  filter.assignee = call.parameter("assignee");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(filter.after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto page, ExceptionReader(*connection).list(filter));
  json items = json::array();
  for (const auto& record : page.exceptions) items.push_back(record_json(record));
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

Result<std::string> show_json(sql::Connection& connection, const std::string& id) {
  ExceptionReader reader(connection);
  TS_ASSIGN_OR_RETURN(const auto record, reader.find(id));
  if (!record) return fail(ErrorCode::kNotFound, "show exception", "there is no exception " + id);
  TS_ASSIGN_OR_RETURN(const auto steps, reader.steps(record->exception_no));
  json body = record_json(*record);
  body["steps"] = json::array();
  for (const auto& step : steps)
    body["steps"].push_back({{"action", step.action}, {"who", step.who}, {"reason", step.reason}, {"at", format_instant(step.at)}});
  return body.dump();
}

void act(ApiContext& context, ApiCall call, const Route& route, CaseVerb verb) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const bool is_dry_run = body->flag("dry_run");
  CaseRequest request = read_case_request(*body, verb, call.caller.name);
  if (body->fault()) return refuse_body(call, *body->fault());
  const std::string& id = call.parameters[0];
  const auto find = [id](sql::Connection& connection) -> Result<ExceptionRecord> {
    TS_ASSIGN_OR_RETURN(auto record, ExceptionReader(connection).find(id));
    if (!record) return fail(ErrorCode::kNotFound, "act on exception", "there is no exception " + id);
    return std::move(*record);
  };
  if (is_dry_run) {
    const auto connection = context.reads.borrow();
    const auto record = find(*connection);
    if (!record) return call.reply->failure(record.error());
    return answer(call, preview_json(context, preview_case(*connection, *record, request)));
  }
  auto effect = [id, find, request = std::move(request)](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const ExceptionRecord record, find(connection));
    TS_ASSIGN_OR_RETURN(std::string before, show_json(connection, id));
    TS_ASSIGN_OR_RETURN(const CaseOutcome outcome, act_on_case(connection, record, request, now));
    if (!outcome.is_done()) return std::unexpected(failure_of(outcome));
    TS_ASSIGN_OR_RETURN(std::string answer_body, show_json(connection, id));
    StoredAnswer answer{200, std::move(answer_body)};
    answer.audit.before = std::move(before);
    answer.audit.object = "exceptions/" + id;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

Result<std::string> list_causes(ApiContext& context, const ApiCall& call) {
  CauseFilter filter;
  filter.code = call.parameter("code");
  filter.owner = call.parameter("owner");
  filter.location = call.parameter("location");
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto after, page_after(call));
  filter.offset = after.value_or(0);
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const CausePage page, CauseReader(*connection).causes(filter));
  const Instant now = context.now();
  json items = json::array();
  for (const CauseGroup& group : page.causes) {
    const CatalogueEntry& entry = catalogue_entry(group.code);
    items.push_back({{"code", group.code},
                     {"title", entry.title},
                     {"cause_key", group.cause_key},
                     {"owner", group.owner},
                     {"count", group.open},
                     {"occurrences", group.occurrences},
                     {"locations", group.locations},
                     {"assigned", group.assigned},
                     {"oldest_at", format_instant(group.oldest_at)},
                     {"due_at", format_instant(group.due_at)},
                     {"overdue", group.due_at < now},
                     {"meaning", entry.meaning},
                     {"remedy", entry.remedy},
                     {"runbook", runbook_path(group.code)}});
  }
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt);
}

}  // namespace

std::vector<Endpoint> exception_endpoints() {
  static constexpr Route kAssign{"POST", "/v1/exceptions/{id}/assign", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kDismiss{"POST", "/v1/exceptions/{id}/dismiss", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kRetry{"POST", "/v1/exceptions/{id}/retry", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kSkip{"POST", "/v1/exceptions/{id}/skip", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kCorrect{"POST", "/v1/exceptions/{id}/correct", Role::kFinance, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/exceptions", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_exceptions(context, call)); }},
      // Before {id}, which would take it.
      {{"GET", "/v1/exceptions/causes", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_causes(context, call)); }},
      {{"GET", "/v1/exceptions/{id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         const auto connection = context.reads.borrow();
         answer(call, show_json(*connection, call.parameters[0]));
       }},
      {kAssign, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kAssign, CaseVerb::kAssign); }},
      {kDismiss, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kDismiss, CaseVerb::kDismiss); }},
      {kRetry, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kRetry, CaseVerb::kRetry); }},
      {kSkip, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kSkip, CaseVerb::kSkip); }},
      {kCorrect, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kCorrect, CaseVerb::kCorrect); }},
  };
}

}  // namespace tillsync::hub
