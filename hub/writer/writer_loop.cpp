#include "hub/writer/writer_loop.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "common/base/os.h"
#include "common/log/log.h"

namespace tillsync::hub {
namespace {

/// Incomplete checkpoints in a row until the writer finishes one itself: a log that is written on all the time is never
/// empty, and grows.
constexpr int kIncompleteCheckpointsMax = 3;
/// What a document is taken to cost until it was measured.
constexpr std::int64_t kDocumentMicrosGuess = 15;
/// Weight of the newest measurement: 1 / kCostMemory.
constexpr std::int64_t kCostMemory = 8;
/// While nobody asks for anything, a bulk group works at least this many times as long as its commit takes.
constexpr std::int64_t kWorkPerCommit = 4;
/// So long after a request, another may come, and bulk groups stay small for it.
constexpr Duration kRequestMemory = seconds(1);
constexpr std::int64_t kNanosPerMicro = 1'000;
/// After what stages do on their own has failed.
constexpr Duration kDueRetry = milliseconds(200);

std::size_t documents_in(const Command& command) {
  const auto* commit = std::get_if<CommitDocuments>(&command);
  return commit == nullptr ? 0 : commit->documents.size();
}

std::chrono::microseconds to_chrono(Duration duration) { return std::chrono::microseconds(duration.micros); }

class ThreadedWriter final : public WriterLoop {
 public:
  ThreadedWriter(std::unique_ptr<sql::Connection> connection, std::unique_ptr<sql::Connection> checkpoint_connection,
                 std::vector<std::unique_ptr<Stage>> stages, WriterOptions options)
      : connection_(std::move(connection)),
        checkpoint_connection_(std::move(checkpoint_connection)),
        stages_(std::move(stages)),
        options_(std::move(options)),
        core_(*connection_, stages_, &os::monotonic) {
    if (!options_.now) options_.now = &os::now;
  }
  ~ThreadedWriter() override { stop_threads(); }

  Result<void> start_threads() {
    TS_RETURN_IF_ERROR(core_.start());
    writer_ = std::thread([this] { write_until_stopped(); });
    checkpointer_ = std::thread([this] { checkpoint_until_stopped(); });
    return {};
  }

  Result<void> submit(Priority priority, Command command) override {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return fail(ErrorCode::kShuttingDown, "submit to the writer", "the hub is shutting down");
      if (priority == Priority::kBulk && bulk_.size() >= options_.bulk_queue_max)
        return fail(ErrorCode::kUnavailable, "submit to the writer",
                    std::to_string(bulk_.size()) + " bulk commands wait already", "try again when one is done");
      (priority == Priority::kRequest ? requests_ : bulk_).push_back(std::move(command));
    }
    wake_writer_.notify_one();
    return {};
  }

  std::size_t bulk_waiting() const override {
    const std::lock_guard lock(mutex_);
    return bulk_.size();
  }

  void stop() override { stop_threads(); }

