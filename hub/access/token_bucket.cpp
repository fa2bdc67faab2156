#include "hub/access/token_bucket.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

constexpr std::int64_t kCall = 1'000'000;  // one call, in calls × microseconds per second

}  // namespace

Duration TokenBucket::take(const CallRate& limit, Instant now) {
  if (limit.per_second <= 0) return {};
  const std::int64_t full = limit.per_second * limit.burst_s * kCall;
  if (now > at_) {
    // Nothing is gained beyond full; a long silence must not overflow.
    const std::int64_t elapsed = std::min((now - at_).micros, full / limit.per_second + 1);
    missing_micros_ = std::max<std::int64_t>(0, missing_micros_ - elapsed * limit.per_second);
    at_ = now;
  }
  if (missing_micros_ + kCall > full) return Duration{(missing_micros_ + kCall - full + limit.per_second - 1) / limit.per_second};
  missing_micros_ += kCall;
  return {};
}

}  // namespace tillsync::hub
