#include "hub/postings/posting_state.h"

#include <array>
#include <utility>

namespace tillsync::hub {
namespace {

using enum PostingStatus;

constexpr std::array<std::pair<PostingStatus, std::string_view>, 10> kNames = {{
    {kQueued, "queued"},
    {kSending, "sending"},
    {kPosted, "posted"},
    {kRetrying, "retrying"},
    {kUnknown, "unknown"},
    {kRefused, "refused"},
    {kHeld, "held"},
    {kSkipped, "skipped"},
    {kCollected, "collected"},
    {kSummed, "summed"},
}};

constexpr std::pair<PostingStatus, PostingStatus> kSteps[] = {
    {kQueued, kSending},   {kRetrying, kSending},
    {kSending, kPosted},   {kSending, kRetrying}, {kSending, kUnknown}, {kSending, kRefused},
    {kSending, kQueued},   // not sent after all: the one before it under the same key failed, or the hub stops
    // A look-up answers: it is there, it is not (send again), it was refused, or no answer again.
    {kUnknown, kPosted},   {kUnknown, kQueued},   {kUnknown, kRefused}, {kUnknown, kUnknown},
};

PostingActionDecision done(PostingStatus to) { return {PostingActionStatus::kDone, to}; }

}  // namespace

std::string_view to_string(PostingStatus status) {
  for (const auto& [value, name] : kNames) {
    if (value == status) return name;
  }
  return "queued";
}

std::optional<PostingStatus> posting_status(std::string_view text) {
  for (const auto& [value, name] : kNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

bool is_open(PostingStatus status) { return status != kPosted && status != kHeld && status != kSkipped && !is_for_sum(status); }

bool is_for_sum(PostingStatus status) { return status == kCollected || status == kSummed; }

bool may_follow(PostingStatus from, PostingStatus to) {
  for (const auto& [before, after] : kSteps) {
    if (before == from && after == to) return true;
  }
  return false;
}

PostingActionDecision decide_posting_action(std::optional<PostingStatus> status, PostingAction action, std::string_view reason) {
  if (!status) return {PostingActionStatus::kNotFound, kQueued};
  if (reason.empty() && action == PostingAction::kSkip) return {PostingActionStatus::kReasonMissing, *status};
  switch (action) {
    case PostingAction::kRetry:
      if (*status == kRefused || *status == kRetrying) return done(kQueued);
      if (*status == kUnknown) return done(kUnknown);
      break;
    case PostingAction::kReplay:
      if (*status == kPosted || *status == kSkipped) return done(kQueued);
      break;
    case PostingAction::kSkip:
      if (*status != kPosted && *status != kSending && *status != kSkipped && *status != kSummed) return done(kSkipped);
      break;
  }
  return {PostingActionStatus::kNotPossible, *status};
}

}  // namespace tillsync::hub
