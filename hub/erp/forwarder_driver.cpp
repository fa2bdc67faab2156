#include "hub/erp/forwarder_driver.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "common/log/log.h"
#include "hub/erp/breaker_store.h"
#include "hub/erp/erp_request.h"
#include "hub/masterdata/erp_items.h"

namespace tillsync::hub {
namespace {

constexpr Duration kWriterRetry = seconds(1);  // when the writer refused a task (a full disk)
constexpr std::int64_t kLookShare = 4;         // a look is followed by at least so many times its length without one

ForwardOptions plan_options(const ForwarderOptions& options) {
  ForwardOptions plan;
  plan.concurrency = options.concurrency != 0 ? options.concurrency : options.connector.concurrency;
  plan.postings_max = options.connector.postings_max;
  plan.settle = options.connector.settle;
  plan.retry = options.retry;
  plan.retry.cap = std::min(plan.retry.cap, options.connector.backoff_max);
  plan.breaker = options.breaker;
  return plan;
}

/// options must stay where it is.
TalkOptions talk_options(const ForwarderOptions& options, sql::Connection& reader) {
  TalkOptions talk;
  talk.connector = &options.connector;
  talk.url = options.url;
  talk.hub_id = options.hub_id;
  talk.settings = options.settings;
  talk.programs = options.programs.get();
  talk.items = [&reader](const std::vector<Sku>& skus) { return read_erp_items(reader, skus); };
  talk.collisions = [&reader](const std::vector<Sku>& skus) { return find_item_collisions(reader, skus); };
  talk.now = options.now;
  talk.monotonic = options.monotonic;
  return talk;
}

}  // namespace

ForwarderDriver::ForwarderDriver(WriterPort& writer, sql::Connection& reader, ForwarderOptions options, Metrics* metrics,
                                 ErpClient& client, std::function<void(std::function<void()>)> post)
    : writer_(writer),
      reader_(reader),
      options_(std::move(options)),
      client_(client),
      post_(std::move(post)),
      plan_(plan_options(options_)),
      talks_(talk_options(options_, reader_), client_, metrics),
      random_(options_.random_seed) {}

void ForwarderDriver::step() {
  if (!step_recovery()) return;
  restore_breaker();
  step_record();
  step_claim();
  step_send();
  keep_breaker();
}

/// A restart does not begin by hammering an ERP that is down.
void ForwarderDriver::restore_breaker() {
  if (std::exchange(is_restored_, true)) return;
  const auto stored = load_breaker(reader_, options_.connector.name);
  if (!stored) return log::write(log::Level::kWarning, "the breaker's state cannot be read", stored.error());
  if (!*stored || (*stored)->state != BreakerState::kStopped) return;
  // A wall clock that was set back must not keep it stopped for longer than its pause.
  const Duration wait = std::clamp((*stored)->probe_at - options_.now(), Duration{}, (*stored)->pause);
  kept_probe_at_ = options_.monotonic() + wait;
  plan_.breaker().stop_until(kept_probe_at_, (*stored)->pause, (*stored)->failures);
  last_error_ = (*stored)->last_error;
}

void ForwarderDriver::keep_breaker() {
  const Breaker& breaker = plan_.breaker();
  const bool is_flowing = breaker.state() == BreakerState::kFlowing;
  const Duration probe_at = is_flowing ? Duration{} : breaker.probe_at();
  if (is_keeping_ || probe_at == kept_probe_at_) return;
  StoredBreaker stored;
  stored.state = is_flowing ? BreakerState::kFlowing : BreakerState::kStopped;
  stored.failures = breaker.failures();
  stored.pause = breaker.pause();
  if (!is_flowing) stored.probe_at = options_.now() + (probe_at - options_.monotonic());
  stored.last_error = last_error_;
  is_keeping_ = submit("keep the breaker's state",
                       [name = options_.connector.name, stored](sql::Connection& connection, Instant now) { return store_breaker(connection, name, stored, now); },
                       [this](const Result<void>&) { is_keeping_ = false; });  // one that failed is made good by the next change
  if (is_keeping_) kept_probe_at_ = probe_at;
}

/// True once what the last run left behind has been recorded as unknown.
bool ForwarderDriver::step_recovery() {
  if (is_recovered_ || is_recovering_ || options_.monotonic() < recover_again_at_) return is_recovered_;
  is_recovering_ = submit("recover postings", [settle = options_.connector.settle](sql::Connection& connection, Instant now) { return PostingQueue::recover(connection, now, settle); },
                          [this](const Result<void>& recovered) {
                            is_recovering_ = false;
                            is_recovered_ = recovered.has_value();
                            recover_again_at_ = options_.monotonic() + kWriterRetry;
                            if (!is_recovered_) log::write(log::Level::kError, "postings cannot be recovered", recovered.error());
                          });
  if (!is_recovering_) recover_again_at_ = options_.monotonic() + kWriterRetry;
  return is_recovered_;
}

void ForwarderDriver::take_recorded(const Result<void>& recorded) {
  is_recording_ = false;
  if (recorded) {
    recording_.clear();
    looks_due_ = true;  // the keys of these postings may go on
    return;
  }
  log::write(log::Level::kError, "results of postings cannot be stored", recorded.error());
  record_again_at_ = options_.monotonic() + kWriterRetry;
  std::ranges::move(pending_, std::back_inserter(recording_));
  pending_ = std::exchange(recording_, {});
}

void ForwarderDriver::take_claimed(const Result<std::vector<std::int64_t>>& posting_nos) {
  is_claiming_ = false;
  const std::vector<ClaimedPosting> claimed = std::exchange(claiming_, {});
  if (!posting_nos) {
    log::write(log::Level::kError, "postings cannot be claimed", posting_nos.error());
    look_again_at_ = options_.monotonic() + kWriterRetry;
    return;
  }
  const std::unordered_set<std::int64_t> still(posting_nos->begin(), posting_nos->end());
  std::vector<ClaimedPosting> kept;
  std::ranges::copy_if(claimed, std::back_inserter(kept), [&](const ClaimedPosting& posting) { return still.contains(posting.posting_no); });
  plan_.claimed(std::move(kept));
}

void ForwarderDriver::step_record() {
  std::ranges::move(plan_.take_results(), std::back_inserter(pending_));
  if (is_recording_ || pending_.empty() || options_.monotonic() < record_again_at_) return;
  recording_ = std::exchange(pending_, {});
  auto results = std::make_shared<const std::vector<ForwardResult>>(recording_);
  is_recording_ = submit("record posting results",
                         [results](sql::Connection& connection, Instant now) { return PostingQueue::record(connection, *results, now); },
                         [this](const Result<void>& recorded) { take_recorded(recorded); });
  if (is_recording_) return;
  pending_ = std::exchange(recording_, {});
  record_again_at_ = options_.monotonic() + kWriterRetry;
}

void ForwarderDriver::step_claim() {
  const Duration now = options_.monotonic();
  if (is_claiming_ || now < next_look(now)) return;
  const std::size_t room = plan_.room(now);
  looks_due_ = false;
  look_again_at_ = now + options_.idle_poll;
  auto due = queue_.due(reader_, options_.now(), room, busy_keys());
  const Duration after = options_.monotonic();
  look_not_before_ = after + Duration{kLookShare * (after - now).micros};
  if (!due) {
    log::write(log::Level::kError, "due postings cannot be read", due.error());
    return;
  }
  if (due->next_due) {
    const Duration wait = *due->next_due - options_.now();
    look_again_at_ = std::min(look_again_at_, now + std::max(wait, milliseconds(1)));
  }
  if (!due->postings.empty()) submit_claim(std::move(due->postings));
}

void ForwarderDriver::submit_claim(std::vector<ClaimedPosting> postings) {
  claiming_ = std::move(postings);
  auto wanted = std::make_shared<const std::vector<ClaimedPosting>>(claiming_);
  auto claimed = std::make_shared<std::vector<std::int64_t>>();
  is_claiming_ = submit(
      "claim postings",
      [wanted, claimed](sql::Connection& connection, Instant now) -> Result<void> {
        TS_ASSIGN_OR_RETURN(*claimed, PostingQueue::claim(connection, *wanted, now));
        return {};
      },
      [this, claimed](const Result<void>& outcome) {
        take_claimed(outcome ? Result<std::vector<std::int64_t>>(*claimed) : std::unexpected(outcome.error()));
      });
  if (!is_claiming_) claiming_.clear();
}

/// Keys that are not to be claimed from: postings of theirs are held, or have results that are not durable yet.
std::set<std::string> ForwarderDriver::busy_keys() const {
  std::set<std::string> keys = plan_.held_keys();
  for (const auto* results : {&pending_, &recording_}) {
    for (const ForwardResult& result : *results) keys.insert(result.ordering_key);
  }
  return keys;
}

/// When the queue is worth a look: something may be due, and enough of what was claimed has gone.
Duration ForwarderDriver::next_look(Duration now) {
  const bool is_probe = plan_.breaker().state() == BreakerState::kProbing;
  const bool has_room = plan_.room(now) > 0 && (is_probe || plan_.is_low());
  if (!has_room) return now + options_.idle_poll;
  return std::max(looks_due_ ? now : look_again_at_, look_not_before_);
}

void ForwarderDriver::step_send() {
  talks_.step();
  do {  // what ends at once (a posting that cannot be sent) may let others go
    take_ended();
    for (ForwardJob& job : plan_.next_jobs(options_.monotonic())) talks_.start(std::move(job));
  } while (talks_.has_ended());
}

void ForwarderDriver::take_answers(std::vector<std::pair<std::uint64_t, ErpAnswer>> answers) {
  talks_.take_answers(std::move(answers));
  take_ended();
}

void ForwarderDriver::take_ended() {
  for (const JobEnd& ended : talks_.take_ended()) {
    if (ended.is_split) {
      plan_.split(ended.job_no);
      continue;
    }
    const auto failed = std::ranges::find_if_not(ended.outcomes, &Outcome::is_answered);
    last_error_ = failed == ended.outcomes.end() ? "" : failed->code + ": " + failed->text;
    plan_.finished(ended.job_no, ended.outcomes, options_.monotonic(), options_.now(), random_.next());
  }
}

/// How long there is nothing to do but to wait for answers and mail, both of which end the wait by themselves.
Duration ForwarderDriver::patience() {
  const Duration now = options_.monotonic();
  if (!is_recovered_) return is_recovering_ ? options_.idle_poll : std::max(recover_again_at_ - now, Duration{});
  if (plan_.has_results()) return {};
  Duration until = now + options_.idle_poll;
  if (plan_.breaker().state() == BreakerState::kStopped) {
    until = std::min(until, plan_.breaker().probe_at());
  } else if (!is_claiming_) {
    until = std::min(until, next_look(now));
  }
  if (const auto due = talks_.due_at()) until = std::min(until, *due);
  if (!pending_.empty() && !is_recording_) until = std::min(until, record_again_at_);
  return std::max(until - now, Duration{});
}

bool ForwarderDriver::finish() {
  plan_.release_waiting();
  step_record();
  return client_.in_flight() == 0 && pending_.empty() && !is_recording_ && !is_claiming_;
}

bool ForwarderDriver::submit(std::string name, Apply apply, std::function<void(const Result<void>&)> done) {
  Task task{.name = std::move(name), .apply = std::move(apply), .done = [post = post_, done = std::move(done)](const Result<void>& result) {
              post([done, result] { done(result); });
            }};
  return writer_.submit(Priority::kRequest, std::move(task)).has_value();
}

}  // namespace tillsync::hub
