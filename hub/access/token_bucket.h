// A rate limit: so many calls a second, with a reserve for bursts. Pure; the caller locks.
#pragma once

#include <cstdint>

#include "common/base/time.h"

namespace tillsync::hub {

struct CallRate {
  std::int64_t per_second = 0;  // 0: no limit
  std::int64_t burst_s = 4;     // the reserve is what this many seconds bring
};

class TokenBucket {
 public:
  /// Takes one call out, or says how long to wait for it: zero = taken. A clock that goes back brings nothing.
  Duration take(const CallRate& limit, Instant now);

 private:
  std::int64_t missing_micros_ = 0;  // from full, in calls × microseconds per second
  Instant at_;
};

}  // namespace tillsync::hub
