#include "hub/api/bulk_plans.h"

#include <nlohmann/json.hpp>

namespace tillsync::hub {

using nlohmann::json;

json bulk_item_json(const ExceptionRecord& record, const CaseOutcome& outcome) {
  json item = {{"exception_id", record.exception_id}, {"subject", record.subject}, {"location", record.location.value},
               {"outcome", outcome.outcome},          {"detail", outcome.detail},  {"posting_id", nullptr}};
  if (is_about_posting(record.code)) item["posting_id"] = record.subject;
  return item;
}

Result<CaseOutcome> outcome_of_row(Result<CaseOutcome> outcome) {
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
      TS_ASSIGN_OR_RETURN(const CaseOutcome outcome, outcome_of_row(act_on_case(connection, record, shared->request, now)));
      chunk.items.push_back({outcome.outcome, bulk_item_json(record, outcome)});
      chunk.position = record.exception_no;
    }
    chunk.is_last = records.size() < kBulkChunk;
    return chunk;
  };
  return plan;
}

BulkPlan plan_of(ReplayBulk bulk) {
  const auto shared = std::make_shared<const ReplayBulk>(std::move(bulk));
  BulkPlan plan;
  plan.select = [shared](sql::Connection& connection) -> Result<BulkSelection> {
    TS_ASSIGN_OR_RETURN(const std::int64_t newest, newest_posting_no(connection));
    // Days are counted from sums. Counting a range of instants would hold up the writer: what it comes to is told at the end.
    if (!shared->range.first_date) return BulkSelection{0, newest};
    TS_ASSIGN_OR_RETURN(const ReplaySize size, size_of_replay(connection, shared->range, 0));
    return BulkSelection{size.postings, newest};
  };
  plan.advance = [shared](sql::Connection& connection, const BulkOperation& operation, Instant now) -> Result<BulkChunk> {
    TS_ASSIGN_OR_RETURN(const ReplayChunk replayed, replay_chunk(connection, shared->range, operation.position, operation.upto, shared->who, shared->reason, now));
    BulkChunk chunk;
    chunk.position = replayed.cursor;
    chunk.is_last = replayed.is_last;
    for (const ReplayedPosting& posting : replayed.replayed)
      chunk.items.push_back({"done", {{"posting_id", posting.posting_id}, {"location", posting.location}, {"outcome", "done"}}});
    return chunk;
  };
  return plan;
}

Result<BulkPlan> plan_of(const BulkOperation& operation) {
  const auto unreadable = [&operation](const std::string& why) {
    return fail(ErrorCode::kInvalid, "go on with operation " + operation.operation_id, "its request cannot be read again: " + why);
  };
  auto body = ActionBody::parse(operation.request);
  if (!body) return unreadable(body.error().detail);
  if (operation.scope.route.starts_with("/v1/exceptions/bulk")) {
    auto bulk = read_cause_bulk(*body, operation.scope.caller);
    if (!bulk) return unreadable(bulk.error().detail);
    return plan_of(std::move(*bulk));
  }
  if (operation.scope.route.starts_with("/v1/postings/replay")) {
    auto bulk = read_replay_bulk(*body, operation.scope.caller);
    if (!bulk) return unreadable(bulk.error().detail);
    return plan_of(std::move(*bulk));
  }
  return unreadable("no such route, " + operation.scope.route);
}

}  // namespace tillsync::hub
