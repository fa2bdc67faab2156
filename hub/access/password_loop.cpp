#include "hub/access/password_loop.h"

namespace tillsync::hub {

PasswordLoop::PasswordLoop() : thread_([this] { run(); }) {}

PasswordLoop::~PasswordLoop() { stop(); }

void PasswordLoop::stop() {
  std::deque<Job> dropped;  // their ends run outside the lock
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(jobs_);
    of_address_.clear();
  }
  dropped.clear();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

bool PasswordLoop::submit(const std::string& address, std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || jobs_.size() >= kPasswordsWaitingMax) return false;
    const auto found = of_address_.find(address);
    if (found != of_address_.end() && found->second >= kPasswordsWaitingPerAddressMax) return false;
    ++of_address_[address];
    jobs_.push_back({address, std::move(work)});
  }
  changed_.notify_one();
  return true;
}

void PasswordLoop::run() {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      if (const auto found = of_address_.find(job.address); found != of_address_.end() && --found->second == 0) of_address_.erase(found);
    }
    job.work();
  }
}

}  // namespace tillsync::hub
