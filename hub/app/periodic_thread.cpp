#include "hub/app/periodic_thread.h"

#include <chrono>

namespace tillsync::hub {

PeriodicThread::PeriodicThread(Duration pause, std::function<void()> work) : work_(std::move(work)), thread_([this, pause] { run(pause); }) {}

PeriodicThread::~PeriodicThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void PeriodicThread::run(Duration pause) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    work_();
    lock.lock();
    wake_.wait_for(lock, std::chrono::microseconds(pause.micros), [this] { return stopping_; });
  }
}

}  // namespace tillsync::hub
