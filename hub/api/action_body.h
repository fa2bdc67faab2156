// The body of a step that a person takes: {"reason", "assignee", "dry_run", "correction", …}. Read as a tree, so that amounts of a correction stay
// the texts that they came as.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/contract/problem.h"
#include "common/contract/value.h"
#include "hub/api/case_actions.h"

namespace tillsync::hub {

class ActionBody {
 public:
  /// An empty body is {}. Problems: no JSON object.
  static std::expected<ActionBody, Problem> parse(std::string_view body);
  /// "" when it is not given or null. A member that is no text, or longer than kReasonBytesMax, becomes the fault.
  std::string text(std::string_view member);
  /// The same, and "" becomes the fault as well.
  std::string needed_text(std::string_view member);
  bool flag(std::string_view member);
  /// The object; the fault when it is missing or none.
  std::optional<Value> needed_object(std::string_view member);
  bool has(std::string_view member) const;
  /// The first one.
  const std::optional<Problem>& fault() const { return fault_; }

 private:
  void refuse(std::string_view code, std::string detail, std::string_view member);
  Value tree_;
  std::optional<Problem> fault_;
};

/// What a verb needs: a reason for all but retry and assign, an assignee for assign, a correction for correct. The faults of ActionBody.
CaseRequest read_case_request(ActionBody& body, CaseVerb verb, const std::string& who);
/// The failure that an outcome other than "done" is answered with: 404, 409 or 422.
Error failure_of(const CaseOutcome& outcome);

}  // namespace tillsync::hub
