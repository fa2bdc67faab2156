#include "hub/erp/forwarder_loop.h"

#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "hub/erp/erp_client.h"
#include "hub/erp/erp_request.h"
#include "hub/erp/posting_queue.h"

namespace tillsync::hub {
namespace {

constexpr Duration kWriterRetry = seconds(1);  // when the writer refused a task (a full disk)
constexpr std::size_t kLookFromHeld = 256;     // claimed postings; below it the queue is asked for more
constexpr std::int64_t kLookShare = 4;         // a look is followed by at least so many times its length without one

std::string_view name_of(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::kPosted: return "posted";
    case OutcomeKind::kRefused: return "refused";
    case OutcomeKind::kTransient: return "transient";
    case OutcomeKind::kUnknown: return "unknown";
    case OutcomeKind::kAbsent: return "absent";
  }
  return "unknown";
}

/// What the writer's thread reports back, under a lock.
struct Mailbox {
  std::mutex mutex;
  std::optional<Result<std::vector<std::int64_t>>> claimed;
  std::optional<Result<void>> recorded;
  std::optional<Result<void>> recovered;
  std::function<void()> wakeup;

  template <class Slot, class Value>
  void put(Slot Mailbox::*slot, Value value) {
    const std::lock_guard lock(mutex);
    this->*slot = std::move(value);
    if (wakeup) wakeup();
  }
  template <class Slot>
  Slot take(Slot Mailbox::*slot) {
    const std::lock_guard lock(mutex);
    return std::exchange(this->*slot, Slot());
  }
};

class Forwarder : public ForwarderLoop {
 public:
  Forwarder(WriterPort& writer, std::unique_ptr<sql::Connection> reader, ForwarderOptions options, Metrics* metrics,
            std::unique_ptr<ErpClient> client)
      : writer_(writer),
        reader_(std::move(reader)),
        options_(std::move(options)),
        metrics_(metrics),
        client_(std::move(client)),
        plan_(plan_options(options_)),
        mailbox_(std::make_shared<Mailbox>()) {
    if (!options_.now) options_.now = [] { return os::now(); };
    const Bytes seed = random_bytes(sizeof(std::uint64_t));
    std::uint64_t value = 0;
    std::memcpy(&value, seed.data(), sizeof value);
    random_.seed(value);
    mailbox_->wakeup = [this] { client_->wakeup(); };
    thread_ = std::thread([this] { run(); });
  }

  ~Forwarder() override { stop(); }

  void notify() override {
    if (!notified_.exchange(true)) client_->wakeup();
  }

  void stop() override {
    stopping_ = true;
    client_->wakeup();
    if (thread_.joinable()) thread_.join();
    // A task may still report after us; it must not wake a client that is gone.
    const std::lock_guard lock(mailbox_->mutex);
    mailbox_->wakeup = nullptr;
  }

  ForwarderState state() const override {
    const std::lock_guard lock(state_mutex_);
    return state_;
  }

 private:
  static ForwardOptions plan_options(const ForwarderOptions& options) {
    ForwardOptions plan;
    plan.concurrency = options.concurrency != 0 ? options.concurrency : options.connector.concurrency;
    plan.retry = options.retry;
    plan.breaker = options.breaker;
    return plan;
  }

  void run() {
    while (!stopping_) {
      if (!step_recovery()) continue;
      step_mail();
      step_record();
      step_claim();
      step_send();
      publish_state();
      take_answers(client_->wait(patience()));
    }
    finish();
  }

  /// True once what the last run left behind has been recorded as unknown.
  bool step_recovery() {
    if (is_recovered_) return true;
    if (!is_recovering_) {
      is_recovering_ = submit("recover postings", &Mailbox::recovered,
                              [](sql::Connection& connection, Instant now) { return PostingQueue::recover(connection, now); });
    } else if (auto recovered = mailbox_->take(&Mailbox::recovered)) {
      is_recovering_ = false;
      is_recovered_ = recovered->has_value();
      if (!is_recovered_) log::write(log::Level::kError, "postings cannot be recovered", recovered->error());
      if (is_recovered_) return true;
    }
    (void)client_->wait(is_recovering_ ? options_.idle_poll : kWriterRetry);
    return false;
  }

  void step_mail() {
    if (auto recorded = mailbox_->take(&Mailbox::recorded)) {
      if (*recorded) {
        recording_.clear();
        is_recording_ = false;
        looks_due_ = true;  // the keys of these postings may go on
      } else {
        log::write(log::Level::kError, "results of postings cannot be stored", recorded->error());
        record_again_at_ = os::monotonic() + kWriterRetry;
        std::ranges::move(pending_, std::back_inserter(recording_));
        pending_ = std::exchange(recording_, {});
        is_recording_ = false;
      }
    }
    if (auto claimed = mailbox_->take(&Mailbox::claimed)) {
      is_claiming_ = false;
      if (*claimed) {
        take_claimed(**claimed);
      } else {
        log::write(log::Level::kError, "postings cannot be claimed", claimed->error());
        look_again_at_ = os::monotonic() + kWriterRetry;
      }
      claiming_.clear();
    }
  }

