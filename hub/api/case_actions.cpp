#include "hub/api/case_actions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/contract/codec.h"
#include "hub/exceptions/exception_store.h"
#include "hub/postings/correction_store.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

constexpr std::array<std::pair<CaseVerb, std::string_view>, 5> kVerbs = {{
    {CaseVerb::kRetry, "retry"},
    {CaseVerb::kCorrect, "correct"},
    {CaseVerb::kDismiss, "dismiss"},
    {CaseVerb::kSkip, "skip"},
    {CaseVerb::kAssign, "assign"},
}};

CaseOutcome done() { return {"done", ""}; }

CaseOutcome outcome_of(ActionStatus status) {
  switch (status) {
    case ActionStatus::kDone: return done();
    case ActionStatus::kNotFound: return {"no_exception", "there is no such exception"};
    case ActionStatus::kAlreadyClosed: return {"already_closed", "the exception is closed already"};
    case ActionStatus::kReasonMissing: return {"reason_missing", "say why, in \"reason\""};
  }
  return done();
}

CaseOutcome outcome_of(const CorrectionDecision& decision) {
  std::string detail(explanation(decision.status));
  if (!decision.problem.empty()) detail += ": " + decision.problem;
  switch (decision.status) {
    case CorrectionStatus::kDone: return done();
    case CorrectionStatus::kNotFound: return {"no_posting", detail};
    case CorrectionStatus::kReasonMissing: return {"reason_missing", detail};
    case CorrectionStatus::kPosted: return {"posted", detail};
    case CorrectionStatus::kSending: return {"sending", detail};
    case CorrectionStatus::kOutcomeUnknown: return {"outcome_unknown", detail};
    case CorrectionStatus::kWaiting: return {"waiting", detail};
    case CorrectionStatus::kSkipped: return {"skipped", detail};
    case CorrectionStatus::kNoJournal: return {"no_journal", detail};
    case CorrectionStatus::kNothingChanged: return {"nothing_changed", detail};
    case CorrectionStatus::kUnbalanced: return {"unbalanced", detail};
    case CorrectionStatus::kTooMany: return {"too_many", detail};
  }
  return done();
}

/// Why not, and what to do instead.
std::string why_not(PostingAction action, const PostingDetail& detail) {
  const PostingStatus status = detail.record.status;
  const std::string now = "the posting is " + std::string(to_string(status));
  if (detail.is_part_of_sum) return now + " as a part of its day's summed posting, and goes where that goes";
  if (action == PostingAction::kSkip) return now + ": only what is neither posted nor on its way can be skipped";
  if (!detail.balance_problem.empty()) return now + " and does not balance: correct it";
  switch (status) {
    case PostingStatus::kQueued: return now + ": it is sent when its turn comes";
    case PostingStatus::kSending: return now + ": wait for the ERP's answer";
    case PostingStatus::kPosted: return now + ": the ERP has it; replay sends it again under its key";
    case PostingStatus::kSkipped: return now + ": replay sends it after all";
    case PostingStatus::kHeld: return now + ": the period of its day is closed; open it (day reopen) or give it another date (day release)";
    default: return now + (action == PostingAction::kReplay ? ": it was never posted; retry it" : "");
  }
}

Result<CaseOutcome> outcome_of(sql::Connection& connection, const std::string& posting_id, PostingAction action, PostingActionStatus status) {
  switch (status) {
    case PostingActionStatus::kDone: return done();
    case PostingActionStatus::kNotFound: return CaseOutcome{"no_posting", "there is no posting " + posting_id};
    case PostingActionStatus::kReasonMissing: return CaseOutcome{"reason_missing", "say why, in \"reason\""};
    case PostingActionStatus::kNotPossible: break;
  }
  TS_ASSIGN_OR_RETURN(const auto detail, PostingReader(connection).find(posting_id));
  if (!detail) return CaseOutcome{"no_posting", "there is no posting " + posting_id};
  return CaseOutcome{"not_possible", why_not(action, *detail)};
}

Result<std::optional<Posting>> parsed(const PostingDetail& detail) {
  const auto tree = parse_tree(detail.posting_json, Syntax::kJson);
  auto posting = tree ? parse_posting(*tree) : std::unexpected(tree.error());
  if (!posting) return fail(ErrorCode::kCorrupt, "show posting " + detail.record.posting_id, posting.error().detail, "verify the database");
  return std::optional(std::move(*posting));
}

