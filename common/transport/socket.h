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
#include "common/base/limits.h"
#include "common/base/time.h"
#include "common/base/wakeup.h"
#include "common/transport/curve.h"

namespace tillsync::transport {

/// A frame as a ROUTER receives it. routing_id is the ROUTER's own number for the connection (never the peer's choice).
/// peer_key: the CURVE public key (Z85) that the peer has proved to own, "" on a plain socket.
/// peer_address: where the connection comes from, for people.
struct RoutedFrame {
  Bytes routing_id;
  std::string peer_key;
  Bytes frame;
  std::string peer_address = {};
};

enum class SendStatus { kSent, kWouldBlock, kPeerGone };

/// What a ROUTER turned away, for metrics. Any thread may read.
struct HandshakeCounters {
  std::uint64_t denied = 0;             // ZAP said no
  std::uint64_t failed = 0;             // no CURVE, wrong hub key, broken greeting
  std::uint64_t dropped_messages = 0;   // not one part, too long, or under a routing id of the peer's choice
};

class Context;  // one ZeroMQ context, one I/O thread
std::shared_ptr<Context> make_context();

/// How a loop waits on a socket. descriptor() is edge-triggered and covers both directions, and any call may swallow the edge of what
/// happens meanwhile. So before each wait: call receive() until nullopt, send, and do not wait while has_work().
///
///   while (running) {
///     while (auto frame = socket->receive()) …;
///     send what there is;
///     if (!socket->has_work()) wait_readable({socket->descriptor(), wakeup->descriptor()}, timeout);
///   }
class RouterSocket {
 public:
  /// CURVE server with ZAP: `admit` is asked at each handshake with the peer's key (on the ZAP thread) and must be fast.
  /// Errors of both: kInvalid (endpoint, keys), kUnavailable (taken), kDenied (no right to bind there).
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
  /// Does not block. kWouldBlock: this peer's queue is full, try again when its acknowledgements come in. kPeerGone: forget it.
  /// frame is at most frame_bytes_max long.
  virtual SendStatus send(BytesView routing_id, BytesView frame) = 0;
  /// A frame waits.
  virtual bool has_work() const = 0;
  virtual int descriptor() const = 0;
  virtual std::string endpoint() const = 0;  // with the real port
  virtual HandshakeCounters counters() const = 0;
};

class DealerSocket {
 public:
  /// Connects in the background and again, at least once a second with jitter, for its life.
  static Result<std::unique_ptr<DealerSocket>> connect_curve(std::shared_ptr<Context> context, const std::string& endpoint,
                                                             const CurveKeyPair& keys, const std::string& server_key,
                                                             std::size_t frame_bytes_max);
  static Result<std::unique_ptr<DealerSocket>> connect_plain(std::shared_ptr<Context> context, const std::string& endpoint,
                                                             std::size_t frame_bytes_max = kFrameBytesMax);
  virtual ~DealerSocket() = default;
  virtual std::optional<Bytes> receive() = 0;
  /// Does not block. kWouldBlock: no link, or the queue is full; descriptor() wakes the loop when that changes. What was sent when the
  /// link breaks may be lost: the session sends again on kUp.
  virtual SendStatus send(BytesView frame) = 0;
  /// A frame waits, or there is room again since send() last said kWouldBlock.
  virtual bool has_work() const = 0;
  virtual int descriptor() const = 0;
  /// Connection ups and downs since the last call, oldest first, from the socket's monitor: a session starts anew on kUp. A frame
  /// of the old connection may still come out of receive() after it.
  enum class LinkEvent { kUp, kDown, kHandshakeFailed, kNobodyThere };  // the last of a plain socket alone: a try to connect found none
  virtual std::vector<LinkEvent> link_events() = 0;
  virtual int link_descriptor() const = 0;  // edge-triggered: call link_events() before each wait
};

using os::wait_readable;
using os::Wakeup;

}  // namespace tillsync::transport
