// A circuit breaker for one connector: after several failures in a row nothing is sent for a while, then one probe. Postings
// wait meanwhile and use up no attempt. Pure.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/time.h"

namespace tillsync::hub {

enum class BreakerState : std::uint8_t { kFlowing, kStopped, kProbing };
/// "flowing" | "stopped" | "probing", as console and metrics name them.
std::string_view to_string(BreakerState state);

struct BreakerPolicy {
  std::int64_t failures_max = 5;       // in a row
  Duration pause = milliseconds(500);  // before the first probe; doubles with each failed one
  Duration pause_max = seconds(30);
};

class Breaker {
 public:
  explicit Breaker(BreakerPolicy policy) : policy_(policy) {}

  BreakerState state() const { return state_; }
  /// How many requests may be in flight now: `concurrency`, 1 for the probe, 0 while stopped. Moves from stopped to probing.
  std::size_t allowed(std::size_t concurrency, Duration now);
  /// When a stopped breaker lets the probe through.
  Duration probe_at() const { return probe_at_; }
  /// As it stood before a restart.
  void stop_until(Duration probe_at, Duration pause, std::int64_t failures) {
    state_ = BreakerState::kStopped;
    probe_at_ = probe_at;
    pause_ = pause;
    failures_ = failures;
  }
  Duration pause() const { return pause_; }
  std::int64_t failures() const { return failures_; }
  void succeeded();
  void failed(Duration now);

 private:
  BreakerPolicy policy_;
  BreakerState state_ = BreakerState::kFlowing;
  std::int64_t failures_ = 0;
  Duration pause_{}, probe_at_{};
};

}  // namespace tillsync::hub
