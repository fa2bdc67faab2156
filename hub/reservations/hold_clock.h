// The time that holds are counted in: it runs with the machine's steady clock, so that a jump of the wall clock neither ends holds
// early nor keeps them; while the hub is down it goes on with the wall clock, but never back. Pure: it is told both clocks.
// Source: ARCHITECTURE rule 5, "holds are intervals counted by the hub".
#pragma once

#include <optional>

#include "common/base/time.h"

namespace tillsync::hub {

/// What is stored: the hold clock and the wall clock at one moment.
struct HoldClockMark {
  Instant hold, wall;
};

class HoldClock {
 public:
  HoldClock() = default;
  HoldClock(const std::optional<HoldClockMark>& saved, Instant wall, Duration steady);

  Instant now(Duration steady) const { return base_ + (steady - base_steady_); }
  /// When it will be `hold`, as the wall clock says it today. Steady to a second: the same hold gives the same text as long as nobody
  /// sets the wall clock.
  Instant to_wall(Instant hold, Instant wall, Duration steady);
  /// How long from now until the wall clock says `until`; below zero when that is past.
  static Duration until(Instant until, Instant wall) { return until - wall; }

 private:
  Instant base_;
  Duration base_steady_;
  Duration offset_;  // wall minus hold, as last shown
};

/// A clock set by less than this is shown as if it had not been.
inline constexpr Duration kShownJumpMin = seconds(1);

}  // namespace tillsync::hub
