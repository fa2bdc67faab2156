#include "agent/ingest/ingest_loop.h"

#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/log/log.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::int64_t kWriterCacheKib = 1'024;
constexpr std::int64_t kCheckpointCacheKib = 64;
constexpr std::int64_t kPagesPerGroup = 3;            // ends of tables, state
constexpr std::int64_t kDocumentsPerPage = 4;
constexpr std::int64_t kPrunePauseS = 3'600;          // when nothing old was left
constexpr std::int64_t kPruneBitePauseMs = 50;
constexpr std::int64_t kHeldAnswersMs = 5;
constexpr std::int64_t kLeaseLookS = 60;
constexpr std::int64_t kFarewellMs = 100;             // for answers to leave the ZeroMQ door

const Error kStopping{ErrorCode::kShuttingDown, "write", "the agent is shutting down", ""};
const Error kOverloaded{ErrorCode::kUnavailable, "write", "too many requests wait", ""};

/// Two functions as a member.
class CallMember final : public GroupMember {
 public:
  CallMember(std::function<Result<void>(Outbox&, Inbox&)> write, std::function<void(const Result<void>&)> finish)
      : write_(std::move(write)), finish_(std::move(finish)) {}
  Result<void> write(Outbox& outbox, Inbox& inbox) override { return write_(outbox, inbox); }
  void finish(const Result<void>& outcome) override {
    if (finish_) finish_(outcome);
  }

 private:
  std::function<Result<void>(Outbox&, Inbox&)> write_;
  std::function<void(const Result<void>&)> finish_;
};

Result<std::unique_ptr<sql::Connection>> open_writer(const std::filesystem::path& path, std::int64_t cache_kib) {
  sql::SqliteOptions options;
  options.path = path;
  options.cache_kib = cache_kib;
  options.automatic_checkpoint = false;
  return sql::open_sqlite(options);
}

}  // namespace

Result<std::unique_ptr<IngestLoop>> IngestLoop::open(IngestLoopOptions options) {
  TS_RETURN_IF_ERROR(os::make_private_folder(options.folder));
  std::unique_ptr<IngestLoop> loop(new IngestLoop(std::move(options)));
  TS_ASSIGN_OR_RETURN(loop->refused_, RefusedStore::open(loop->options_.folder / "refused"));
  TS_ASSIGN_OR_RETURN(loop->connection_, open_writer(loop->database(), kWriterCacheKib));
  TS_ASSIGN_OR_RETURN(loop->outbox_, Outbox::open(*loop->connection_));
  TS_ASSIGN_OR_RETURN(loop->inbox_, Inbox::open(*loop->connection_));
  TS_ASSIGN_OR_RETURN(loop->quota_, Quota::open(*loop->connection_, [location = loop->options_.location](const Document& document, Instant now) {
                        return row_of(document, location, now);
                      }));
  loop->next_lease_end_ = Duration{0};
  TS_ASSIGN_OR_RETURN(loop->inbox_last_no_, InboxReader(*loop->connection_).last_no());
  TS_ASSIGN_OR_RETURN(loop->wakeup_, transport::Wakeup::create());
  TS_ASSIGN_OR_RETURN(auto checkpointer, open_writer(loop->database(), kCheckpointCacheKib));
  loop->checkpoints_ = std::make_unique<CheckpointLoop>(std::move(checkpointer));
  loop->committer_ = std::make_unique<CommitLoop>(*loop->connection_, *loop->outbox_, *loop->inbox_, *loop->wakeup_);
  return loop;
}

IngestLoop::~IngestLoop() { stop(); }

Result<void> IngestLoop::start(IngestListeners listeners) {
  listeners_ = std::move(listeners);
  if (!options_.zmq_endpoint.empty()) {
    TS_ASSIGN_OR_RETURN(zmq_, ZmqDoor::open(options_.context, options_.zmq_endpoint, options_.location, counters_, *refused_, quota_.get(),
                                            listeners_.status_json));
  }
  next_prune_ = os::monotonic() + options_.first_prune;
  thread_ = std::thread([this] { run(); });
  return {};
}

void IngestLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (wakeup_) wakeup_->set();
  if (thread_.joinable()) thread_.join();
}

std::string IngestLoop::zmq_endpoint() const { return zmq_ ? zmq_->endpoint() : ""; }

void IngestLoop::submit(std::unique_ptr<GroupMember> member) {
  const Error* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_)
      refusal = &kStopping;
    else if (queue_.size() >= kQueuedMembersMax)
      refusal = &kOverloaded;
    else
      queue_.push_back(std::move(member));
  }
  if (refusal != nullptr)
    member->finish(std::unexpected(*refusal));
  else
    wakeup_->set();
}

