// What raising, settling and working on exceptions means, given the cases that are stored. Pure. Used by the exceptions stage
// and by tasks of the writer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/time.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

enum class CaseStatus : std::uint8_t { kOpen, kResolved, kDismissed };
std::string_view to_string(CaseStatus status);
std::optional<CaseStatus> case_status(std::string_view text);

/// By (code, subject): the newest generation that is stored.
using CaseKey = std::pair<std::string, std::string>;
struct StoredCase {
  std::int64_t exception_no = 0;
  std::int64_t generation = 0;
  CaseStatus status = CaseStatus::kOpen;
};
using StoredCases = std::map<CaseKey, StoredCase>;

struct NewCase {
  ExceptionRaised raised;
  std::string exception_id;
  std::int64_t generation = 1;
  std::int64_t occurrences = 1;
  Instant due_at;
};
struct RaiseDecision {
  std::vector<NewCase> created;
  std::map<std::int64_t, std::int64_t> again;  // exception_no → further occurrences
};

/// The worth of what is raised about a sale or return of this batch and does not say one.
void add_worth(MicroBatch& batch);

/// Same code and subject while open: one case with a count. After it was closed: a new generation when the code recurs, else
/// nothing, because the thing is known and decided.
RaiseDecision decide_raise(const std::vector<ExceptionRaised>& raised, const StoredCases& stored, Instant now);

/// "x_" + base32, from code, subject and generation; the same on every hub.
std::string derive_exception_id(std::string_view code, std::string_view subject, std::int64_t generation);

/// Retrying and correcting leave the case open: it is resolved by what becomes of it.
enum class CaseAction : std::uint8_t { kAssign, kResolve, kDismiss, kRetry, kCorrect };
std::string_view to_string(CaseAction action);  // as in exception_step: "assigned", …
enum class ActionStatus : std::uint8_t { kDone, kNotFound, kAlreadyClosed, kReasonMissing };

/// reason: of an assignment, the assignee. All but a retry need one; nothing happens to a closed case.
ActionStatus decide_action(const std::optional<CaseStatus>& status, CaseAction action, std::string_view reason);

}  // namespace tillsync::hub
