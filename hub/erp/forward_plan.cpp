#include "hub/erp/forward_plan.h"

#include <algorithm>

#include "common/base/error.h"

namespace tillsync::hub {
namespace {

ForwardResult result_of(const ClaimedPosting& posting) {
  ForwardResult result;
  result.posting_no = posting.posting_no;
  result.posting_id = posting.posting_id;
  result.ordering_key = posting.ordering_key;
  result.location = posting.location;
  result.attempts = posting.attempts;
  return result;
}

}  // namespace

std::size_t ForwardPlan::room(Duration now) {
  const std::size_t allowed = breaker_.allowed(options_.claimed_max, now);
  const std::size_t held = waiting_ + in_flight_.size();
  return allowed > held ? allowed - held : 0;
}

void ForwardPlan::claimed(std::vector<ClaimedPosting> postings) {
  for (ClaimedPosting& posting : postings) {
    Key& key = keys_[posting.ordering_key];
    if (!key.busy && key.postings.empty()) turn_.push_back(posting.ordering_key);
    key.postings.push_back(std::move(posting));
    ++waiting_;
  }
}

std::vector<ForwardAction> ForwardPlan::next_actions(Duration now) {
  std::vector<ForwardAction> actions;
  const std::size_t allowed = breaker_.allowed(options_.concurrency, now);
  while (!turn_.empty() && in_flight_.size() < allowed) {
    Key& key = keys_.at(turn_.front());
    turn_.pop_front();
    TS_CHECK(!key.busy && !key.postings.empty());
    const ClaimedPosting& posting = key.postings.front();
    key.busy = true;
    --waiting_;
    in_flight_.emplace(posting.posting_no, posting.ordering_key);
    actions.push_back({&posting, posting.look_up});
  }
  return actions;
}

void ForwardPlan::finished(std::int64_t posting_no, const Outcome& outcome, Duration now, Instant wall, std::uint64_t random) {
  const auto flight = in_flight_.find(posting_no);
  TS_CHECK(flight != in_flight_.end());
  Key& key = keys_.at(flight->second);
  in_flight_.erase(flight);
  key.busy = false;
  const ClaimedPosting& posting = key.postings.front();
  if (outcome.is_answered()) {
    breaker_.succeeded();
  } else {
    breaker_.failed(now);
  }
  ForwardResult result = result_of(posting);
  result.next_attempt_at = wall;
  result.erp_reference = outcome.reference;
  result.code = outcome.code;
  result.text = outcome.text;
  switch (outcome.kind) {
    case OutcomeKind::kPosted: result.status = ForwardStatus::kPosted; break;
    case OutcomeKind::kRefused: result.status = ForwardStatus::kRefused; break;
    case OutcomeKind::kAbsent: result.status = ForwardStatus::kReleased; break;
    case OutcomeKind::kTransient:
    case OutcomeKind::kUnknown: {
      result.status = outcome.kind == OutcomeKind::kTransient ? ForwardStatus::kRetrying : ForwardStatus::kUnknown;
      ++result.attempts;
      result.next_attempt_at = wall + retry_delay(options_.retry, result.attempts, random, outcome.retry_after);
      break;
    }
  }
  settle(key, std::move(result));
  if (breaker_.state() == BreakerState::kStopped) release_waiting();
}

void ForwardPlan::settle(Key& key, ForwardResult result) {
  const std::string name = key.postings.front().ordering_key;
  const bool goes_on = result.status == ForwardStatus::kPosted;
  results_.push_back(std::move(result));
  key.postings.pop_front();
  if (!goes_on) release(key, false);
  if (key.postings.empty()) {
    keys_.erase(name);
  } else {
    turn_.push_back(name);
  }
}

void ForwardPlan::give_back(const ClaimedPosting& posting) {
  if (!posting.look_up) results_.push_back(result_of(posting));  // one to be looked up was never recorded as anything else
}

void ForwardPlan::release(Key& key, bool keep_front) {
  while (key.postings.size() > (keep_front ? 1u : 0u)) {
    give_back(key.postings.back());
    key.postings.pop_back();
    --waiting_;
  }
}

void ForwardPlan::release_waiting() {
  turn_.clear();
  for (auto entry = keys_.begin(); entry != keys_.end();) {
    release(entry->second, entry->second.busy);
    entry = entry->second.postings.empty() ? keys_.erase(entry) : std::next(entry);
  }
}

std::set<std::string> ForwardPlan::held_keys() const {
  std::set<std::string> keys;
  for (const auto& [name, key] : keys_) keys.insert(keys.end(), name);
  return keys;
}

std::vector<ForwardResult> ForwardPlan::take_results() { return std::exchange(results_, {}); }

}  // namespace tillsync::hub