  void take_claimed(const std::vector<std::int64_t>& posting_nos) {
    const std::unordered_set<std::int64_t> still(posting_nos.begin(), posting_nos.end());
    std::vector<ClaimedPosting> kept;
    for (ClaimedPosting& posting : claiming_) {
      if (still.contains(posting.posting_no)) kept.push_back(std::move(posting));
    }
    plan_.claimed(std::move(kept));
  }

  void step_record() {
    std::ranges::move(plan_.take_results(), std::back_inserter(pending_));
    if (is_recording_ || pending_.empty() || os::monotonic() < record_again_at_) return;
    recording_ = std::exchange(pending_, {});
    auto results = std::make_shared<const std::vector<ForwardResult>>(recording_);
    is_recording_ = submit("record posting results", &Mailbox::recorded,
                           [results](sql::Connection& connection, Instant now) { return PostingQueue::record(connection, *results, now); });
    if (is_recording_) return;
    pending_ = std::exchange(recording_, {});
    record_again_at_ = os::monotonic() + kWriterRetry;
  }

  void step_claim() {
    const Duration now = os::monotonic();
    if (notified_.exchange(false)) looks_due_ = true;
    if (is_claiming_ || now < next_look(now)) return;
    const std::size_t room = plan_.room(now);
    looks_due_ = false;
    look_again_at_ = now + options_.idle_poll;
    auto due = queue_.due(*reader_, options_.now(), room, busy_keys());
    const Duration after = os::monotonic();
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

  void submit_claim(std::vector<ClaimedPosting> postings) {
    claiming_ = std::move(postings);
    auto wanted = std::make_shared<const std::vector<ClaimedPosting>>(claiming_);
    auto claimed = std::make_shared<std::vector<std::int64_t>>();
    Task task{.name = "claim postings",
              .apply = [wanted, claimed](sql::Connection& connection, Instant now) -> Result<void> {
                TS_ASSIGN_OR_RETURN(*claimed, PostingQueue::claim(connection, *wanted, now));
                return {};
              },
              .done = [mailbox = mailbox_, claimed](Result<void> result) {
                using Claimed = Result<std::vector<std::int64_t>>;
                mailbox->put(&Mailbox::claimed, std::optional<Claimed>(result ? Claimed(std::move(*claimed))
                                                                              : Claimed(std::unexpected(result.error()))));
              }};
    is_claiming_ = writer_.submit(Priority::kRequest, std::move(task)).has_value();
    if (!is_claiming_) claiming_.clear();
  }

  /// Keys that are not to be claimed from: postings of theirs are held, or have results that are not durable yet.
  std::set<std::string> busy_keys() const {
    std::set<std::string> keys = plan_.held_keys();
    for (const auto* results : {&pending_, &recording_}) {
      for (const ForwardResult& result : *results) keys.insert(result.ordering_key);
    }
    return keys;
  }

  /// When the queue is worth a look: something may be due, and enough of what was claimed has gone.
  Duration next_look(Duration now) {
    const bool is_probe = plan_.breaker().state() == BreakerState::kProbing;
    const bool has_room = plan_.room(now) > 0 && (is_probe || plan_.in_flight() + plan_.waiting() <= kLookFromHeld);
    if (!has_room) return now + options_.idle_poll;
    return std::max(looks_due_ ? now : look_again_at_, look_not_before_);
  }

  void step_send() {
    for (const ForwardAction& action : plan_.next_actions(os::monotonic())) {
      const ClaimedPosting& posting = *action.posting;
      Result<ErpCall> call = action.look_up ? look_up_call(options_.connector, options_.url, posting)
                                            : create_call(options_.connector, options_.url, posting);
      Result<void> started = call ? client_->start(std::move(*call)) : Result<void>(std::unexpected(call.error()));
      if (started) {
        sent_[posting.posting_no] = {action.look_up, os::monotonic()};
        continue;
      }
      // The posting itself cannot be sent, now or later; the next of its key must not pass it.
      Outcome outcome;
      outcome.kind = OutcomeKind::kRefused;
      outcome.code = "cannot_be_sent";
      outcome.text = to_string(started.error());
      plan_.finished(posting.posting_no, outcome, os::monotonic(), options_.now(), random_());
    }
  }

  void take_answers(std::vector<std::pair<std::uint64_t, ErpAnswer>> answers) {
    const Duration now = os::monotonic();
    for (auto& [tag, answer] : answers) {
      const auto posting_no = static_cast<std::int64_t>(tag);
      const auto sent = sent_.find(posting_no);
      TS_CHECK(sent != sent_.end());
      const Outcome outcome = sent->second.look_up ? classify_look_up(options_.connector, answer) : classify_create(options_.connector, answer);
      if (metrics_ != nullptr) metrics_->count_erp_answer(name_of(outcome.kind), now - sent->second.at);
      sent_.erase(sent);
      note(outcome);
      plan_.finished(posting_no, outcome, now, options_.now(), random_());
    }
  }

  void note(const Outcome& outcome) {
    const std::lock_guard lock(state_mutex_);
    state_.last_error = outcome.is_answered() ? "" : outcome.code + ": " + outcome.text;
  }

  void publish_state() {
    const std::lock_guard lock(state_mutex_);
    if (state_.breaker != plan_.breaker().state()) {
      log::info("breaker of the ERP connection", {{"state", to_string(plan_.breaker().state())}, {"last_error", state_.last_error}});
    }
    state_.breaker = plan_.breaker().state();
    state_.in_flight = plan_.in_flight();
  }

  /// How long there is nothing to do but to wait for answers and mail, both of which end the wait by themselves.
  Duration patience() {
    const Duration now = os::monotonic();
    if (plan_.has_results()) return {};
    Duration until = now + options_.idle_poll;
    if (plan_.breaker().state() == BreakerState::kStopped) {
      until = std::min(until, plan_.breaker().probe_at());
    } else if (!is_claiming_) {
      until = std::min(until, next_look(now));
    }
    if (!pending_.empty() && !is_recording_) until = std::min(until, record_again_at_);
    return std::max(until - now, Duration{});
  }

  /// The end: nothing new goes out; what is not answered in time stays recorded as being sent, and is looked up after the start.
  void finish() {
    plan_.release_waiting();
    const Duration end = os::monotonic() + options_.stop_wait;
    while (os::monotonic() < end) {
      step_mail();
      plan_.release_waiting();  // of a claim that came in just now
      step_record();
      const bool is_done = client_->in_flight() == 0 && pending_.empty() && !is_recording_ && !is_claiming_;
      if (is_done) return;
      take_answers(client_->wait(std::min(milliseconds(50), end - os::monotonic())));
    }
  }

  bool submit(std::string name, std::optional<Result<void>> Mailbox::*slot,
              std::function<Result<void>(sql::Connection&, Instant)> apply) {
    Task task{.name = std::move(name), .apply = std::move(apply), .done = [mailbox = mailbox_, slot](Result<void> result) {
                mailbox->put(slot, std::optional<Result<void>>(std::move(result)));
              }};
    return writer_.submit(Priority::kRequest, std::move(task)).has_value();
  }

  struct Sent {
    bool look_up = false;
    Duration at;
  };

  WriterPort& writer_;
  std::unique_ptr<sql::Connection> reader_;
  PostingQueue queue_;
  ForwarderOptions options_;
  Metrics* metrics_;
  std::unique_ptr<ErpClient> client_;
  ForwardPlan plan_;
  std::shared_ptr<Mailbox> mailbox_;
  std::mt19937_64 random_;
  std::unordered_map<std::int64_t, Sent> sent_;
  std::vector<ForwardResult> pending_, recording_;
  std::vector<ClaimedPosting> claiming_;
  bool is_recovered_ = false, is_recovering_ = false, is_recording_ = false, is_claiming_ = false, looks_due_ = true;
  Duration look_again_at_, look_not_before_, record_again_at_;
  std::atomic<bool> notified_ = false, stopping_ = false;
  mutable std::mutex state_mutex_;
  ForwarderState state_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ForwarderLoop>> ForwarderLoop::start(WriterPort& writer, std::unique_ptr<sql::Connection> reader,
                                                            ForwarderOptions options, Metrics* metrics) {
  if (!options.url.starts_with("http://") && !options.url.starts_with("https://")) {
    return fail(ErrorCode::kInvalid, "start the ERP connection", "'" + options.url + "' is no http or https address", "correct erp.url");
  }
  ErpClientOptions client;
  client.connect_timeout = options.connector.connect_timeout;
  client.timeout = options.connector.timeout;
  client.answer_bytes_max = options.connector.answer_bytes_max;
  client.connections_max = options.concurrency != 0 ? options.concurrency : options.connector.concurrency;
  TS_ASSIGN_OR_RETURN(auto erp, ErpClient::make(client));
  return std::make_unique<Forwarder>(writer, std::move(reader), std::move(options), metrics, std::move(erp));
}

}  // namespace tillsync::hub
