// A thread that writes and commits one group while the writer thread already reads the requests of the next: reading a sale costs
// more processor time than writing it, and a commit waits for the disk. A lone request does not come here, because the change of
// threads would cost it more than it gains.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "agent/ingest/group_store.h"
#include "common/transport/socket.h"

namespace tillsync::agent {

class CommitLoop {
 public:
  /// Between start() and take() connection, outbox and inbox are this thread's. done is set when the group is ready to take.
  CommitLoop(sql::Connection& connection, Outbox& outbox, Inbox& inbox, transport::Wakeup& done);
  ~CommitLoop();

  /// One group at a time; the members stay where they are until take().
  void start(std::span<const std::unique_ptr<GroupMember>> members);
  bool is_done() const { return is_done_.load(std::memory_order_acquire); }
  /// One outcome for each member, once is_done().
  std::vector<Result<void>> take();

 private:
  void run();

  sql::Connection& connection_;
  Outbox& outbox_;
  Inbox& inbox_;
  transport::Wakeup& done_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::span<const std::unique_ptr<GroupMember>> members_;
  bool has_group_ = false, stopping_ = false;
  std::vector<Result<void>> outcomes_;
  std::atomic<bool> is_done_ = false;
  std::thread thread_;
};

}  // namespace tillsync::agent
