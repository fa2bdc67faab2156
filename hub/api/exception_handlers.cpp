// /v1/exceptions and its steps. Every step is a new record with who and why; nothing is edited.
#include <nlohmann/json.hpp>

#include "hub/api/api_context.h"
#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/exception_reader.h"
#include "hub/exceptions/exception_store.h"

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

void act(ApiContext& context, ApiCall call, const Route& route, CaseAction action) {
  const json body = json::parse(call.request.body.empty() ? "{}" : call.request.body, nullptr, false);
  const char* member = action == CaseAction::kAssign ? "assignee" : "reason";
  if (!body.is_object() || !body.contains(member) || !body[member].is_string() || body[member].get_ref<const std::string&>().empty() ||
      body[member].get_ref<const std::string&>().size() > kReasonBytesMax)
    return call.reply->problem(422, "reason_missing", "Not understood", std::string("send a JSON object with \"") + member + "\", 1 to 1000 bytes",
                               std::string("/") + member);
  auto effect = [id = call.parameters[0], who = call.caller.name, text = body[member].get<std::string>(), action](sql::Connection& connection,
                                                                                                                 Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const ActionStatus status, act_on_exception(connection, id, action, who, text, now));
    if (status == ActionStatus::kNotFound) return fail(ErrorCode::kNotFound, "act on exception", "there is no exception " + id);
    if (status == ActionStatus::kAlreadyClosed) return fail(ErrorCode::kConflict, "act on exception", "exception " + id + " is closed already");
    if (status == ActionStatus::kReasonMissing) return fail(ErrorCode::kInvalid, "act on exception", "a reason is needed");
    TS_ASSIGN_OR_RETURN(std::string answer_body, show_json(connection, id));
    return StoredAnswer{200, std::move(answer_body)};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

}  // namespace

std::vector<Endpoint> exception_endpoints() {
  static constexpr Route kAssign{"POST", "/v1/exceptions/{id}/assign", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kDismiss{"POST", "/v1/exceptions/{id}/dismiss", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {{"GET", "/v1/exceptions", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_exceptions(context, call)); }},
      {{"GET", "/v1/exceptions/{id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) {
         const auto connection = context.reads.borrow();
         answer(call, show_json(*connection, call.parameters[0]));
       }},
      {kAssign, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kAssign, CaseAction::kAssign); }},
      {kDismiss, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kDismiss, CaseAction::kDismiss); }},
  };
}

}  // namespace tillsync::hub
