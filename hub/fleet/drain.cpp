#include "hub/fleet/drain.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

constexpr double kTrendMicrosPerSecond = 1e6;

}  // namespace

void BacklogTrend::add(Instant at, std::int64_t backlog) {
  // A clock that was set back makes what is older than now worthless.
  if (count_ > 0 && at <= newest().at) next_ = count_ = 0;
  points_[next_] = {at, backlog};
  next_ = (next_ + 1) % kTrendPointsMax;
  count_ = std::min(count_ + 1, kTrendPointsMax);
}

std::optional<std::int64_t> BacklogTrend::drain_seconds() const {
  if (count_ == 0) return std::nullopt;
  if (newest().backlog <= 0) return 0;
  const std::int64_t fallen = oldest().backlog - newest().backlog;
  if (fallen <= 0) return std::nullopt;
  const double elapsed_s = static_cast<double>((newest().at - oldest().at).micros) / kTrendMicrosPerSecond;
  const double left_s = static_cast<double>(newest().backlog) * elapsed_s / static_cast<double>(fallen);
  if (left_s > static_cast<double>(kDrainSecondsMax)) return std::nullopt;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(left_s + 0.5));
}

}  // namespace tillsync::hub
