// How many requests may start in a second: a bucket that fills evenly and holds one second's worth. Pure.
#pragma once

#include "common/base/time.h"

namespace tillsync::hub {

class RateLimit {
 public:
  /// per_second 0: no limit.
  explicit RateLimit(double per_second) : per_second_(per_second), tokens_(capacity()) {}

  /// True, and one is taken; else nothing happens.
  bool take(Duration now) {
    if (per_second_ <= 0) return true;
    fill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  /// When the next one may be taken.
  Duration next_at(Duration now) {
    if (per_second_ <= 0) return now;
    fill(now);
    return tokens_ >= 1 ? now : now + Duration{static_cast<std::int64_t>((1 - tokens_) / per_second_ * 1e6) + 1};
  }

 private:
  double capacity() const { return per_second_ < 1 ? 1 : per_second_; }
  void fill(Duration now) {
    if (now > filled_at_) tokens_ += static_cast<double>((now - filled_at_).micros) / 1e6 * per_second_;
    if (tokens_ > capacity()) tokens_ = capacity();
    filled_at_ = now;
  }
  double per_second_, tokens_;
  Duration filled_at_;
};

}  // namespace tillsync::hub
