#include "agent/ingest/commit_loop.h"

namespace tillsync::agent {

CommitLoop::CommitLoop(sql::Connection& connection, Outbox& outbox, Inbox& inbox, transport::Wakeup& done)
    : connection_(connection), outbox_(outbox), inbox_(inbox), done_(done), thread_([this] { run(); }) {}

CommitLoop::~CommitLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void CommitLoop::start(std::span<const std::unique_ptr<GroupMember>> members) {
  {
    const std::lock_guard lock(mutex_);
    TS_CHECK(!has_group_ && !members.empty());
    members_ = members;
    has_group_ = true;
    is_done_.store(false, std::memory_order_release);
  }
  changed_.notify_one();
}

std::vector<Result<void>> CommitLoop::take() {
  TS_CHECK(is_done());
  const std::lock_guard lock(mutex_);
  is_done_.store(false, std::memory_order_release);
  return std::exchange(outcomes_, {});
}

void CommitLoop::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return has_group_ || stopping_; });
    if (!has_group_) return;
    const auto members = members_;
    lock.unlock();
    auto outcomes = write_group(connection_, outbox_, inbox_, members);
    lock.lock();
    outcomes_ = std::move(outcomes);
    has_group_ = false;
    is_done_.store(true, std::memory_order_release);
    done_.set();
  }
}

}  // namespace tillsync::agent
