// In which order frames are worked on. Small ones (a sale as it is made, a request, a sign of life) at once; a large one of a backlog waits
// here in the order in which it came, so that who asks now does not wait for one of each store that catches up. Of one connection, nothing
// overtakes. Pure.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/base/bytes.h"

namespace tillsync::hub {

/// A frame of at most so many bytes is small.
inline constexpr std::size_t kSmallFrameBytesMax = 16 * 1'024;
/// Large frames that wait here; beyond it they stay in the sockets' own queues. One frame more may stand above it.
inline constexpr std::size_t kLargeFramesBytesMax = 64 * 1'024 * 1'024;

struct ArrivedFrame {
  Bytes connection;
  std::string peer_key;
  Bytes frame;
  std::string address = {};
};

class Arrivals {
 public:
  /// The frame back when it is to be worked on now; nullopt when it was put with those that wait.
  std::optional<ArrivedFrame> sort(ArrivedFrame frame);
  /// The next of those that wait.
  std::optional<ArrivedFrame> take();
  bool empty() const { return waiting_.empty(); }
  /// Take before more is received.
  bool is_full() const { return bytes_ >= kLargeFramesBytesMax; }

 private:
  std::deque<ArrivedFrame> waiting_;
  std::unordered_map<Bytes, std::size_t> waiting_of_;  // by connection
  std::size_t bytes_ = 0;
};

}  // namespace tillsync::hub
