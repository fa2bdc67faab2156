// /v1/operations: work on many in the background, from its preview to its end, and how far any bulk has come.
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "common/crypto/crypto.h"
#include "hub/api/action_answers.h"
#include "hub/api/api_context.h"
#include "hub/api/bulk_plans.h"
#include "hub/api/operation_work.h"
#include "hub/api/record_json.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::size_t kOperationSamplesMax = 5;  // rows that a preview shows with what would become of them

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// What a synchronous one was asked to do, in the words of those in the background.
void add_request(json& body, const BulkOperation& operation, const json& request) {
  body["kind"] = operation.kind;
  body["selection"] = json::object();
  body["arguments"] = json::object();
  body["reason"] = request.value("reason", "");
  if (operation.is_in_background()) {
    if (request.contains("selection")) body["selection"] = request.at("selection");
    if (request.contains("arguments") && request.at("arguments").is_object()) body["arguments"] = request.at("arguments");
    return;
  }
  const bool is_replay = operation.scope.route.starts_with("/v1/postings/");
  body["kind"] = is_replay ? "replay" : request.value("action", "retry");
  for (const char* member : {"code", "cause", "location", "from", "to", "kind"})
    if (request.contains(member)) body["selection"][member] = request.at(member);
}

json shown(const BulkOperation& operation) {
  json body = operation_json(operation);
  json request = json::parse(operation.request, nullptr, false);
  if (!request.is_object()) request = json::object();
  body["who"] = operation.scope.caller;
  body["route"] = operation.scope.route;
  body["position"] = operation.position;
  body["upto"] = operation.upto;
  body["starts_at"] = operation.starts_at ? json(format_instant(*operation.starts_at)) : json();
  body["ended_by"] = operation.ended_by;
  body["trouble"] = operation.trouble;
  add_request(body, operation, request);
  body["request"] = std::move(request);
  return body;
}

Result<std::string> list_all(ApiContext& context, const ApiCall& call) {
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
  for (const BulkOperation& operation : operations) items.push_back(shown(operation));
  return page_json(std::move(items), next);
}

Result<std::string> show_one(ApiContext& context, const std::string& id) {
  const auto connection = context.reads.borrow();
  TS_ASSIGN_OR_RETURN(const auto operation, find_operation(*connection, id));
  if (!operation) return fail(ErrorCode::kNotFound, "show operation", "there is no operation " + id);
  return dumped(shown(*operation));
}

// ---- preview

struct Preview {
  std::int64_t count = 0;
  std::optional<std::int64_t> stores;  // not known of a range of instants
  std::map<std::string, std::int64_t> worth;
  json samples = json::array();
  std::optional<CasePreview> first;
};

CaseRequest case_request_of(const OperationRequest& request, const std::string& who) {
  CaseRequest made;
  made.verb = case_verb(to_string(request.kind)).value_or(CaseVerb::kRetry);
  made.who = who;
  made.reason = request.reason;
  made.assignee = request.assignee;
  return made;
}

Result<void> preview_exceptions(sql::Connection& connection, const OperationRequest& request, const std::string& who, const std::vector<std::int64_t>& numbers, Preview& preview) {
  ExceptionReader reader(connection);
  if (request.ids.empty()) {
    TS_ASSIGN_OR_RETURN(const ExceptionSums sums, reader.sum_open(request.filter));
    preview.stores = sums.locations;
    preview.worth = sums.worth;
  } else {
    std::set<std::string> stores;
    for (const std::int64_t number : numbers) {
      TS_ASSIGN_OR_RETURN(const auto record, reader.find(number));
      if (!record) continue;
      stores.insert(record->location.value);
      if (record->worth) preview.worth[record->worth->currency] += record->worth->minor;
    }
    preview.stores = static_cast<std::int64_t>(stores.size());
  }
  for (std::size_t i = 0; i < std::min(numbers.size(), kOperationSamplesMax); ++i) {
    TS_ASSIGN_OR_RETURN(const auto record, reader.find(numbers[i]));
    if (!record) continue;
    TS_ASSIGN_OR_RETURN(CasePreview one, preview_case(connection, *record, case_request_of(request, who)));
    preview.samples.push_back(bulk_item_json(*record, one.outcome));
    if (!preview.first) preview.first = std::move(one);
  }
  return {};
}

Result<void> preview_postings(sql::Connection& connection, const OperationRequest& request, const std::vector<std::int64_t>& numbers, Preview& preview) {
  std::set<std::string> stores;
  const PostingAction action = request.kind == OperationKind::kSkip     ? PostingAction::kSkip
                               : request.kind == OperationKind::kReplay ? PostingAction::kReplay
                                                                        : PostingAction::kRetry;
  for (const std::int64_t number : numbers) {
    TS_ASSIGN_OR_RETURN(const auto record, PostingReader(connection).record(number));
    if (!record) continue;
    stores.insert(record->location.value);
    preview.worth[record->currency] += std::abs(record->gross.minor);
    if (preview.samples.size() >= kOperationSamplesMax) continue;
    TS_ASSIGN_OR_RETURN(CasePreview one, preview_posting(connection, record->posting_id, action, request.reason));
    preview.samples.push_back({{"posting_id", record->posting_id}, {"location", record->location.value}, {"outcome", one.outcome.outcome}, {"detail", one.outcome.detail}});
    if (!preview.first) preview.first = std::move(one);
  }
  preview.stores = static_cast<std::int64_t>(stores.size());
  return {};
}

