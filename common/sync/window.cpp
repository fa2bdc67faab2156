#include "common/sync/window.h"

#include <algorithm>

namespace tillsync::sync {
namespace {

constexpr Duration kDelayLeast = milliseconds(1);  // shorter ones say nothing about a queue
constexpr std::size_t kProbePart = 4;
constexpr std::size_t kGrowthFast = 3, kGrowthSlowPart = 4;

/// flight * wanted / delay without leaving 64 bits: flight is at most 8 MB, wanted some minutes of microseconds.
std::size_t scaled(std::size_t flight, Duration wanted, Duration delay) {
  const auto bytes = static_cast<std::int64_t>(std::min(flight, kFrameBytesMax));
  return static_cast<std::size_t>(bytes * std::min(wanted, seconds(600)).micros / delay.micros);
}

}  // namespace

std::size_t Window::limit() const { return probing_since_ ? std::max(limit_ / kProbePart, kWindowBytesMin) : limit_; }

Duration Window::base() const {
  if (!base_before_) return base_now_.value_or(Duration{0});
  return std::min(*base_before_, base_now_.value_or(*base_before_));
}

Window::Sample Window::sent(std::size_t bytes, Duration now) {
  flight_ += bytes;
  return {now, bytes, flight_, flight_ + bytes > limit()};
}

void Window::note_delay(Duration delay, Duration now) {
  if (!base_now_ && !base_before_) base_since_ = now;
  if (now - base_since_ >= kBaseLife) {
    base_before_ = base_now_ ? base_now_ : base_before_;
    base_now_.reset();
    base_since_ = now;
    probing_since_ = now;
  }
  base_now_ = std::min(delay, base_now_.value_or(delay));
}

void Window::round_trip(Duration delay, Duration now) { note_delay(std::max(delay, kDelayLeast), now); }

void Window::acknowledged(const Sample& sample, Duration now) {
  flight_ -= std::min(flight_, sample.bytes);
  const Duration delay = std::max(now - sample.sent_at, kDelayLeast);
  note_delay(delay, now);
  if (probing_since_) {
    if (sample.sent_at >= *probing_since_) probing_since_.reset();
    return;
  }
  const Duration queue = delay - base();
  const std::size_t ideal = scaled(sample.flight, base() + kQueueTarget, delay);
  if (queue > kQueueTarget)
    shrink(ideal);
  else
    grow(ideal, sample, queue);
}

void Window::shrink(std::size_t ideal) { limit_ = std::min(limit_, std::max({ideal, limit_ / 2, kWindowBytesMin})); }

void Window::grow(std::size_t ideal, const Sample& sample, Duration queue) {
  if (!sample.window_used || ideal <= limit_) return;
  std::size_t step = sample.bytes / kGrowthSlowPart;
  if (queue < kQueueNone)
    step = sample.bytes * kGrowthFast;
  else if (queue.micros < kQueueTarget.micros / 2)
    step = sample.bytes;
  limit_ = std::min({limit_ + step, ideal, kWindowBytesMax});
}

void Window::reset() { *this = Window(); }

}  // namespace tillsync::sync