CaseOutcome not_about_a_posting(const ExceptionRecord& record) {
  return {"not_a_posting", "nothing is sent for " + record.code + ": mend what its remedy says; it settles itself, or is dismissed with a reason"};
}

/// The posting that a dismissal would leave alone.
Result<CaseOutcome> may_dismiss(sql::Connection& connection, const ExceptionRecord& record) {
  if (!is_about_posting(record.code)) return done();
  TS_ASSIGN_OR_RETURN(const auto detail, PostingReader(connection).find(record.subject));
  if (!detail || (detail->record.status != PostingStatus::kRefused && detail->record.status != PostingStatus::kHeld)) return done();
  return CaseOutcome{"posting_waits", "its posting is " + std::string(to_string(detail->record.status)) +
                                          " and would be forgotten: correct and retry it, or skip it with a reason"};
}

/// What was held because its period is closed does not slip out by a correction of something else.
Result<CaseOutcome> may_leave_period(sql::Connection& connection, const std::string& posting_id, const Value& correction) {
  ExceptionRaised blocked;
  blocked.code = "period.closed";
  blocked.subject = posting_id;
  TS_ASSIGN_OR_RETURN(const StoredCases cases, load_cases(connection, {blocked}));
  const auto found = cases.find({blocked.code, blocked.subject});
  if (found == cases.end() || found->second.status != CaseStatus::kOpen || correction.find("posting_date") != nullptr) return done();
  return CaseOutcome{"period_closed", "the period of its day is closed: open it (day reopen), release the day's postings (day release), or give a posting_date as well"};
}

std::optional<PostingAction> posting_action(CaseVerb verb) {
  if (verb == CaseVerb::kRetry) return PostingAction::kRetry;
  if (verb == CaseVerb::kSkip) return PostingAction::kSkip;
  return std::nullopt;
}

Result<CaseOutcome> dismiss_or_assign(sql::Connection& connection, const ExceptionRecord& record, const CaseRequest& request, Instant now) {
  if (request.verb == CaseVerb::kAssign) {
    TS_ASSIGN_OR_RETURN(const auto status,
                        act_on_exception(connection, record.exception_id, CaseAction::kAssign, request.who, request.assignee, now));
    return outcome_of(status);
  }
  TS_ASSIGN_OR_RETURN(CaseOutcome may, may_dismiss(connection, record));
  if (!may.is_done()) return may;
  TS_ASSIGN_OR_RETURN(const auto status, act_on_exception(connection, record.exception_id, CaseAction::kDismiss, request.who, request.reason, now));
  return outcome_of(status);
}

}  // namespace

std::string_view to_string(CaseVerb verb) {
  for (const auto& [value, name] : kVerbs)
    if (value == verb) return name;
  return "retry";
}

std::optional<CaseVerb> case_verb(std::string_view text) {
  for (const auto& [value, name] : kVerbs)
    if (name == text) return value;
  return std::nullopt;
}

bool is_about_posting(std::string_view code) { return std::ranges::find(posting_exception_codes(), code) != posting_exception_codes().end(); }

Result<CaseOutcome> act_on_posting_and_cases(sql::Connection& connection, const std::string& posting_id, PostingAction action, const std::string& who,
                                             const std::string& reason, Instant now) {
  TS_ASSIGN_OR_RETURN(const PostingActionStatus status, act_on_posting(connection, posting_id, action, who, reason, now));
  if (status != PostingActionStatus::kDone) return outcome_of(connection, posting_id, action, status);
  const auto codes = posting_exception_codes();
  if (action == PostingAction::kRetry)
    TS_RETURN_IF_ERROR(act_on_subject(connection, codes, posting_id, CaseAction::kRetry, who, reason, now));
  if (action == PostingAction::kSkip)
    TS_RETURN_IF_ERROR(act_on_subject(connection, codes, posting_id, CaseAction::kResolve, who, "skipped: " + reason, now));
  return done();
}

