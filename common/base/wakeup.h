// How other threads and the system wake a loop that sleeps (wakeup_posix.cpp: eventfd, poll). A Wakeup may be set by any thread.
#pragma once

#include <memory>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::os {

/// Set by any thread, waited for with wait_readable. A loop calls clear() first and then looks at what it was woken for.
class Wakeup {
 public:
  static Result<std::unique_ptr<Wakeup>> create();
  virtual ~Wakeup() = default;
  virtual void set() = 0;
  virtual void clear() = 0;
  virtual int descriptor() const = 0;
};

/// poll(2) over descriptors. Returns for each whether it is readable or broken; all false on time-out or when a signal came. A
/// negative timeout waits without end.
std::vector<bool> wait_readable(const std::vector<int>& descriptors, Duration timeout);

}  // namespace tillsync::os
