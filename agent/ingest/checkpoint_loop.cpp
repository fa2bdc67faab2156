#include "agent/ingest/checkpoint_loop.h"

#include "common/log/log.h"

namespace tillsync::agent {

CheckpointLoop::CheckpointLoop(std::unique_ptr<sql::Connection> connection)
    : connection_(std::move(connection)), thread_([this] { run(); }) {}

CheckpointLoop::~CheckpointLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool CheckpointLoop::count_pages(std::int64_t pages) {
  pages_ += pages;
  log_pages_ += pages;
  if (!is_finishing_ && pages_ < kCheckpointPages) return false;
  std::unique_lock lock(mutex_);
  if (is_finishing_) {
    if (busy_ && log_pages_ < kLogPagesMax) return false;
    changed_.wait(lock, [this] { return !busy_; });
    is_finishing_ = false;
    pages_ = log_pages_ = 0;
    return true;
  }
  if (busy_) return false;
  busy_ = true;
  pages_ = 0;
  is_finishing_ = log_pages_ >= kLogPages;
  changed_.notify_all();
  return false;
}

void CheckpointLoop::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return busy_ || stopping_; });
    if (stopping_) return;
    lock.unlock();
    const auto left = connection_->checkpoint();
    // A writer that holds its lock at the wrong moment is no failure: there is a next time.
    if (!left && left.error().code != ErrorCode::kUnavailable) log::write(log::Level::kWarning, "checkpoint failed", left.error());
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace tillsync::agent