Result<void> preview_range(sql::Connection& connection, const OperationRequest& request, Preview& preview) {
  TS_ASSIGN_OR_RETURN(ReplaySize size, size_of_replay(connection, request.range, kOperationSamplesMax));
  preview.count = size.postings;
  preview.stores = size.locations;
  preview.worth = std::move(size.gross);
  for (const std::string& id : size.first_ids) {
    TS_ASSIGN_OR_RETURN(CasePreview one, preview_posting(connection, id, PostingAction::kReplay, request.reason));
    preview.samples.push_back({{"posting_id", id}, {"outcome", one.outcome.outcome}, {"detail", one.outcome.detail}});
    if (!preview.first) preview.first = std::move(one);
  }
  return {};
}

Result<std::string> preview_json_of(ApiContext& context, sql::Connection& connection, const OperationRequest& request, const std::string& who,
                                    const std::vector<std::int64_t>& numbers) {
  Preview preview;
  preview.count = static_cast<std::int64_t>(numbers.size());
  switch (request.rows) {
    case SelectedRows::kExceptions: TS_RETURN_IF_ERROR(preview_exceptions(connection, request, who, numbers, preview)); break;
    case SelectedRows::kPostings: TS_RETURN_IF_ERROR(preview_postings(connection, request, numbers, preview)); break;
    case SelectedRows::kRange: TS_RETURN_IF_ERROR(preview_range(connection, request, preview)); break;
  }
  json body = {{"kind", to_string(request.kind)}, {"count", preview.count},       {"stores", nullptr},
               {"worth", worth_json(preview.worth)}, {"samples", preview.samples}, {"dry_run", nullptr}};
  if (preview.stores) body["stores"] = *preview.stores;
  if (preview.first) {
    const auto first = preview_json(context, Result<CasePreview>(std::move(*preview.first)));
    if (first) body["dry_run"] = json::parse(*first, nullptr, false);
  }
  return dumped(body);
}

// ---- steps

void create(ApiContext& context, ApiCall call, const Route& route) {
  const Instant now = context.now();
  auto request = read_operation(call.request.body, now);
  if (!request) return refuse_body(call, request.error());
  std::vector<std::int64_t> selection;
  {
    const auto connection = context.reads.borrow();
    auto frozen = freeze_selection(*connection, *request);
    if (!frozen) return call.reply->failure(frozen.error());
    selection = std::move(*frozen);
    if (request->is_dry_run) return answer(call, preview_json_of(context, *connection, *request, call.caller.name, selection));
  }
  const auto key = idempotency_key_of(call);
  if (!key) return;
  if (selection.empty() && request->rows != SelectedRows::kRange)
    return call.reply->problem(422, "nothing_selected", "Nothing is selected", "no open exception is of this selection", "/selection");
  IdempotencyScope scope{call.caller.name, std::string(route.pattern) + " " + call.request.path, *key};
  auto effect = [request = std::move(*request), selection = std::move(selection), scope = std::move(scope), id = random_secret("o_"), body = call.request.body](
                    sql::Connection& connection, Instant at) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const BulkOperation begun, begin_operation(connection, request, selection, scope, id, body, at));
    return StoredAnswer{202, dumped(shown(begun))};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect), [&context] {
    if (context.operations_changed) context.operations_changed();
  });
}

using OperationStep = Result<BulkOperation> (*)(sql::Connection&, const std::string& id, const std::string& who, Instant now);

void end(ApiContext& context, ApiCall call, const Route& route, OperationStep step) {
  if (const auto body = ActionBody::parse(call.request.body); !body) return refuse_body(call, body.error());
  auto effect = [id = call.parameters[0], who = call.caller.name, step](sql::Connection& connection, Instant now) -> Result<StoredAnswer> {
    TS_ASSIGN_OR_RETURN(const BulkOperation ended, step(connection, id, who, now));
    return StoredAnswer{200, dumped(shown(ended))};
  };
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect), [&context] {
    if (context.operations_changed) context.operations_changed();
  });
}

Result<BulkOperation> stop(sql::Connection& connection, const std::string& id, const std::string& who, Instant now) { return stop_operation(connection, id, who, now); }

}  // namespace

std::vector<Endpoint> operation_endpoints() {
  static constexpr Route kCreate{"POST", "/v1/operations", Role::kOperator, Repeat::kIdempotencyKey};
  static constexpr Route kUndo{"POST", "/v1/operations/{id}/undo", Role::kOperator, Repeat::kIdempotent};
  static constexpr Route kStop{"POST", "/v1/operations/{id}/stop", Role::kOperator, Repeat::kIdempotent};
  return {
      {{"GET", "/v1/operations", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, list_all(context, call)); }},
      {kCreate, [](ApiContext& context, ApiCall call) { create(context, std::move(call), kCreate); }},
      {{"GET", "/v1/operations/{id}", Role::kViewer, Repeat::kSafe},
       [](ApiContext& context, const ApiCall& call) { answer(call, show_one(context, call.parameters[0])); }},
      {kUndo, [](ApiContext& context, ApiCall call) { end(context, std::move(call), kUndo, &undo_operation); }},
      {kStop, [](ApiContext& context, ApiCall call) { end(context, std::move(call), kStop, &stop); }},
  };
}

}  // namespace tillsync::hub