  WriterCounters counters() const override {
    const std::lock_guard lock(mutex_);
    return counters_;
  }
  std::optional<Error> trouble() const override {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

 private:
  void write_until_stopped() {
    while (true) {
      std::vector<Command> group;
      {
        std::unique_lock lock(mutex_);
        const auto is_called = [this] { return stopping_ || !requests_.empty() || !bulk_.empty(); };
        const bool must_probe = trouble_ && options_.probe;
        const std::optional<Duration> patience = must_probe ? options_.probe_delay : stage_due_in();
        if (patience)
          wake_writer_.wait_for(lock, to_chrono(*patience), is_called);
        else
          wake_writer_.wait(lock, is_called);
        if (!requests_.empty() || !bulk_.empty())
          group = take_group();
        else if (stopping_)
          return;
        else if (must_probe)
          group.emplace_back(Task{"probe", options_.probe, {}, false});
      }
      if (group.empty())
        run_due();
      else
        run(std::move(group));
      if (finish_checkpoint_.exchange(false)) {
        if (auto left = connection_->checkpoint(); !left) log::write(log::Level::kWarning, "checkpoint failed", left.error());
      }
    }
  }

  /// Requests are committed on their own, without bulk work beside them; a bulk group follows each, so that neither starves.
  std::vector<Command> take_group() {
    const bool takes_requests = !requests_.empty() && (bulk_.empty() || !took_requests_);
    took_requests_ = takes_requests;
    if (takes_requests) last_request_ = os::monotonic();
    std::deque<Command>& queue = takes_requests ? requests_ : bulk_;
    const std::size_t documents_max = takes_requests ? options_.group_documents_max : bulk_documents_max();
    std::vector<Command> group;
    std::size_t documents = 0;
    while (!queue.empty() && group.size() < options_.group_commands_max) {
      const std::size_t more = documents_in(queue.front());
      if (!group.empty() && documents + more > documents_max) break;
      documents += more;
      group.push_back(std::move(queue.front()));
      queue.pop_front();
    }
    return group;
  }

  std::size_t bulk_documents_max() const {
    // On a slow disk the box grows with the time of a commit, or most of the time would go into commits.
    const bool may_be_large = !last_request_ || os::monotonic() - *last_request_ > kRequestMemory;
    const std::int64_t box = std::max(options_.group_time.micros, may_be_large ? kWorkPerCommit * commit_micros_ : 0);
    const std::int64_t fitting = box * kNanosPerMicro / std::max<std::int64_t>(1, document_nanos_);
    return static_cast<std::size_t>(std::clamp<std::int64_t>(fitting, 1, static_cast<std::int64_t>(options_.group_documents_max)));
  }

  void run(std::vector<Command> group) {
    std::size_t documents = 0;
    for (const Command& command : group) documents += documents_in(command);
    const std::uint64_t failures_before = core_.counters().failures;
    const Duration started = os::monotonic();
    core_.run_group(std::move(group), options_.now());
    const Duration commit = core_.last_commit();
    commit_micros_ += (commit.micros - commit_micros_) / kCostMemory;
    const std::int64_t nanos = (os::monotonic() - started - commit).micros * kNanosPerMicro;
    if (documents > 0)
      document_nanos_ += (nanos / static_cast<std::int64_t>(documents) - document_nanos_) / kCostMemory;
    if (core_.counters().failures != failures_before)
      log::warning("commands were not committed",
                   {{"count", static_cast<std::int64_t>(core_.counters().failures - failures_before)}});
    note_progress(documents);
  }

  /// Each group of documents and requests does what is due as well, so that this matters only while nothing comes.
  std::optional<Duration> stage_due_in() {
    const auto due = core_.due_in();
    if (!due) return std::nullopt;
    const Duration until_retry = due_failed_at_ ? *due_failed_at_ + kDueRetry - os::monotonic() : Duration{0};
    return std::max({*due, until_retry, Duration{0}});
  }

  void run_due() {
    due_failed_at_.reset();
    if (const auto ran = core_.run_due(options_.now()); !ran) {
      due_failed_at_ = os::monotonic();
      log::write(log::Level::kWarning, "what was due is not done", ran.error());
    }
    note_progress(0);
  }

  void note_progress(std::size_t documents) {
    const std::lock_guard lock(mutex_);
    counters_ = core_.counters();
    trouble_ = core_.trouble();
    const bool was_clean = unsaved_ == 0;
    unsaved_ += documents + 1;
    if (was_clean || unsaved_ >= options_.checkpoint_documents) wake_checkpointer_.notify_one();
  }

  void checkpoint_until_stopped() {
    int incomplete = 0;
    std::unique_lock lock(mutex_);
    while (true) {
      wake_checkpointer_.wait(lock, [this] { return written_all_ || unsaved_ > 0; });
      wake_checkpointer_.wait_for(lock, to_chrono(options_.checkpoint_delay),
                                  [this] { return written_all_ || unsaved_ >= options_.checkpoint_documents; });
      const bool is_last = written_all_;
      if (unsaved_ > 0) {
        unsaved_ = 0;
        lock.unlock();
        auto left = checkpoint_connection_->checkpoint();
        if (!left) log::write(log::Level::kWarning, "checkpoint failed", left.error());
        incomplete = left && *left == 0 ? 0 : incomplete + 1;
        if (incomplete >= kIncompleteCheckpointsMax) {
          incomplete = 0;
          finish_checkpoint_ = true;
        }
        lock.lock();
      }
      if (is_last) return;
    }
  }

  void stop_threads() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_writer_.notify_one();
    if (writer_.joinable()) writer_.join();
    {
      const std::lock_guard lock(mutex_);
      written_all_ = true;
    }
    wake_checkpointer_.notify_one();
    if (checkpointer_.joinable()) checkpointer_.join();
  }

  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<sql::Connection> checkpoint_connection_;
  std::vector<std::unique_ptr<Stage>> stages_;
  WriterOptions options_;
  WriterCore core_;                                      // writer thread
  std::int64_t document_nanos_ = kDocumentMicrosGuess * kNanosPerMicro;  // writer thread: measured, smoothed
  std::int64_t commit_micros_ = 0;                       // writer thread: the same of commits
  bool took_requests_ = false;                           // writer thread
  std::optional<Duration> last_request_;                 // writer thread: when one was taken
  std::optional<Duration> due_failed_at_;                // writer thread: when what was due could not be done

  mutable std::mutex mutex_;                             // guards what follows
  std::condition_variable wake_writer_, wake_checkpointer_;
  std::deque<Command> requests_, bulk_;
  WriterCounters counters_;
  std::optional<Error> trouble_;
  std::size_t unsaved_ = 0;                              // documents and groups since the last checkpoint
  bool stopping_ = false, written_all_ = false;
  std::atomic<bool> finish_checkpoint_ = false;
  std::thread writer_, checkpointer_;
};

}  // namespace

Result<std::unique_ptr<WriterLoop>> WriterLoop::start(std::unique_ptr<sql::Connection> connection,
                                                      std::unique_ptr<sql::Connection> checkpoint_connection,
                                                      std::vector<std::unique_ptr<Stage>> stages, WriterOptions options) {
  auto writer = std::make_unique<ThreadedWriter>(std::move(connection), std::move(checkpoint_connection), std::move(stages),
                                                 std::move(options));
  TS_RETURN_IF_ERROR(writer->start_threads());
  return writer;
}

}  // namespace tillsync::hub
