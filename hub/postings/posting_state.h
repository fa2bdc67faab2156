// The life of a posting: every allowed step in one table. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tillsync::hub {

enum class PostingStatus : std::uint8_t {
  kQueued,    // waits for its turn
  kSending,   // on its way; after a crash nobody knows how far it came
  kPosted,    // the ERP has it
  kRetrying,  // a passing fault; again at next_try_at
  kUnknown,   // the ERP may have it or not: looked up by key before anything else
  kRefused,   // a business error of the ERP; those behind it wait
  kHeld,      // unbalanced: never sent, holds nobody up
  kSkipped,   // a person decided that it is not to be sent
  kCollected, // waits to be summed with others of its day
  kSummed,    // part of a summed posting, and goes where that goes
};
std::string_view to_string(PostingStatus status);
std::optional<PostingStatus> posting_status(std::string_view text);

/// To be sent, or in the way of the postings behind it.
bool is_open(PostingStatus status);
/// Collected or summed: not at the ERP, and not to be sent by itself.
bool is_for_sum(PostingStatus status);

/// Whether the forwarder may take this step.
bool may_follow(PostingStatus from, PostingStatus to);

/// What a person can ask for.
enum class PostingAction : std::uint8_t {
  kRetry,   // refused, retrying, unknown: again, now; an unknown one is looked up first
  kReplay,  // posted, skipped: send again under the same key, which the ERP knows
  kSkip,    // anything that is not posted and not on its way
};
enum class PostingActionStatus : std::uint8_t { kDone, kNotFound, kNotPossible, kReasonMissing };
struct PostingActionDecision {
  PostingActionStatus status = PostingActionStatus::kNotPossible;
  PostingStatus to = PostingStatus::kQueued;
};
PostingActionDecision decide_posting_action(std::optional<PostingStatus> status, PostingAction action, std::string_view reason);

}  // namespace tillsync::hub
