#include "hub/api/operation_work.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "hub/api/bulk_plans.h"
#include "hub/api/case_actions.h"
#include "hub/postings/posting_reader.h"
#include "hub/reconcile/till_day.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

Result<BulkOperation> find_background(sql::Connection& connection, const std::string& operation_id) {
  TS_ASSIGN_OR_RETURN(auto operation, find_operation(connection, operation_id));
  if (!operation) return fail(ErrorCode::kNotFound, "find operation", "there is no operation " + operation_id);
  if (!operation->is_in_background())
    return fail(ErrorCode::kConflict, "end operation", "operation " + operation_id + " belongs to a request that waits for its answer, and ends by itself");
  return std::move(*operation);
}

Result<OperationRequest> request_of(const BulkOperation& operation, Instant now) {
  auto request = read_operation(operation.request, now);
  if (!request) return fail(ErrorCode::kCorrupt, "go on with operation " + operation.operation_id, request.error().detail, "verify the database");
  return std::move(*request);
}

CaseRequest case_request(const OperationRequest& request, const std::string& who) {
  CaseRequest made;
  switch (request.kind) {
    case OperationKind::kRetry: made.verb = CaseVerb::kRetry; break;
    case OperationKind::kDismiss: made.verb = CaseVerb::kDismiss; break;
    case OperationKind::kAssign: made.verb = CaseVerb::kAssign; break;
    default: made.verb = CaseVerb::kSkip; break;
  }
  made.who = who;
  made.reason = request.reason;
  made.assignee = request.assignee;
  return made;
}

PostingAction posting_action_of(OperationKind kind) {
  if (kind == OperationKind::kSkip) return PostingAction::kSkip;
  return kind == OperationKind::kReplay ? PostingAction::kReplay : PostingAction::kRetry;
}

Result<BulkItem> do_exception(sql::Connection& connection, std::int64_t number, const OperationRequest& request, const std::string& who, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto record, ExceptionReader(connection).find(number));
  if (!record) return BulkItem{"no_exception", {{"outcome", "no_exception"}}};
  TS_ASSIGN_OR_RETURN(const CaseOutcome outcome, outcome_of_row(act_on_case(connection, *record, case_request(request, who), now)));
  return BulkItem{outcome.outcome, bulk_item_json(*record, outcome)};
}

Result<BulkItem> do_posting(sql::Connection& connection, std::int64_t number, const OperationRequest& request, const std::string& who, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto record, PostingReader(connection).record(number));
  if (!record) return BulkItem{"no_posting", {{"outcome", "no_posting"}}};
  TS_ASSIGN_OR_RETURN(const CaseOutcome outcome,
                      outcome_of_row(act_on_posting_and_cases(connection, record->posting_id, posting_action_of(request.kind), who, request.reason, now)));
  return BulkItem{outcome.outcome, {{"posting_id", record->posting_id}, {"location", record->location.value}, {"outcome", outcome.outcome}, {"detail", outcome.detail}}};
}

/// Of listed rows, position counts those that were looked at.
Result<BulkChunk> do_listed(sql::Connection& connection, const BulkOperation& operation, const OperationRequest& request, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto numbers, selection_of(connection, operation.operation_no));
  const auto size = static_cast<std::int64_t>(numbers.size());
  const std::int64_t end = std::min(size, operation.position + static_cast<std::int64_t>(kBulkChunk));
  BulkChunk chunk;
  for (std::int64_t i = operation.position; i < end; ++i) {
    const std::int64_t number = numbers[static_cast<std::size_t>(i)];
    TS_ASSIGN_OR_RETURN(BulkItem item, request.rows == SelectedRows::kExceptions ? do_exception(connection, number, request, operation.scope.caller, now)
                                                                                : do_posting(connection, number, request, operation.scope.caller, now));
    chunk.items.push_back(std::move(item));
  }
  chunk.position = end;
  chunk.is_last = end >= size;
  return chunk;
}

}  // namespace

Result<std::vector<std::int64_t>> freeze_selection(sql::Connection& connection, const OperationRequest& request) {
  if (request.rows == SelectedRows::kRange) return std::vector<std::int64_t>{};
  if (request.ids.empty()) return ExceptionReader(connection).select_open(request.filter);
  std::vector<std::int64_t> numbers;
  for (const std::string& id : request.ids) {
    if (request.rows == SelectedRows::kExceptions) {
      TS_ASSIGN_OR_RETURN(const auto record, ExceptionReader(connection).find(id));
      if (!record) return fail(ErrorCode::kNotFound, "select exceptions", "there is no exception " + id);
      numbers.push_back(record->exception_no);
    } else {
      TS_ASSIGN_OR_RETURN(const auto number, PostingReader(connection).posting_no_of(id));
      if (!number) return fail(ErrorCode::kNotFound, "select postings", "there is no posting " + id);
      numbers.push_back(*number);
    }
  }
  std::ranges::sort(numbers);
  numbers.erase(std::ranges::unique(numbers).begin(), numbers.end());
  return numbers;
}

