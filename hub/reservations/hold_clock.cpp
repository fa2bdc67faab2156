#include "hub/reservations/hold_clock.h"

#include <algorithm>

namespace tillsync::hub {

HoldClock::HoldClock(const std::optional<HoldClockMark>& saved, Instant wall, Duration steady) : base_(wall), base_steady_(steady) {
  if (saved) base_ = saved->hold + std::max(wall - saved->wall, Duration{0});
  offset_ = wall - base_;
}

Instant HoldClock::to_wall(Instant hold, Instant wall, Duration steady) {
  const Duration offset = wall - now(steady);
  const Duration jump = offset - offset_;
  if (jump >= kShownJumpMin || jump <= Duration{-kShownJumpMin.micros}) offset_ = offset;
  return hold + offset_;
}

}  // namespace tillsync::hub
