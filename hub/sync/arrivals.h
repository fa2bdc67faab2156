// In which order frames are worked on. Small ones (a sale as it is made, a request, a sign of life) at once; a backlog's large ones wait
// here in the order they came, so that who asks now does not wait for a frame of each store that catches up. Of one connection, nothing
// here in the order they came, so that who asks now does not wait for a frame of each store that catches up. Of one connection, nothing
// overtakes. Of the loop's thread; touches no socket.

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>

#include "common/transport/socket.h"

namespace tillsync::hub {

/// A frame of at most so many bytes is small.
inline constexpr std::size_t kSmallFrameBytesMax = 16 * 1'024;
/// Large frames that wait here; beyond it they stay in the sockets' own queues. One frame more may stand above it.
inline constexpr std::size_t kLargeFramesBytesMax = 64 * 1'024 * 1'024;

class Arrivals {
 public:
  /// The frame back when it is to be worked on now; nullopt when it was put with those that wait.
  std::optional<transport::RoutedFrame> sort(transport::RoutedFrame frame);
  /// The next of those that wait.
  std::optional<transport::RoutedFrame> take();
  bool empty() const { return waiting_.empty(); }
  /// Take before more is received.
  bool is_full() const { return bytes_ >= kLargeFramesBytesMax; }

 private:
  std::deque<transport::RoutedFrame> waiting_;
  std::unordered_map<Bytes, std::size_t> waiting_of_;  // by connection
  std::size_t bytes_ = 0;
};

}  // namespace tillsync::hub
