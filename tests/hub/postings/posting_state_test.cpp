#include "hub/postings/posting_state.h"

#include <catch2/catch.hpp>

#include <set>

using namespace tillsync::hub;
using enum PostingStatus;

namespace {
constexpr PostingStatus kAll[] = {kQueued, kSending, kPosted, kRetrying, kUnknown, kRefused, kHeld, kSkipped};
}

TEST_CASE("posting state: names are read back", "[postings]") {
  std::set<std::string_view> names;
  for (const PostingStatus status : kAll) {
    CHECK(posting_status(to_string(status)) == status);
    CHECK(names.insert(to_string(status)).second);
  }
  CHECK_FALSE(posting_status("lost"));
}

TEST_CASE("posting state: the forwarder's steps, and no others", "[postings]") {
  const std::set<std::pair<PostingStatus, PostingStatus>> allowed{
      {kQueued, kSending},  {kRetrying, kSending}, {kSending, kPosted}, {kSending, kRetrying}, {kSending, kUnknown},
      {kSending, kRefused}, {kSending, kQueued}, {kUnknown, kPosted},   {kUnknown, kQueued}, {kUnknown, kRefused},  {kUnknown, kUnknown}};
  for (const PostingStatus from : kAll) {
    for (const PostingStatus to : kAll) {
      INFO(to_string(from) << " to " << to_string(to));
      CHECK(may_follow(from, to) == allowed.contains({from, to}));
    }
  }
}

TEST_CASE("posting state: an unknown outcome is never simply sent again", "[postings]") {
  CHECK_FALSE(may_follow(kUnknown, kSending));
  CHECK(decide_posting_action(kUnknown, PostingAction::kRetry, "now").to == kUnknown);
}

TEST_CASE("posting state: what is open holds up what is behind it", "[postings]") {
  for (const PostingStatus status : {kQueued, kSending, kRetrying, kUnknown, kRefused}) CHECK(is_open(status));
  for (const PostingStatus status : {kPosted, kHeld, kSkipped}) CHECK_FALSE(is_open(status));
}

TEST_CASE("posting state: what people can ask for", "[postings]") {
  const auto can = [](PostingStatus status, PostingAction action) {
    return decide_posting_action(status, action, "why").status == PostingActionStatus::kDone;
  };
  for (const PostingStatus status : kAll) {
    INFO(to_string(status));
    CHECK(can(status, PostingAction::kRetry) == (status == kRefused || status == kRetrying || status == kUnknown));
    CHECK(can(status, PostingAction::kReplay) == (status == kPosted || status == kSkipped));
    CHECK(can(status, PostingAction::kSkip) == (status != kPosted && status != kSending && status != kSkipped));
  }
  CHECK(decide_posting_action(kRefused, PostingAction::kSkip, "").status == PostingActionStatus::kReasonMissing);
  CHECK(decide_posting_action(std::nullopt, PostingAction::kRetry, "why").status == PostingActionStatus::kNotFound);
}
