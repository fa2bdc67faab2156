#include "hub/erp/retry.h"

#include <algorithm>

namespace tillsync::hub {

Duration retry_delay(const RetryPolicy& policy, std::int64_t attempt, std::uint64_t random, std::optional<Duration> retry_after) {
  std::int64_t ceiling = policy.base.micros;
  for (std::int64_t i = 1; i < attempt && ceiling < policy.cap.micros; ++i) ceiling *= 2;
  ceiling = std::min(ceiling, policy.cap.micros);
  const Duration jittered{static_cast<std::int64_t>(random % (static_cast<std::uint64_t>(ceiling) + 1))};
  if (!retry_after) return jittered;
  return std::max(jittered, std::min(*retry_after, policy.retry_after_max));
}

}  // namespace tillsync::hub
