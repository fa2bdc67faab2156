// How many bytes of bulk may be on their way, so that a small request on the other lane need not wait behind them. Pure.
//
// The rule. Every acknowledged batch is a sample: it was sent with `flight` bytes on their way (itself among them) and came back
// after `delay`. `base` is the least delay seen in the last one to two minutes: the way without a queue. What is above it is queue,
// in the link or in the hub. The window that would keep the queue at kQueueTarget, if the way keeps its speed, is
// flight * (base + kQueueTarget) / delay.
//   - delay > base + kQueueTarget: the window becomes that, at the most halved per sample. It does not depend on the window itself, so
//     many samples of one stall do not cut it again and again.
//   - else it grows towards that, when the sender had made use of it: threefold per acknowledged byte while the queue is below
//     kQueueNone, one by one while it is below half the target, by a quarter behind that.
// It starts at kWindowBytesFirst, because 8 KiB are 1.3 s of a 50 kbit/s link, and reaches 4 MB on a fast one in five round trips.
// Every kBaseLife the window is held at a quarter for one round trip: so the queue that it made itself empties, and `base` is measured
// anew instead of creeping up. A batch is at most a quarter of the window, so that acknowledgements come steadily.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "common/base/limits.h"
#include "common/base/time.h"

namespace tillsync::sync {

inline constexpr std::size_t kWindowBytesFirst = 8 * 1024;
inline constexpr std::size_t kWindowBytesMin = 2 * 1024;
inline constexpr std::size_t kWindowBatches = 4;
inline constexpr Duration kQueueTarget = milliseconds(900);
inline constexpr Duration kQueueNone = milliseconds(50);
inline constexpr Duration kBaseLife = seconds(60);

class Window {
 public:
  /// What a sent batch has to remember for its sample.
  struct Sample {
    Duration sent_at;
    std::size_t bytes = 0;   // of the frame
    std::size_t flight = 0;  // on their way when it had been sent, itself among them
    bool window_used = false;
  };

  /// Whether a batch of so many bytes may go now. One batch may always be on its way.
  bool may_send(std::size_t bytes) const { return flight_ == 0 || flight_ + bytes <= limit(); }
  std::size_t batch_bytes() const { return limit() / kWindowBatches; }
  std::size_t limit() const;
  std::size_t flight() const { return flight_; }

  Sample sent(std::size_t bytes, Duration now);
  void acknowledged(const Sample& sample, Duration now);
  /// A round trip that was measured without bulk (hello and welcome).
  void round_trip(Duration delay, Duration now);
  /// What was on its way is lost (new session); what was learnt of the way stays.
  void forget_flight() { flight_ = 0; }
  /// Another connection: nothing is known of its way.
  void reset();

 private:
  void note_delay(Duration delay, Duration now);
  Duration base() const;
  void shrink(std::size_t ideal);
  void grow(std::size_t ideal, const Sample& sample, Duration queue);

  std::size_t limit_ = kWindowBytesFirst;
  std::size_t flight_ = 0;
  std::optional<Duration> base_now_, base_before_;  // least delay of this minute and of the one before
  Duration base_since_{0};
  std::optional<Duration> probing_since_;
};

}  // namespace tillsync::sync
