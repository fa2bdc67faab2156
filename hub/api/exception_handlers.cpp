// /v1/exceptions and its steps. Every step is a new record with who and why; nothing is edited.
#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/api_context.h"
#include "hub/api/etag.h"
#include "hub/api/exception_query.h"
#include "hub/api/record_json.h"
#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/cause_reader.h"
#include "hub/exceptions/exception_reader.h"
#include "hub/exceptions/runbooks.h"
#include "hub/postings/posting_reader.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

std::string text_of(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

constexpr std::size_t kDependantsMax = 50;  // postings held behind one that are shown; beyond, they are counted

QueryText query_of(const ApiCall& call) {
  return [&call](std::string_view name) { return std::string(call.parameter(name)); };
}

Result<std::string> list_exceptions(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(ExceptionFilter filter, read_exception_filter(query_of(call), now));
  TS_ASSIGN_OR_RETURN(filter.sort, read_exception_sort(call.parameter("sort")));
  TS_RETURN_IF_ERROR(read_exception_cursor(call.parameter("after"), filter));
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  const auto connection = context.reads.borrow();
  ExceptionReader reader(*connection);
  TS_ASSIGN_OR_RETURN(const auto page, reader.list(filter));
  TS_ASSIGN_OR_RETURN(const std::int64_t counted, reader.count(filter));
  json items = json::array();
  for (const auto& record : page.exceptions) items.push_back(exception_json(record, now));
  return page_json(std::move(items), exception_cursor(page), ListTotal{counted, kExceptionsCountedMax});
}

/// What a person who changes it has looked at: it moves with each step that is taken on the case.
Result<std::string> etag_of(sql::Connection& connection, const ExceptionRecord& record) {
  TS_ASSIGN_OR_RETURN(const std::int64_t step_no, ExceptionReader(connection).last_step_no(record.exception_no));
  return quoted_etag(std::to_string(record.exception_no) + "-" + std::to_string(step_no));
}

Result<json> show_exception(sql::Connection& connection, const ExceptionRecord& record, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto steps, ExceptionReader(connection).steps(record.exception_no));
  TS_ASSIGN_OR_RETURN(const std::string etag, etag_of(connection, record));
  json body = exception_json(record, now);
  body["etag"] = etag;
  body["steps"] = json::array();
  for (const auto& step : steps)
    body["steps"].push_back({{"action", step.action}, {"who", step.who}, {"reason", step.reason}, {"at", format_instant(step.at)}});
  body["dependants"] = json::array();
  body["dependants_total"] = 0;
  if (!is_about_posting(record.code)) return body;
  TS_ASSIGN_OR_RETURN(const PostingsBehind behind, PostingReader(connection).held_behind(record.subject, kDependantsMax));
  for (const PostingRecord& posting : behind.first) body["dependants"].push_back(posting_record_json(posting));
  body["dependants_total"] = behind.count;
  return body;
}

Result<ExceptionRecord> find_exception(sql::Connection& connection, const std::string& id) {
  TS_ASSIGN_OR_RETURN(auto record, ExceptionReader(connection).find(id));
  if (!record) return fail(ErrorCode::kNotFound, "find exception", "there is no exception " + id);
  return std::move(*record);
}

void show(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  const auto body = [&]() -> Result<json> {
    TS_ASSIGN_OR_RETURN(ExceptionFilter filter, read_exception_filter(query_of(call), now));
    TS_ASSIGN_OR_RETURN(filter.sort, read_exception_sort(call.parameter("sort")));
    const auto connection = context.reads.borrow();
    TS_ASSIGN_OR_RETURN(const ExceptionRecord record, find_exception(*connection, call.parameters[0]));
    TS_ASSIGN_OR_RETURN(json shown, show_exception(*connection, record, now));
    TS_ASSIGN_OR_RETURN(const ExceptionNeighbours beside, ExceptionReader(*connection).neighbours(filter, record));
    shown["neighbours"] = {{"previous", nullptr}, {"next", nullptr}, {"position", nullptr}, {"total", std::min(beside.total, kExceptionsCountedMax)},
                           {"total_is_exact", beside.total <= kExceptionsCountedMax}};
    if (beside.previous) shown["neighbours"]["previous"] = *beside.previous;
    if (beside.next) shown["neighbours"]["next"] = *beside.next;
    if (beside.position) shown["neighbours"]["position"] = *beside.position;
    return shown;
  }();
  if (!body) return call.reply->failure(body.error());
  call.reply->json(200, text_of(*body), {{"ETag", body->at("etag").get<std::string>()}});
}