void IngestLoop::submit(std::function<Result<void>(Outbox&, Inbox&)> write, std::function<void(const Result<void>&)> finish) {
  submit(std::make_unique<CallMember>(std::move(write), std::move(finish)));
}

void IngestLoop::submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;  // an older cursor only means that the hub is sent what it has
    const bool was_waiting = ack_.due().has_value();
    ack_.put(incarnation, seq, chain, os::monotonic());
    if (was_waiting) return;
  }
  wakeup_->set();
}

void IngestLoop::submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done) {
  const std::uint64_t last_no = items.empty() ? 0 : items.back().no;
  submit([this, items = std::move(items)](Outbox& outbox, Inbox& inbox) -> Result<void> {
           TS_RETURN_IF_ERROR(inbox.append(items));
           return quota_->take_items(items, outbox, os::now());
         },
         [this, last_no, done = std::move(done)](const Result<void>& outcome) {
           if (!outcome) return done(std::unexpected(outcome.error()));
           inbox_last_no_ = std::max(inbox_last_no_, last_no);
           next_lease_end_ = Duration{0};  // it may have brought one
           done(inbox_last_no_);
           if (listeners_.inbox_advanced) listeners_.inbox_advanced(inbox_last_no_);
         });
}

void IngestLoop::submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                               std::function<void(Result<OutboxState>)> done) {
  const auto state = std::make_shared<OutboxState>();
  submit(
      [this, state, epoch, first_seq, incarnation](Outbox& outbox, Inbox&) -> Result<void> {
        {
          // What was acknowledged under the old epoch says nothing about the new one.
          const std::lock_guard lock(mutex_);
          ack_.begin_epoch();
        }
        TS_ASSIGN_OR_RETURN(*state, outbox.rebase(epoch, first_seq, incarnation));
        return quota_->freeze();
      },
      [state, done = std::move(done)](const Result<void>& outcome) {
        if (!outcome) return done(std::unexpected(outcome.error()));
        done(*state);
      });
}

void IngestLoop::run_at(Duration monotonic, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    timers_.emplace(monotonic.micros, std::move(work));
  }
  wakeup_->set();
}

bool IngestLoop::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void IngestLoop::run() {
  while (true) {
    const bool stopping = is_stopping();
    // Before the queue is looked at: what is put in from here on sets it again.
    wakeup_->clear();
    run_timers(false);
    collect(false);
    add_ack(stopping);
    if (!next_.empty()) {
      const Group group = std::exchange(next_, {});
      commit(group, std::exchange(next_documents_, 0));
      continue;
    }
    if (stopping) break;
    run_housekeeping();
    wait();
  }
  run_timers(true);
  if (!zmq_) return;
  // Answers leave through another thread, and the socket does not wait for it when it is closed.
  const Duration end = os::monotonic() + milliseconds(kFarewellMs);
  while (os::monotonic() < end) {
    zmq_->turn_away();
    zmq_->send_held();
    transport::wait_readable({zmq_->descriptor()}, end - os::monotonic());
  }
}

