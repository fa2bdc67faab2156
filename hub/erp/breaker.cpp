#include "hub/erp/breaker.h"

#include <algorithm>

namespace tillsync::hub {

std::string_view to_string(BreakerState state) {
  switch (state) {
    case BreakerState::kFlowing: return "flowing";
    case BreakerState::kStopped: return "stopped";
    case BreakerState::kProbing: return "probing";
  }
  return "flowing";
}

std::size_t Breaker::allowed(std::size_t concurrency, Duration now) {
  if (state_ == BreakerState::kStopped && now >= probe_at_) state_ = BreakerState::kProbing;
  switch (state_) {
    case BreakerState::kFlowing: return concurrency;
    case BreakerState::kStopped: return 0;
    case BreakerState::kProbing: return 1;
  }
  return 0;
}

void Breaker::succeeded() {
  // An answer to a request from before the stop proves as much as the probe's.
  state_ = BreakerState::kFlowing;
  failures_ = 0;
  pause_ = {};
}

void Breaker::failed(Duration now) {
  ++failures_;
  if (state_ == BreakerState::kFlowing && failures_ < policy_.failures_max) return;
  if (state_ == BreakerState::kStopped) return;  // a straggler of the requests that were in flight
  pause_ = std::min(policy_.pause_max, pause_.micros == 0 ? policy_.pause : pause_ + pause_);
  probe_at_ = now + pause_;
  state_ = BreakerState::kStopped;
}

}  // namespace tillsync::hub
