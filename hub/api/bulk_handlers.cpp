// Work on many at once: /v1/exceptions/bulk (all open ones of a cause), /v1/postings/replay (a range), and /v1/operations, which tells how far
// such work has come.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "hub/api/action_answers.h"
#include "hub/api/action_body.h"
#include "hub/api/bulk_runner.h"
#include "hub/exceptions/cause_reader.h"
#include "hub/postings/correction.h"
#include "hub/postings/posting_bulk_store.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

/// Exceptions of one commit: with their postings some milliseconds, so that what tills and shops ask for goes in between.
constexpr std::size_t kBulkChunk = 100;

struct CauseBulk {
  CauseScope scope;
  CaseRequest request;
};

json item_json(const ExceptionRecord& record, const CaseOutcome& outcome) {
  json item = {{"exception_id", record.exception_id}, {"subject", record.subject}, {"location", record.location.value},
               {"outcome", outcome.outcome},          {"detail", outcome.detail},  {"posting_id", nullptr}};
  if (is_about_posting(record.code)) item["posting_id"] = record.subject;
  return item;
}

Result<std::string> preview_bulk(ApiContext& context, const CauseBulk& bulk) {
  const auto connection = context.reads.borrow();
  CauseReader reader(*connection);
  TS_ASSIGN_OR_RETURN(const CauseSize size, reader.size(bulk.scope));
  TS_ASSIGN_OR_RETURN(const auto records, reader.open_of(bulk.scope, 0, size.newest_no, kBulkItemsMax));
  json items = json::array();
  for (const ExceptionRecord& record : records) {
    TS_ASSIGN_OR_RETURN(const CasePreview preview, preview_case(*connection, record, bulk.request));
    items.push_back(item_json(record, preview.outcome));
  }
  const json body = {{"dry_run", true},          {"action", to_string(bulk.request.verb)}, {"code", bulk.scope.code}, {"cause", bulk.scope.cause_key},
                     {"selected", size.open},    {"locations", size.locations},            {"items", std::move(items)}};
  return body.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// One bad row is left alone and told, and does not stop the others. It is found bad before anything of it is written.
Result<CaseOutcome> outcome_of_row(sql::Connection& connection, const ExceptionRecord& record, const CaseRequest& request, Instant now) {
  auto outcome = act_on_case(connection, record, request, now);
  if (outcome) return outcome;
  const ErrorCode code = outcome.error().code;
  if (code == ErrorCode::kInvalid || code == ErrorCode::kLimitExceeded || code == ErrorCode::kUnsupported) return CaseOutcome{"failed", outcome.error().detail};
  return outcome;
}

BulkPlan plan_of(CauseBulk bulk) {
  const auto shared = std::make_shared<const CauseBulk>(std::move(bulk));
  BulkPlan plan;
  plan.select = [shared](sql::Connection& connection) -> Result<BulkSelection> {
    TS_ASSIGN_OR_RETURN(const CauseSize size, CauseReader(connection).size(shared->scope));
    return BulkSelection{size.open, size.newest_no};
  };
  plan.advance = [shared](sql::Connection& connection, const BulkOperation& operation, Instant now) -> Result<BulkChunk> {
    // Those that a single step has closed in between are not there any more, and what comes up again has a new number.
    TS_ASSIGN_OR_RETURN(const auto records, CauseReader(connection).open_of(shared->scope, operation.position, operation.upto, kBulkChunk));
    BulkChunk chunk;
    chunk.position = operation.position;
    for (const ExceptionRecord& record : records) {
      TS_ASSIGN_OR_RETURN(const CaseOutcome outcome, outcome_of_row(connection, record, shared->request, now));
      chunk.items.push_back({outcome.outcome, item_json(record, outcome)});
      chunk.position = record.exception_no;
    }
    chunk.is_last = records.size() < kBulkChunk;
    return chunk;
  };
  return plan;
}

/// Lines hold amounts of one posting, and a date or a name is the same for all.
std::optional<Problem> unfit_for_many(const Value& tree) {
  for (const char* member : {"journal", "added_lines"})
    if (tree.find(member) != nullptr) return make_problem("unknown_value", "amounts are those of one posting: correct each by itself", std::string("/correction/") + member);
  const auto correction = parse_correction(tree, "", "/correction");
  if (!correction) return correction.error();
  return std::nullopt;
}

void bulk_exceptions(ApiContext& context, ApiCall call, const Route& route) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const auto verb = case_verb(body->needed_text("action"));
  if (!verb && !body->fault())
    return refuse_body(call, make_problem("unknown_value", "action must be retry, correct, dismiss, skip or assign", "/action"));
  CauseBulk bulk;
  bulk.scope.code = body->needed_text("code");
  bulk.scope.cause_key = body->needed_text("cause");
  bulk.scope.location = body->text("location");
  bulk.request = read_case_request(*body, verb.value_or(CaseVerb::kRetry), call.caller.name);
  // Many at once are never changed without a word of why.
  if (bulk.request.verb != CaseVerb::kAssign) bulk.request.reason = body->needed_text("reason");
  const bool is_dry_run = body->flag("dry_run");
  if (body->fault()) return refuse_body(call, *body->fault());
  if (bulk.request.verb == CaseVerb::kCorrect) {
    if (call.caller.role < Role::kFinance)
      return call.reply->problem(403, "forbidden", "Not allowed", "to correct postings needs the role finance, the token has " + std::string(to_string(call.caller.role)));
    if (const auto problem = unfit_for_many(*bulk.request.correction)) return refuse_body(call, *problem);
  }
  if (is_dry_run) return answer(call, preview_bulk(context, bulk));
  run_bulk(context, std::move(call), std::string(route.pattern), plan_of(std::move(bulk)));
}

