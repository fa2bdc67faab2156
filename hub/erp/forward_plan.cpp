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
  std::size_t allowed = breaker_.allowed(claimed_max_, now);
  if (breaker_.state() == BreakerState::kProbing) allowed = options_.postings_max;
  return allowed > held_ ? allowed - held_ : 0;
}

void ForwardPlan::claimed(std::vector<ClaimedPosting> postings) {
  // A fast ERP has worked off all of them before the next were there. With a slow one few are on their way when the hub stops.
  if (were_many_ && held_ == 0) claimed_max_ = std::max(claimed_max_, std::min(2 * claimed_max_, options_.claimed_ceiling));
  were_many_ = postings.size() * 4 >= claimed_max_;
  for (ClaimedPosting& posting : postings) {
    Key& key = keys_[posting.ordering_key];
    if (key.postings.empty()) turn_.push_back(posting.ordering_key);
    key.postings.push_back(std::move(posting));
    ++waiting_;
    ++held_;
  }
}

std::vector<ForwardJob> ForwardPlan::next_jobs(Duration now) {
  std::vector<ForwardJob> started;
  const std::size_t allowed = breaker_.allowed(options_.concurrency, now);
  while (in_flight_.size() < allowed && !(continued_.empty() && turn_.empty())) {
    Job job;
    if (continued_.empty()) {
      job = next_job();
    } else {
      job = std::move(continued_.front());
      continued_.pop_front();
    }
    if (!start_rest(std::move(job), started)) continue;
  }
  return started;
}

/// From each key whose turn it is as many as fit, of one kind: creates or look-ups.
ForwardPlan::Job ForwardPlan::next_job() {
  Job job;
  std::deque<std::string> of_other_kind;  // they come first in the next job
  while (!turn_.empty() && job.postings.size() < options_.postings_max) {
    std::string name = std::move(turn_.front());
    turn_.pop_front();
    Key& key = keys_.at(name);
    TS_CHECK(key.taken == 0 && !key.postings.empty());
    if (job.postings.empty()) job.look_up = key.postings.front().look_up;
    if (key.postings.front().look_up != job.look_up) {
      of_other_kind.push_back(std::move(name));
      continue;
    }
    while (key.taken < key.postings.size() && job.postings.size() < options_.postings_max && key.postings[key.taken].look_up == job.look_up)
      job.postings.push_back(&key.postings[key.taken++]);
  }
  turn_.insert(turn_.begin(), std::make_move_iterator(of_other_kind.begin()), std::make_move_iterator(of_other_kind.end()));
  waiting_ -= job.postings.size();
  return job;
}

/// Without a part to send, the next half; what stands behind a posting that was not posted is given back. False: nothing is left of it.
bool ForwardPlan::start_rest(Job job, std::vector<ForwardJob>& started) {
  while (true) {
    Part may_go;
    std::set<std::string> freed;
    for (const ClaimedPosting* posting : job.postings) {
      if (!keys_.at(posting->ordering_key).is_stopped) {
        may_go.push_back(posting);
        continue;
      }
      freed.insert(posting->ordering_key);
      give_back(*posting);
      keys_.at(posting->ordering_key).postings.pop_front();
      --keys_.at(posting->ordering_key).taken;
      --held_;
    }
    for (const std::string& name : freed) let_go(name);
    job.postings = std::move(may_go);
    if (!job.postings.empty()) break;
    if (job.rest.empty()) return false;
    job.postings = std::move(job.rest.back());
    job.rest.pop_back();
  }
  const std::uint64_t job_no = ++last_job_no_;
  started.push_back({job_no, job.look_up, job.postings});
  in_flight_.emplace(job_no, std::move(job));
  return true;
}

ForwardResult ForwardPlan::result_of_outcome(const ClaimedPosting& posting, const Outcome& outcome, Instant wall, std::uint64_t random) const {
  ForwardResult result = result_of(posting);
  result.next_attempt_at = wall;
  result.erp_reference = outcome.reference;
  result.code = outcome.code;
  result.text = outcome.text;
  result.cause = outcome.cause;
  switch (outcome.kind) {
    case OutcomeKind::kPosted: result.status = ForwardStatus::kPosted; break;
    case OutcomeKind::kRefused: result.status = ForwardStatus::kRefused; break;
    case OutcomeKind::kAbsent: result.status = ForwardStatus::kReleased; break;
    case OutcomeKind::kTransient:
    case OutcomeKind::kUnknown: {
      const bool is_unknown = outcome.kind == OutcomeKind::kUnknown;
      result.status = is_unknown ? ForwardStatus::kUnknown : ForwardStatus::kRetrying;
      ++result.attempts;
      Duration wait = retry_delay(options_.retry, result.attempts, random, outcome.retry_after);
      // What the ERP may still be working on must have ended, or the look-up does not find what comes to be a moment later.
      if (is_unknown && !posting.look_up) wait = std::max(wait, options_.settle);
      result.next_attempt_at = wall + wait;
      break;
    }
  }
  return result;
}

