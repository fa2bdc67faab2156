// A thread that does one thing again and again until it is destroyed: what the watches of the hub have in common.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "common/base/time.h"

namespace tillsync::hub {

class PeriodicThread {
 public:
  /// Does `work` at once, and again `pause` after each time. What work uses must outlive this object: make it the last member.
  PeriodicThread(Duration pause, std::function<void()> work);
  /// Waits for the work that is under way, and begins none.
  ~PeriodicThread();
  PeriodicThread(const PeriodicThread&) = delete;
  PeriodicThread& operator=(const PeriodicThread&) = delete;

 private:
  void run(Duration pause);
  std::function<void()> work_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tillsync::hub
