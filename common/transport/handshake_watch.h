// Counts failed handshakes out of a ROUTER's monitor events. ZeroMQ reports a wrong key or a missing mechanism, but drops a peer whose
// first bytes are not its own protocol without a word, and names the socket only when a connection comes and goes. So a connection
// that goes before any success could have been its own counts as failed. Pure. Inside common/transport only.
#pragma once

#include <cstdint>
#include <map>

#include "common/base/time.h"

namespace tillsync::transport {

class HandshakeWatch {
 public:
  /// handshake_max: ZeroMQ ends a handshake that takes longer.
  explicit HandshakeWatch(Duration handshake_max) : handshake_max_(handshake_max) {}

  void on_accepted(int socket, Duration now) { waiting_[socket] = now; }
  /// Admitted, or denied by ZAP (which is counted there): of which connection is not said.
  void on_settled(Duration now);
  /// The report of a failure; the same connection's on_disconnected follows.
  void on_failed();
  void on_disconnected(int socket, Duration now);
  std::uint64_t failed() const { return failed_; }

 private:
  void resolve(Duration now);

  const Duration handshake_max_;
  std::map<int, Duration> waiting_;  // accepted at; not known to be settled
  std::uint64_t settled_ = 0;        // of those in waiting_, this many are settled
  std::uint64_t reported_ = 0;       // failures counted whose connection has yet to go
  std::uint64_t failed_ = 0;
};

}  // namespace tillsync::transport