void ForwardPlan::finished(std::uint64_t job_no, const std::vector<Outcome>& outcomes, Duration now, Instant wall, std::uint64_t random) {
  const auto flight = in_flight_.find(job_no);
  TS_CHECK(flight != in_flight_.end() && outcomes.size() == flight->second.postings.size());
  Job job = std::move(flight->second);
  in_flight_.erase(flight);
  if (std::ranges::any_of(outcomes, &Outcome::is_answered)) {
    breaker_.succeeded();
  } else {
    breaker_.failed(now);
  }
  std::set<std::string> touched;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const ClaimedPosting& posting = *job.postings[i];
    touched.insert(posting.ordering_key);
    settle(posting, result_of_outcome(posting, outcomes[i], wall, random));
  }
  for (const std::string& name : touched) let_go(name);
  if (!job.rest.empty()) {
    job.postings = std::move(job.rest.back());
    job.rest.pop_back();
    continued_.push_back(std::move(job));
  }
  if (breaker_.state() == BreakerState::kStopped) release_waiting();
}

void ForwardPlan::split(std::uint64_t job_no) {
  const auto flight = in_flight_.find(job_no);
  TS_CHECK(flight != in_flight_.end() && flight->second.postings.size() > 1);
  Job job = std::move(flight->second);
  in_flight_.erase(flight);
  breaker_.succeeded();
  const auto middle = job.postings.begin() + static_cast<std::ptrdiff_t>((job.postings.size() + 1) / 2);
  job.rest.emplace_back(middle, job.postings.end());
  job.postings.erase(middle, job.postings.end());
  continued_.push_back(std::move(job));
}

/// The posting is the front of its key.
void ForwardPlan::settle(const ClaimedPosting& posting, ForwardResult result) {
  Key& key = keys_.at(posting.ordering_key);
  TS_CHECK(key.taken > 0 && &key.postings.front() == &posting);
  if (result.status != ForwardStatus::kPosted) key.is_stopped = true;
  results_.push_back(std::move(result));
  key.postings.pop_front();
  --key.taken;
  --held_;
}

/// When nothing of the key is under way any more: the next of it may come, or everything behind a failure is given back.
void ForwardPlan::let_go(const std::string& name) {
  const auto found = keys_.find(name);
  if (found == keys_.end() || found->second.taken > 0) return;
  Key& key = found->second;
  if (key.is_stopped) {
    while (!key.postings.empty()) {
      give_back(key.postings.back());
      key.postings.pop_back();
      --waiting_;
      --held_;
    }
  }
  if (key.postings.empty()) keys_.erase(found);
  else turn_.push_back(name);
}

void ForwardPlan::give_back(const ClaimedPosting& posting) {
  if (!posting.look_up) results_.push_back(result_of(posting));  // one to be looked up was never recorded as anything else
}

void ForwardPlan::give_back_rest(Job& job) {
  job.rest.push_back(std::move(job.postings));
  for (Part& part : job.rest)
    for (const ClaimedPosting* posting : part) keys_.at(posting->ordering_key).is_stopped = true;
  std::set<std::string> touched;
  while (!job.rest.empty()) {
    for (const ClaimedPosting* posting : job.rest.back()) {
      Key& key = keys_.at(posting->ordering_key);
      touched.insert(posting->ordering_key);
      give_back(*posting);
      key.postings.pop_front();
      --key.taken;
      --held_;
    }
    job.rest.pop_back();
  }
  for (const std::string& name : touched) let_go(name);
}

void ForwardPlan::release_waiting() {
  were_many_ = false;  // given back, not worked off
  while (!continued_.empty()) {
    Job job = std::move(continued_.front());
    continued_.pop_front();
    give_back_rest(job);
  }
  turn_.clear();
  for (auto entry = keys_.begin(); entry != keys_.end();) {
    Key& key = entry->second;
    while (key.postings.size() > key.taken) {
      give_back(key.postings.back());
      key.postings.pop_back();
      --waiting_;
      --held_;
    }
    entry = key.postings.empty() ? keys_.erase(entry) : std::next(entry);
  }
}

std::set<std::string> ForwardPlan::held_keys() const {
  std::set<std::string> keys;
  for (const auto& [name, key] : keys_) keys.insert(keys.end(), name);
  return keys;
}

std::vector<ForwardResult> ForwardPlan::take_results() { return std::exchange(results_, {}); }

}  // namespace tillsync::hub
