// How long to wait before the next try: exponential with full jitter, so that 500 agents that lost the same hub do not come
// back in step (AWS Architecture Blog, "Exponential Backoff And Jitter"). Pure.
#pragma once

#include <cstdint>

#include "common/base/time.h"
#include "common/sync/jitter.h"

namespace tillsync::sync {

class Backoff {
 public:
  /// The n-th pause (from 0) is drawn evenly from [floor, max(floor, min(longest, first * 2^n))].
  Backoff(Duration floor, Duration first, Duration longest, std::uint64_t seed)
      : floor_(floor), first_(first), longest_(longest), jitter_(seed) {}

  Duration next();
  /// After a success: the next pause is a first one.
  void reset() { tries_ = 0; }
  std::uint32_t tries() const { return tries_; }

 private:
  Duration floor_, first_, longest_;
  Jitter jitter_;
  std::uint32_t tries_ = 0;
};

}  // namespace tillsync::sync
