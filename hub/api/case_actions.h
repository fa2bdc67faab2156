// What a person does with one exception, and with the posting that it is about: the same for a single call and for each row of a bulk. Runs in
// the writer's transaction; the previews on a connection of the caller's own and write nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/contract/masterdata.h"
#include "common/contract/value.h"
#include "common/sql/sql.h"
#include "hub/exceptions/exception_reader.h"
#include "hub/postings/posting_state.h"

namespace tillsync::hub {

enum class CaseVerb : std::uint8_t { kRetry, kCorrect, kDismiss, kSkip, kAssign };
std::string_view to_string(CaseVerb verb);
std::optional<CaseVerb> case_verb(std::string_view text);

struct CaseRequest {
  CaseVerb verb = CaseVerb::kRetry;
  std::string who;
  std::string reason;              // needed by all but retry and assign
  std::string assignee;            // of assign
  std::optional<Value> correction; // of correct: parse_correction has taken its form
};

/// outcome: "done", or a stable word for why not: already_closed, not_a_posting, no_posting, not_possible, posting_waits (a dismissal would leave a
/// refused or held posting with nobody to look after it), reason_missing, or of a correction: posted, sending, outcome_unknown, waiting, skipped,
/// no_journal, nothing_changed, unbalanced, too_many,
/// period_closed. detail: the same for people.
struct CaseOutcome {
  std::string outcome, detail;
  bool is_done() const { return outcome == "done"; }
};

/// What would be sent.
struct CasePreview {
  CaseOutcome outcome;
  std::optional<Posting> effective;  // nullopt: the exception is about no posting
  std::string balance_problem;       // "" = debit and credit are equal
};

/// Errors: kInvalid for a correction whose amounts do not fit the posting's currency, and those of the database.
Result<CaseOutcome> act_on_case(sql::Connection& connection, const ExceptionRecord& record, const CaseRequest& request, Instant now);
Result<CasePreview> preview_case(sql::Connection& connection, const ExceptionRecord& record, const CaseRequest& request);

/// The same on a posting itself; its open exceptions get the step as well, and a skip resolves them.
Result<CaseOutcome> act_on_posting_and_cases(sql::Connection& connection, const std::string& posting_id, PostingAction action, const std::string& who,
                                             const std::string& reason, Instant now);
Result<CaseOutcome> correct_posting_and_cases(sql::Connection& connection, const std::string& posting_id, const Value& correction, const std::string& who,
                                              const std::string& reason, Instant now);
Result<CasePreview> preview_posting(sql::Connection& connection, const std::string& posting_id, PostingAction action, const std::string& reason);
Result<CasePreview> preview_posting_correction(sql::Connection& connection, const std::string& posting_id, const Value& correction,
                                               const std::string& reason);

/// Whether the subject of such an exception is a posting.
bool is_about_posting(std::string_view code);

}  // namespace tillsync::hub
