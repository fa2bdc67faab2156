// Random numbers that a seed decides, the same on every platform: jitter only, never secrets. Pure.
#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace tillsync::sync {

/// splitmix64 (Steele, Lea, Flood 2014).
class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Evenly in [0, limit]; zero for a limit that is not positive.
  Duration up_to(Duration limit);

 private:
  std::uint64_t state_;
};

}  // namespace tillsync::sync
