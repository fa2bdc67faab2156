#include "hub/erp/posting_queue.h"

#include <algorithm>
#include <iterator>

#include "hub/exceptions/exception_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

PostingStatus status_of(ForwardStatus status) {
  switch (status) {
    case ForwardStatus::kPosted: return PostingStatus::kPosted;
    case ForwardStatus::kRefused: return PostingStatus::kRefused;
    case ForwardStatus::kRetrying: return PostingStatus::kRetrying;
    case ForwardStatus::kUnknown: return PostingStatus::kUnknown;
    case ForwardStatus::kReleased: return PostingStatus::kQueued;
  }
  return PostingStatus::kUnknown;
}

std::string error_text(const ForwardResult& result) {
  if (result.code.empty()) return result.text;
  return result.text.empty() ? result.code : result.code + ": " + result.text;
}

bool has_time(ForwardStatus status) { return status == ForwardStatus::kRetrying || status == ForwardStatus::kUnknown; }

}  // namespace

Result<DueClaims> PostingQueue::due(sql::Connection& connection, Instant now, std::size_t limit, std::set<std::string> excluded) {
  DueRequest request;
  request.now = now;
  request.limit = limit;
  request.per_lane = kDuePerLaneMax;
  request.excluded = std::move(excluded);
  request.after_lane = after_lane_;
  TS_ASSIGN_OR_RETURN(DuePage page, PostingReader(connection).due(request));
  after_lane_ = page.last_lane;
  DueClaims claims;
  claims.next_due = page.next_try_at;
  for (DuePosting& due : page.postings) {
    ClaimedPosting& posting = claims.postings.emplace_back();
    posting.posting_no = due.posting_no;
    posting.posting_id = std::move(due.posting_id);
    posting.ordering_key = std::move(due.ordering_key);
    posting.idempotency_key = std::move(due.idempotency_key);
    posting.location = std::move(due.location);
    posting.payload = std::move(due.body);
    posting.attempts = due.attempts;
    posting.look_up = due.status == PostingStatus::kUnknown;
  }
  return claims;
}

Result<std::vector<std::int64_t>> PostingQueue::claim(sql::Connection& connection, std::span<const ClaimedPosting> postings, Instant now) {
  std::vector<std::int64_t> to_send, claimed;
  for (const ClaimedPosting& posting : postings) (posting.look_up ? claimed : to_send).push_back(posting.posting_no);
  TS_ASSIGN_OR_RETURN(const auto marked, mark_sending(connection, to_send, now));
  claimed.insert(claimed.end(), marked.begin(), marked.end());
  return claimed;
}

Result<void> PostingQueue::record(sql::Connection& connection, std::span<const ForwardResult> results, Instant now) {
  std::vector<PostingResult> rows;
  std::vector<ExceptionRaised> unknown;
  for (const ForwardResult& result : results) {
    PostingResult& row = rows.emplace_back();
    row.posting_no = result.posting_no;
    row.status = status_of(result.status);
    row.erp_reference = result.erp_reference;
    row.error = error_text(result);
    row.code = result.code;
    row.cause = result.cause;
    if (has_time(result.status)) row.next_try_at = result.next_attempt_at;
    if (result.status == ForwardStatus::kUnknown && result.attempts >= kUnknownAlarmFrom) {
      ExceptionRaised& raised = unknown.emplace_back();
      raised.code = "posting.outcome_unknown";
      raised.subject = result.posting_id;
      raised.cause_key = "posting.outcome_unknown";
      raised.location = result.location;
      raised.detail = row.error;
    }
  }
  TS_ASSIGN_OR_RETURN(RecordedResults recorded, record_results(connection, rows, now));
  std::ranges::move(unknown, std::back_inserter(recorded.raised));
  if (!recorded.raised.empty()) TS_RETURN_IF_ERROR(raise_exceptions(connection, recorded.raised, now));
  if (!recorded.settled.empty()) TS_RETURN_IF_ERROR(settle_exceptions(connection, recorded.settled, now));
  return {};
}

Result<void> PostingQueue::recover(sql::Connection& connection, Instant now, Duration settle) {
  TS_RETURN_IF_ERROR(recover_postings(connection, now, now + settle));
  return {};
}

}  // namespace tillsync::hub
