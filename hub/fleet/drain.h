// When an agent's backlog will be gone, by the rate at which it fell over its last status frames. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr std::size_t kTrendPointsMax = 8;              // status frames: two minutes at one in 15 s
inline constexpr std::int64_t kDrainSecondsMax = 30 * 86'400;  // a longer forecast is none

/// The last status frames of one agent: when, and how many documents waited.
class BacklogTrend {
 public:
  void add(Instant at, std::int64_t backlog);
  /// Seconds until nothing waits: 0 when nothing does; nullopt when fewer than two points are known, or it does not fall.
  std::optional<std::int64_t> drain_seconds() const;

 private:
  struct Point {
    Instant at;
    std::int64_t backlog = 0;
  };
  const Point& oldest() const { return points_[count_ < kTrendPointsMax ? 0 : next_]; }
  const Point& newest() const { return points_[(next_ + kTrendPointsMax - 1) % kTrendPointsMax]; }
  std::array<Point, kTrendPointsMax> points_{};
  std::size_t next_ = 0, count_ = 0;
};

}  // namespace tillsync::hub