bool IngestLoop::collect(bool is_committing) {
  const std::size_t members_before = next_.size();
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
    while (!queue_.empty() && has_room()) {
      next_documents_ += queue_.front()->weight();
      next_.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  if (!zmq_) return next_.size() > members_before;
  if (stopping) {
    zmq_->turn_away();
    return next_.size() > members_before;
  }
  zmq_->send_held();
  bool took = next_.size() > members_before;
  const Duration end = os::monotonic() + Duration{kGroupMicrosMax};
  while (has_room()) {
    const std::size_t before = next_.size();
    if (!zmq_->take(next_)) break;
    took = true;
    if (next_.size() > before) next_documents_ += next_.back()->weight();
    if (is_committing ? committer_->is_done() : os::monotonic() >= end) break;
  }
  return took;
}

void IngestLoop::add_ack(bool at_once) {
  std::optional<Acknowledgement> ack;
  {
    const std::lock_guard lock(mutex_);
    ack = ack_.take(os::monotonic(), at_once);
  }
  if (!ack) return;
  next_.push_back(std::make_unique<CallMember>(
      [given = *ack](Outbox& outbox, Inbox&) { return outbox.acknowledge(given.incarnation, given.seq, given.chain); },
      [this, given = *ack](const Result<void>& outcome) {
        if (outcome) return;
        log::write(log::Level::kWarning, "acknowledgement not recorded", outcome.error());
        const std::lock_guard lock(mutex_);
        if (!stopping_) ack_.failed(given, outcome.error(), os::monotonic());
      }));
}

void IngestLoop::commit(const Group& group, std::size_t documents) {
  const std::uint64_t last_seq = outbox_->state().last_seq;
  if (documents < kInlineDocumentsMax)
    commit_group(*connection_, *outbox_, *inbox_, group);
  else
    commit_aside(group);
  if (outbox_->state().last_seq != last_seq && listeners_.outbox_advanced) listeners_.outbox_advanced(outbox_->state().last_seq);
  if (!checkpoints_->count_pages(kPagesPerGroup + static_cast<std::int64_t>(documents) / kDocumentsPerPage)) return;
  if (const auto left = connection_->checkpoint(); !left) log::write(log::Level::kWarning, "checkpoint failed", left.error());
}

void IngestLoop::commit_aside(const Group& group) {
  committer_->start(group);
  while (!committer_->is_done()) {
    wakeup_->clear();
    if (collect(true)) continue;
    // Asked again behind clear(), which may have taken the committer's signal away.
    if (committer_->is_done() || (zmq_ && has_room() && zmq_->has_work())) continue;
    std::vector<int> descriptors{wakeup_->descriptor()};
    if (zmq_ && has_room()) descriptors.push_back(zmq_->descriptor());
    transport::wait_readable(descriptors, zmq_ && zmq_->has_held() ? milliseconds(kHeldAnswersMs) : Duration{-1});
  }
  const std::vector<Result<void>> outcomes = committer_->take();
  for (std::size_t i = 0; i < group.size(); ++i) group[i]->finish(outcomes[i]);
}

void IngestLoop::run_timers(bool all) {
  std::vector<std::function<void()>> due;
  {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = os::monotonic().micros;
    while (!timers_.empty() && (all || timers_.begin()->first <= now)) {
      due.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
  }
  for (const auto& work : due) work();
}

void IngestLoop::run_housekeeping() {
  if (os::monotonic() >= next_prune_) prune();
  if (next_lease_end_ && os::monotonic() >= *next_lease_end_) close_ended_leases();
}

/// Looked at again at the latest after kLeaseLookS: the wall clock, by which leases end here, may be set.
void IngestLoop::close_ended_leases() {
  next_lease_end_.reset();
  const auto next = std::make_shared<std::optional<Instant>>();
  submit(
      [this, next](Outbox& outbox, Inbox&) -> Result<void> {
        TS_ASSIGN_OR_RETURN(*next, quota_->close_ended(outbox, os::now()));
        return {};
      },
      [this, next](const Result<void>& outcome) {
        if (!outcome) log::write(log::Level::kWarning, "leases not closed", outcome.error());
        if (outcome && !*next) return;
        const Duration patience = outcome ? std::clamp(**next - os::now(), milliseconds(10), seconds(kLeaseLookS)) : seconds(kLeaseLookS);
        next_lease_end_ = os::monotonic() + patience;
      });
}

void IngestLoop::prune() {
  const Instant now = os::now();
  bool more = false;
  const auto bite = [&]() -> Result<void> {
    TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(*connection_));
    TS_ASSIGN_OR_RETURN(const Pruned pruned, outbox_->prune(now - Duration{kPayloadRetentionDays * kDayMicros},
                                                            now - Duration{kIdentityRetentionDays * kDayMicros}, database_bytes_max_));
    TS_ASSIGN_OR_RETURN(const std::uint64_t items, inbox_->prune(now - Duration{kConsumerDays * kDayMicros}));
    TS_ASSIGN_OR_RETURN(const std::uint64_t requests, quota_->prune(now - Duration{kRequestRetentionDays * kDayMicros}));
    more = !pruned.finished || items + requests > 0;
    // A bite that dropped nothing has written nothing and is not worth a disk sync.
    if (pruned.payloads + pruned.identities + items + requests == 0) return {};
    return transaction.commit();
  };
  if (const Result<void> done = bite(); !done) {
    outbox_->forget_uncommitted();
    log::write(log::Level::kWarning, "pruning failed", done.error());
  }
  next_prune_ = os::monotonic() + (more ? milliseconds(kPruneBitePauseMs) : seconds(kPrunePauseS));
}

std::optional<Duration> IngestLoop::next_wake_up() {
  Duration next = next_prune_;
  const std::lock_guard lock(mutex_);
  if (!queue_.empty()) return std::nullopt;
  if (const auto due = ack_.due()) next = std::min(next, *due);
  if (next_lease_end_) next = std::min(next, *next_lease_end_);
  if (!timers_.empty()) next = std::min(next, Duration{timers_.begin()->first});
  return next;
}

void IngestLoop::wait() {
  if (zmq_ && zmq_->has_work()) return;
  const auto next = next_wake_up();
  if (!next) return;
  std::vector<int> descriptors{wakeup_->descriptor()};
  if (zmq_) descriptors.push_back(zmq_->descriptor());
  Duration patience = std::max(Duration{0}, *next - os::monotonic());
  if (zmq_ && zmq_->has_held()) patience = std::min(patience, milliseconds(kHeldAnswersMs));
  transport::wait_readable(descriptors, patience);
}

}  // namespace tillsync::agent
