#include "common/transport/handshake_watch.h"

#include <algorithm>

namespace tillsync::transport {

void HandshakeWatch::resolve(Duration now) {
  // Whoever is still connected after the longest handshake has settled.
  settled_ -= std::min<std::uint64_t>(settled_, std::erase_if(waiting_, [&](const auto& entry) {
    return now - entry.second > handshake_max_;
  }));
  if (settled_ < waiting_.size()) return;
  waiting_.clear();
  settled_ = 0;
}

void HandshakeWatch::on_settled(Duration now) {
  if (!waiting_.empty()) ++settled_;
  resolve(now);
}

void HandshakeWatch::on_failed() {
  ++failed_;
  ++reported_;
}

void HandshakeWatch::on_disconnected(int socket, Duration now) {
  resolve(now);
  if (reported_ > 0) {
    --reported_;
    waiting_.erase(socket);
  } else if (waiting_.erase(socket) > 0) {
    // While some of those that wait have settled it may be one of them; a metric is better short than inflated.
    if (settled_ > 0) --settled_;
    else ++failed_;
  }
  resolve(now);
}

}  // namespace tillsync::transport