/// Both versions: what is stored now, and what the person wanted to lay over what she saw.
std::string clash_json(const std::string& id, json current, const std::string& submitted) {
  return text_of({{"type", "urn:tillsync:problem:changed_meanwhile"},
                  {"title", "Changed meanwhile"},
                  {"status", 412},
                  {"pointer", ""},
                  {"detail", "exception " + id + " is no longer what If-Match names: look at it as it is now, and send again with its etag"},
                  {"current", std::move(current)},
                  {"submitted", json::parse(submitted.empty() ? "{}" : submitted, nullptr, false)}});
}

void act(ApiContext& context, ApiCall call, const Route& route, CaseVerb verb) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const bool is_dry_run = body->flag("dry_run");
  CaseRequest request = read_case_request(*body, verb, call.caller.name);
  if (body->fault()) return refuse_body(call, *body->fault());
  const std::string& id = call.parameters[0];
  if (is_dry_run) {
    const auto connection = context.reads.borrow();
    const auto record = find_exception(*connection, id);
    if (!record) return call.reply->failure(record.error());
    return answer(call, preview_json(context, preview_case(*connection, *record, request)));
  }
  const auto if_match = call.request.header("if-match");
  auto effect = [id, if_match = if_match ? std::optional<std::string>(*if_match) : std::nullopt, submitted = call.request.body,
                 request = std::move(request)](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const ExceptionRecord record, find_exception(connection, id));
    TS_ASSIGN_OR_RETURN(json before, show_exception(connection, record, now));
    if (if_match) {
      TS_ASSIGN_OR_RETURN(const std::string etag, etag_of(connection, record));
      if (!names_etag(*if_match, etag)) return StoredAnswer{412, clash_json(id, std::move(before), submitted)};
    }
    TS_ASSIGN_OR_RETURN(const CaseOutcome outcome, act_on_case(connection, record, request, now));
    if (!outcome.is_done()) return std::unexpected(failure_of(outcome));
    TS_ASSIGN_OR_RETURN(const ExceptionRecord after, find_exception(connection, id));
    TS_ASSIGN_OR_RETURN(const json shown, show_exception(connection, after, now));
    StoredAnswer answer{200, text_of(shown)};
    answer.audit.before = text_of(before);
    answer.audit.object = "exceptions/" + id;
    return answer;
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

Result<std::string> list_causes(ApiContext& context, const ApiCall& call) {
  const Instant now = context.now();
  TS_ASSIGN_OR_RETURN(CauseFilter filter, read_cause_filter(query_of(call), now));
  TS_ASSIGN_OR_RETURN(filter.limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto after, page_after(call));
  filter.offset = after.value_or(0);
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const CausePage page, CauseReader(*connection).causes(filter));
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
                     {"stores", group.locations},
                     {"assigned", group.assigned},
                     {"oldest_at", format_instant(group.oldest_at)},
                     {"due_at", format_instant(group.due_at)},
                     {"overdue", group.due_at < now},
                     {"worth", worth_json(group.worth)},
                     {"meaning", entry.meaning},
                     {"remedy", entry.remedy},
                     {"runbook", runbook_path(group.code)}});
  }
  return page_json(std::move(items), page.next ? std::optional(std::to_string(*page.next)) : std::nullopt, ListTotal{page.total, page.total});
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
       [](ApiContext& context, const ApiCall& call) { show(context, call); }},
      {kAssign, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kAssign, CaseVerb::kAssign); }},
      {kDismiss, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kDismiss, CaseVerb::kDismiss); }},
      {kRetry, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kRetry, CaseVerb::kRetry); }},
      {kSkip, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kSkip, CaseVerb::kSkip); }},
      {kCorrect, [](ApiContext& context, ApiCall call) { act(context, std::move(call), kCorrect, CaseVerb::kCorrect); }},
  };
}

}  // namespace tillsync::hub
