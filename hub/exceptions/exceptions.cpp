#include "hub/exceptions/exceptions.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <variant>

#include "common/crypto/crypto.h"
#include "hub/exceptions/catalogue.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kIdDomain = "tillsync-exception-1";
constexpr std::size_t kIdBytes = 16;
constexpr std::int64_t kSecondsPerHour = 3'600;

}  // namespace

std::string_view to_string(CaseStatus status) {
  switch (status) {
    case CaseStatus::kOpen: return "open";
    case CaseStatus::kResolved: return "resolved";
    case CaseStatus::kDismissed: return "dismissed";
  }
  return "open";
}

std::optional<CaseStatus> case_status(std::string_view text) {
  for (const CaseStatus status : {CaseStatus::kOpen, CaseStatus::kResolved, CaseStatus::kDismissed}) {
    if (to_string(status) == text) return status;
  }
  return std::nullopt;
}

std::string derive_exception_id(std::string_view code, std::string_view subject, std::int64_t generation) {
  const std::string lengths = std::to_string(code.size()) + ":" + std::to_string(generation) + ":";
  const Sha256Digest digest = sha256({kIdDomain, lengths, code, subject});
  return "x_" + to_base32(BytesView(digest.data(), kIdBytes));
}

void add_worth(MicroBatch& batch) {
  for (ExceptionRaised& raised : batch.exceptions) {
    if (raised.worth || !raised.event_no) continue;
    // A conflict names the event that holds the identity, and so does its document.
    const auto found = std::ranges::find(batch.documents, *raised.event_no, &IncomingDocument::event_no);
    if (found == batch.documents.end() || !found->document) continue;
    const auto& body = found->document->body;
    const auto* sale = std::get_if<Sale>(&body);
    if (sale == nullptr) sale = std::get_if<Return>(&body);
    if (sale == nullptr || sale->totals.gross.minor == std::numeric_limits<std::int64_t>::min()) continue;
    raised.worth = ExceptionWorth{std::abs(sale->totals.gross.minor), sale->currency.code};
  }
}

RaiseDecision decide_raise(const std::vector<ExceptionRaised>& raised, const StoredCases& stored, Instant now) {
  RaiseDecision decision;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> created;
  for (const ExceptionRaised& fact : raised) {
    if (const auto mine = created.find({fact.code, fact.subject}); mine != created.end()) {
      ++decision.created[mine->second].occurrences;
      continue;
    }
    const CatalogueEntry& entry = catalogue_entry(fact.code);
    const auto known = stored.find({fact.code, fact.subject});
    if (known != stored.end() && known->second.status == CaseStatus::kOpen) {
      ++decision.again[known->second.exception_no];
      continue;
    }
    if (known != stored.end() && !entry.recurs) continue;
    NewCase made;
    made.raised = fact;
    made.generation = known == stored.end() ? 1 : known->second.generation + 1;
    made.exception_id = fact.exception_id.empty() ? derive_exception_id(fact.code, fact.subject, made.generation) : fact.exception_id;
    made.due_at = now + seconds(entry.due_hours * kSecondsPerHour);
    created.emplace(std::pair<std::string_view, std::string_view>{fact.code, fact.subject}, decision.created.size());
    decision.created.push_back(std::move(made));
  }
  return decision;
}

std::string_view to_string(CaseAction action) {
  switch (action) {
    case CaseAction::kAssign: return "assigned";
    case CaseAction::kResolve: return "resolved";
    case CaseAction::kDismiss: return "dismissed";
    case CaseAction::kRetry: return "retried";
    case CaseAction::kCorrect: return "corrected";
  }
  return "assigned";
}

ActionStatus decide_action(const std::optional<CaseStatus>& status, CaseAction action, std::string_view reason) {
  if (!status) return ActionStatus::kNotFound;
  if (*status != CaseStatus::kOpen) return ActionStatus::kAlreadyClosed;
  if (reason.empty() && action != CaseAction::kRetry) return ActionStatus::kReasonMissing;
  return ActionStatus::kDone;
}

}  // namespace tillsync::hub