Result<CaseOutcome> correct_posting_and_cases(sql::Connection& connection, const std::string& posting_id, const Value& correction, const std::string& who,
                                              const std::string& reason, Instant now) {
  TS_ASSIGN_OR_RETURN(CaseOutcome may, may_leave_period(connection, posting_id, correction));
  if (!may.is_done()) return may;
  TS_ASSIGN_OR_RETURN(const CorrectionDecision decision, correct_posting(connection, posting_id, correction, who, reason, now));
  if (decision.status == CorrectionStatus::kDone)
    TS_RETURN_IF_ERROR(act_on_subject(connection, posting_exception_codes(), posting_id, CaseAction::kCorrect, who, reason, now));
  return outcome_of(decision);
}

Result<CasePreview> preview_posting(sql::Connection& connection, const std::string& posting_id, PostingAction action, const std::string& reason) {
  CasePreview preview;
  TS_ASSIGN_OR_RETURN(const auto detail, PostingReader(connection).find(posting_id));
  if (!detail) {
    preview.outcome = {"no_posting", "there is no posting " + posting_id};
    return preview;
  }
  TS_ASSIGN_OR_RETURN(preview.effective, parsed(*detail));
  preview.balance_problem = detail->balance_problem;
  PostingActionDecision decision = decide_posting_action(detail->record.status, action, reason);
  if (decision.status == PostingActionStatus::kDone && decision.to == PostingStatus::kQueued && (!detail->balance_problem.empty() || detail->is_part_of_sum))
    decision.status = PostingActionStatus::kNotPossible;
  TS_ASSIGN_OR_RETURN(preview.outcome, outcome_of(connection, posting_id, action, decision.status));
  return preview;
}

Result<CasePreview> preview_posting_correction(sql::Connection& connection, const std::string& posting_id, const Value& correction,
                                               const std::string& reason) {
  TS_ASSIGN_OR_RETURN(CorrectionDecision decision, preview_correction(connection, posting_id, correction, reason));
  CasePreview preview;
  preview.outcome = outcome_of(decision);
  if (preview.outcome.is_done()) {
    TS_ASSIGN_OR_RETURN(preview.outcome, may_leave_period(connection, posting_id, correction));
  }
  if (!decision.effective.posting_id.empty()) preview.effective = std::move(decision.effective);
  preview.balance_problem = std::move(decision.problem);
  return preview;
}

Result<CaseOutcome> act_on_case(sql::Connection& connection, const ExceptionRecord& record, const CaseRequest& request, Instant now) {
  if (record.status != CaseStatus::kOpen) return outcome_of(ActionStatus::kAlreadyClosed);
  if (request.verb == CaseVerb::kAssign || request.verb == CaseVerb::kDismiss) return dismiss_or_assign(connection, record, request, now);
  if (!is_about_posting(record.code)) return not_about_a_posting(record);
  if (const auto action = posting_action(request.verb))
    return act_on_posting_and_cases(connection, record.subject, *action, request.who, request.reason, now);
  TS_CHECK(request.correction.has_value());
  return correct_posting_and_cases(connection, record.subject, *request.correction, request.who, request.reason, now);
}

Result<CasePreview> preview_case(sql::Connection& connection, const ExceptionRecord& record, const CaseRequest& request) {
  CasePreview preview;
  if (record.status != CaseStatus::kOpen) {
    preview.outcome = outcome_of(ActionStatus::kAlreadyClosed);
    return preview;
  }
  switch (request.verb) {
    case CaseVerb::kAssign: preview.outcome = outcome_of(decide_action(record.status, CaseAction::kAssign, request.assignee)); return preview;
    case CaseVerb::kDismiss: {
      TS_ASSIGN_OR_RETURN(preview.outcome, may_dismiss(connection, record));
      if (preview.outcome.is_done()) preview.outcome = outcome_of(decide_action(record.status, CaseAction::kDismiss, request.reason));
      return preview;
    }
    default: break;
  }
  if (!is_about_posting(record.code)) {
    preview.outcome = not_about_a_posting(record);
    return preview;
  }
  if (const auto action = posting_action(request.verb)) return preview_posting(connection, record.subject, *action, request.reason);
  TS_CHECK(request.correction.has_value());
  return preview_posting_correction(connection, record.subject, *request.correction, request.reason);
}

}  // namespace tillsync::hub
