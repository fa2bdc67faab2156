// The one writer thread of the agent. It owns the writing connection and takes what all doors and the sync loop want written
// into group commits: whatever is there goes into one transaction, a lone request waits for nobody, a group is boxed to about
// kGroupMicrosMax of work; a large group is committed aside (commit_loop.h) while the next is read. It also runs timers, prunes
// in small bites when idle and keeps the log of the database short.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "agent/ingest/checkpoint_loop.h"
#include "agent/ingest/commit_loop.h"
#include "agent/ingest/counters.h"
#include "agent/ingest/group_store.h"
#include "agent/ingest/pending_ack.h"
#include "agent/ingest/refused_store.h"
#include "agent/ingest/zmq_door.h"
#include "agent/quota/quota_store.h"
#include "common/base/ids.h"
#include "common/transport/socket.h"

namespace tillsync::agent {

inline constexpr std::size_t kGroupDocumentsMax = 256;
inline constexpr std::int64_t kGroupMicrosMax = 2'000;       // of reading requests into one group
inline constexpr std::size_t kInlineDocumentsMax = 4;        // a smaller group is committed without a change of threads
inline constexpr std::size_t kQueuedMembersMax = 10'000;     // waiting to be written; 503 beyond it
inline constexpr std::int64_t kDatabaseMegabytes = 2'000;    // default of data.max_megabytes
inline constexpr std::int64_t kConsumerDays = 35;            // a till that has not asked for so long holds no inbox item back

struct IngestLoopOptions {
  std::filesystem::path folder;  // the data folder: agent.db, refused/
  LocationId location;
  std::string zmq_endpoint;      // "" = no ZeroMQ door
  std::shared_ptr<transport::Context> context;
  std::int64_t database_bytes_max = kDatabaseMegabytes * 1'000'000;  // beyond it acknowledged payloads go before their time
  Duration first_prune = seconds(60);  // after the start, which has better things to do
};

/// Called on the writer thread, after COMMIT; must not block.
struct IngestListeners {
  std::function<void(std::uint64_t last_seq)> outbox_advanced;
  std::function<void(std::uint64_t last_no)> inbox_advanced;
  std::function<std::string()> status_json;  // for the ZeroMQ door
};

class IngestLoop {
 public:
  /// Opens the database (migrates it) and the folder of refused bytes. No thread runs and no door is open yet.
  static Result<std::unique_ptr<IngestLoop>> open(IngestLoopOptions options);
  ~IngestLoop();

  /// Opens the ZeroMQ door and starts the thread.
  Result<void> start(IngestListeners listeners);
  /// Takes no more input (503), commits and answers what was taken, ends the thread. Any thread but the writer's.
  void stop();

  /// From any thread. After stop() each is finished with kShuttingDown.
  void submit(std::unique_ptr<GroupMember> member);
  void submit(std::function<Result<void>(Outbox&, Inbox&)> write, std::function<void(const Result<void>&)> finish);
  /// The newest acknowledgement replaces one that waits; it is written within kAckDelay.
  void submit_ack(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain);
  /// done: after COMMIT, with the last no that is durable.
  void submit_inbox(std::vector<wire::InboxItem> items, std::function<void(Result<std::uint64_t>)> done);
  void submit_rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation,
                     std::function<void(Result<OutboxState>)> done);
  /// Runs `work` on the writer thread at that monotonic time, or when the loop stops.
  void run_at(Duration monotonic, std::function<void()> work);

  const LocationId& location() const { return options_.location; }
  std::filesystem::path database() const { return options_.folder / "agent.db"; }
  /// From the next prune on. Any thread.
  void set_database_bytes_max(std::int64_t bytes) { database_bytes_max_ = bytes; }
  std::string zmq_endpoint() const;  // with the real port; "" without a ZeroMQ door
  IngestCounters& counters() { return counters_; }
  RefusedStore& refused() { return *refused_; }
  Quota& quota() { return *quota_; }  // inside a member's write only

 private:

  explicit IngestLoop(IngestLoopOptions options) : options_(std::move(options)), database_bytes_max_(options_.database_bytes_max) {}
  void run();
  bool is_stopping();
  /// Adds what waits to `next_`, until it is full, its time is over or a commit that runs has ended. False when nothing waited.
  bool collect(bool is_committing);
  void add_ack(bool at_once);
  void commit(const Group& group, std::size_t documents);
  void commit_aside(const Group& group);
  void run_timers(bool all);
  void run_housekeeping();
  void close_ended_leases();
  void prune();
  std::optional<Duration> next_wake_up();
  void wait();
  bool has_room() const { return next_documents_ < kGroupDocumentsMax; }

  const IngestLoopOptions options_;
  std::atomic<std::int64_t> database_bytes_max_;
  IngestListeners listeners_;
  IngestCounters counters_;
  std::unique_ptr<RefusedStore> refused_;
  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<Quota> quota_;
  std::unique_ptr<transport::Wakeup> wakeup_;
  std::unique_ptr<CheckpointLoop> checkpoints_;
  std::unique_ptr<ZmqDoor> zmq_;
  Group next_;  // read, and not yet written
  std::size_t next_documents_ = 0;

  std::mutex mutex_;  // of the next four
  std::deque<std::unique_ptr<GroupMember>> queue_;
  PendingAck ack_;
  std::multimap<std::int64_t, std::function<void()>> timers_;  // by monotonic microseconds
  bool stopping_ = false;

  std::uint64_t inbox_last_no_ = 0;
  Duration next_prune_{};
  std::optional<Duration> next_lease_end_;  // when a lease is looked at; none: there is no open one
  std::unique_ptr<CommitLoop> committer_;  // behind what it borrows
  std::thread thread_;
};

}  // namespace tillsync::agent