Result<BulkOperation> begin_operation(sql::Connection& connection, const OperationRequest& request, const std::vector<std::int64_t>& selection, IdempotencyScope scope,
                                      std::string operation_id, const std::string& body, Instant now) {
  BulkOperation operation;
  operation.operation_id = std::move(operation_id);
  operation.scope = std::move(scope);
  operation.request = body;
  operation.kind = to_string(request.kind);
  operation.state = kOperationWaiting;
  operation.row_kind = to_string(request.rows);
  operation.started_at = now;
  operation.starts_at = now + seconds(request.start_in_s);
  if (request.rows == SelectedRows::kRange) {
    TS_ASSIGN_OR_RETURN(const BulkSelection range, plan_of(ReplayBulk{request.range, operation.scope.caller, request.reason}).select(connection));
    operation.selected = range.selected;
    operation.upto = range.upto;
  } else {
    operation.selected = operation.upto = static_cast<std::int64_t>(selection.size());
  }
  const auto digest = sha256({body});
  TS_RETURN_IF_ERROR(insert_background_operation(connection, operation, BytesView(digest.data(), digest.size()), pack_event_nos(selection)));
  return operation;
}

Result<BulkOperation> advance_operation(sql::Connection& connection, const std::string& operation_id, Instant now) {
  TS_ASSIGN_OR_RETURN(BulkOperation operation, find_background(connection, operation_id));
  if (operation.finished_at) return operation;
  if (operation.state == kOperationWaiting) {
    if (operation.starts_at && *operation.starts_at > now) return operation;
    operation.state = kOperationRunning;
    operation.started_at = now;
  }
  TS_ASSIGN_OR_RETURN(const OperationRequest request, request_of(operation, now));
  TS_ASSIGN_OR_RETURN(BulkChunk chunk, request.rows == SelectedRows::kRange
                                           ? plan_of(ReplayBulk{request.range, operation.scope.caller, request.reason}).advance(connection, operation, now)
                                           : do_listed(connection, operation, request, now));
  add_chunk(operation, std::move(chunk), now);
  if (operation.finished_at) operation.state = kOperationFinished;
  TS_RETURN_IF_ERROR(update_operation(connection, operation));
  return operation;
}

Result<BulkOperation> undo_operation(sql::Connection& connection, const std::string& operation_id, const std::string& who, Instant now) {
  TS_ASSIGN_OR_RETURN(BulkOperation operation, find_background(connection, operation_id));
  if (operation.state == kOperationUndone) return operation;
  if (operation.state != kOperationWaiting)
    return fail(ErrorCode::kConflict, "undo operation", "operation " + operation_id + " is " + operation.state,
                operation.state == kOperationRunning ? "stop it: what it has done stays" : "nothing of it is left to undo");
  operation.state = kOperationUndone;
  operation.ended_by = who;
  operation.finished_at = now;
  TS_RETURN_IF_ERROR(update_operation(connection, operation));
  return operation;
}

Result<BulkOperation> stop_operation(sql::Connection& connection, const std::string& operation_id, const std::string& who, Instant now) {
  TS_ASSIGN_OR_RETURN(BulkOperation operation, find_background(connection, operation_id));
  if (operation.state == kOperationStopped) return operation;
  if (operation.finished_at) return fail(ErrorCode::kConflict, "stop operation", "operation " + operation_id + " is " + operation.state);
  operation.state = kOperationStopped;
  operation.ended_by = who;
  operation.finished_at = now;
  TS_RETURN_IF_ERROR(update_operation(connection, operation));
  return operation;
}

Result<void> give_up_operation(sql::Connection& connection, const std::string& operation_id, const std::string& trouble, Instant now) {
  TS_ASSIGN_OR_RETURN(auto operation, find_operation(connection, operation_id));
  if (!operation || operation->finished_at) return {};
  operation->state = kOperationStopped;
  operation->ended_by = "hub";
  operation->trouble = trouble;
  operation->finished_at = now;
  return update_operation(connection, *operation);
}

}  // namespace tillsync::hub