bool is_date(const std::string& text) { return text.size() == std::string_view("2010-12-01").size(); }

/// Both dates, both belonging to the range; or both instants, the second not.
std::expected<ReplayRange, Problem> range_of(ActionBody& body) {
  ReplayRange range;
  const std::string from = body.needed_text("from"), to = body.needed_text("to");
  range.location = body.text("location");
  range.kind = body.text("kind");
  if (body.fault()) return std::unexpected(*body.fault());
  static constexpr std::string_view kKinds[] = {"", "sale", "return", "stock", "void", "till_close", "till_event", "summed"};
  if (std::ranges::find(kKinds, range.kind) == std::end(kKinds))
    return std::unexpected(make_problem("unknown_value", "kind must be sale, return, stock, void, till_close, till_event or summed", "/kind"));
  if (is_date(from) != is_date(to)) return std::unexpected(make_problem("wrong_type", "give two business dates or two instants", "/to"));
  if (is_date(from)) {
    const auto first = parse_date(from), last = parse_date(to);
    if (!first) return std::unexpected(make_problem("wrong_type", first.error().detail, "/from"));
    if (!last) return std::unexpected(make_problem("wrong_type", last.error().detail, "/to"));
    if (*last < *first) return std::unexpected(make_problem("unknown_value", "the last date is before the first", "/to"));
    range.first_date = *first;
    range.last_date = *last;
    return range;
  }
  const auto begin = parse_instant(from), end = parse_instant(to);
  if (!begin) return std::unexpected(make_problem("wrong_type", begin.error().detail, "/from"));
  if (!end) return std::unexpected(make_problem("wrong_type", end.error().detail, "/to"));
  if (*end <= *begin) return std::unexpected(make_problem("unknown_value", "the range ends before it begins", "/to"));
  range.from = *begin;
  range.to = *end;
  return range;
}

