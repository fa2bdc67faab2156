// When a posting is tried again: exponential backoff with full jitter, capped; the ERP's own Retry-After is respected. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/time.h"

namespace tillsync::hub {

struct RetryPolicy {
  Duration base = seconds(1);
  Duration cap = seconds(300);
  Duration retry_after_max = seconds(3'600);  // an ERP may not put a posting off for longer
};

/// attempt: 1 after the first failure. random: any 64 bits, evenly spread. Full jitter: even in [0, min(cap, base × 2^(attempt−1))],
/// so that many postings that failed together do not come back together. retry_after: never earlier than that.
Duration retry_delay(const RetryPolicy& policy, std::int64_t attempt, std::uint64_t random, std::optional<Duration> retry_after);

}  // namespace tillsync::hub
