// RAII sockets over cppzmq for the three uses of Tillsync: the hub's ROUTER with CURVE and ZAP, the agent's DEALER with
// CURVE, and the POS door's plain ROUTER on ipc or loopback. A socket belongs to one thread; a Wakeup may be set by any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/transport/curve.h"

namespace tillsync::transport {

/// A frame as a ROUTER receives it. routing_id is the ROUTER's own number for the connection (never the peer's choice).
/// peer_key: the CURVE public key (Z85) that the peer has proved to own, "" on a plain socket.
struct RoutedFrame {
  Bytes routing_id;
  std::string peer_key;
  Bytes frame;
};

enum class SendStatus { kSent, kWouldBlock, kPeerGone };

/// What the handshake layer turned away, for metrics. Any thread may read.
struct HandshakeCounters {
  std::uint64_t denied = 0;             // ZAP said no
  std::uint64_t failed = 0;             // no CURVE, wrong hub key, broken greeting
};

class Context;  // one ZeroMQ context, one I/O thread
std::shared_ptr<Context> make_context();

class RouterSocket {
 public:
  /// CURVE server with ZAP: `admit` is asked at each handshake with the peer's key (on the ZAP thread) and must be fast.
  static Result<std::unique_ptr<RouterSocket>> bind_curve(std::shared_ptr<Context> context, const std::string& endpoint,
                                                          const CurveKeyPair& keys,
                                                          std::function<bool(std::string_view peer_key)> admit,
                                                          std::size_t frame_bytes_max);
  /// Plain; for ipc (mode 0660) and loopback only (kDenied else).
  static Result<std::unique_ptr<RouterSocket>> bind_plain(std::shared_ptr<Context> context, const std::string& endpoint,
                                                          std::size_t frame_bytes_max);
  virtual ~RouterSocket() = default;
  /// Does not block; nullopt when nothing waits. A message of other than one part is dropped and counted. Plain ROUTERs take
  /// the empty delimiter of a REQ client and put it back in the answer.
  virtual std::optional<RoutedFrame> receive() = 0;
  virtual SendStatus send(BytesView routing_id, BytesView frame) = 0;
  virtual int descriptor() const = 0;  // for Poller; edge-triggered as ZeroMQ's are: drain receive() after each wake-up
  virtual std::string endpoint() const = 0;  // with the real port
  virtual HandshakeCounters counters() const = 0;
};

class DealerSocket {
 public:
  /// Connects in the background and again, at least once a second with jitter, for its life.
  static Result<std::unique_ptr<DealerSocket>> connect_curve(std::shared_ptr<Context> context, const std::string& endpoint,
                                                             const CurveKeyPair& keys, const std::string& server_key,
                                                             std::size_t frame_bytes_max);
  static Result<std::unique_ptr<DealerSocket>> connect_plain(std::shared_ptr<Context> context, const std::string& endpoint);
  virtual ~DealerSocket() = default;
  virtual std::optional<Bytes> receive() = 0;
  virtual SendStatus send(BytesView frame) = 0;
  virtual int descriptor() const = 0;
  /// Connection ups and downs since the last call, oldest first, from the socket's monitor: a session starts anew on kUp.
  enum class LinkEvent { kUp, kDown, kHandshakeFailed };
  virtual std::vector<LinkEvent> link_events() = 0;
  virtual int link_descriptor() const = 0;
};

/// Set by any thread, waited for in a Poller.
class Wakeup {
 public:
  static Result<std::unique_ptr<Wakeup>> create();
  virtual ~Wakeup() = default;
  virtual void set() = 0;
  virtual void clear() = 0;
  virtual int descriptor() const = 0;
};

/// poll(2) over descriptors. Returns which are readable; empty on time-out. A negative timeout waits without end.
std::vector<bool> wait_readable(const std::vector<int>& descriptors, Duration timeout);

}  // namespace tillsync::transport