Result<std::string> preview_replay(ApiContext& context, const ReplayRange& range) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const ReplaySize size, size_of_replay(*connection, range, kBulkItemsMax));
  json items = json::array();
  for (const std::string& id : size.first_ids) items.push_back({{"posting_id", id}, {"outcome", "done"}});
  const json body = {{"dry_run", true}, {"selected", size.postings}, {"items", std::move(items)}};
  return body.dump();
}

void replay_range(ApiContext& context, ApiCall call, const Route& route) {
  auto body = ActionBody::parse(call.request.body);
  if (!body) return refuse_body(call, body.error());
  const auto range = range_of(*body);
  if (!range) return refuse_body(call, range.error());
  const std::string reason = body->needed_text("reason");
  const bool is_dry_run = body->flag("dry_run");
  if (body->fault()) return refuse_body(call, *body->fault());
  if (is_dry_run) return answer(call, preview_replay(context, *range));
  BulkPlan plan;
  plan.select = [range = *range](sql::Connection& connection) -> Result<BulkSelection> {
    TS_ASSIGN_OR_RETURN(const std::int64_t newest, newest_posting_no(connection));
    // Days are counted from sums. Counting a range of instants would hold up the writer: what it comes to is told at the end.
    if (!range.first_date) return BulkSelection{0, newest};
    TS_ASSIGN_OR_RETURN(const ReplaySize size, size_of_replay(connection, range, 0));
    return BulkSelection{size.postings, newest};
  };
  plan.advance = [range = *range, who = call.caller.name, reason](sql::Connection& connection, const BulkOperation& operation, Instant now) -> Result<BulkChunk> {
    TS_ASSIGN_OR_RETURN(const ReplayChunk replayed, replay_chunk(connection, range, operation.position, operation.upto, who, reason, now));
    BulkChunk chunk;
    chunk.position = replayed.cursor;
    chunk.is_last = replayed.is_last;
    for (const ReplayedPosting& posting : replayed.replayed)
      chunk.items.push_back({"done", {{"posting_id", posting.posting_id}, {"location", posting.location}, {"outcome", "done"}}});
    return chunk;
  };
  run_bulk(context, std::move(call), std::string(route.pattern), std::move(plan));
}

json progress_json(const BulkOperation& operation) {
  json body = operation_json(operation);
  body["who"] = operation.scope.caller;
  body["route"] = operation.scope.route;
  body["request"] = json::parse(operation.request, nullptr, false);
  body["position"] = operation.position;
  body["upto"] = operation.upto;
  return body;
}

Result<std::string> list_all_operations(ApiContext& context, const ApiCall& call) {
  TS_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(call));
  TS_ASSIGN_OR_RETURN(const auto after, page_after(call));
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(auto operations, list_operations(*connection, after.value_or(0), limit + 1));
  std::optional<std::string> next;
  if (operations.size() > limit) {
    operations.pop_back();
    next = std::to_string(operations.back().operation_no);
  }
  json items = json::array();
  for (const BulkOperation& operation : operations) items.push_back(progress_json(operation));
  return page_json(std::move(items), next);
}

Result<std::string> show_operation(ApiContext& context, const std::string& id) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto operation, find_operation(*connection, id));
  if (!operation) return fail(ErrorCode::kNotFound, "show operation", "there is no operation " + id);
  return progress_json(*operation).dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::vector<Endpoint> bulk_endpoints() {
  static constexpr Route kBulk{"POST", "/v1/exceptions/bulk", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kReplay{"POST", "/v1/postings/replay", Role::kOperator, Repeat::kIdempotencyKey};
  return {
      {kBulk, [](ApiContext& context, ApiCall call) { bulk_exceptions(context, std::move(call), kBulk); }},
      {kReplay, [](ApiContext& context, ApiCall call) { replay_range(context, std::move(call), kReplay); }},
      {{"GET", "/v1/operations", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, list_all_operations(context, call)); }},
      {{"GET", "/v1/operations/{id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, show_operation(context, call.parameters[0])); }},
  };
}

}  // namespace tillsync::hub
