#include "common/transport/options.h"

#include <cstring>

namespace tillsync::transport {
namespace {

// CURVE wraps a frame into a MESSAGE command; ZeroMQ's own limit counts what is on the wire, ours the frame.
constexpr std::size_t kWrappingBytesMax = 64;
constexpr int kHeartbeatMs = 15'000;
constexpr int kHeartbeatPatienceMs = 45'000;
// A heartbeat queues behind the frame that is being sent and behind the kernel's buffer. So that a slow link is not taken for a dead
// one, the patience grows with the longest frame at this speed (50 kbit/s), and the buffer is kept short.
constexpr std::size_t kSlowestLinkBytesPerSecond = 6'250;
constexpr int kSendBufferBytes = 128 * 1'024;
// The kernel judges by bytes: nothing acknowledged for this long, or no answer to its probes, and the link is dead.
constexpr int kUnacknowledgedMaxMs = 45'000;
constexpr int kKeepaliveIdleS = 15;
constexpr int kKeepaliveIntervalS = 10;
constexpr int kKeepaliveCount = 3;

}  // namespace

void set_common_options(zmq::socket_t& socket, std::size_t frame_bytes_max, int queue_frames_max, bool is_link) {
  socket.set(zmq::sockopt::linger, 0);
  socket.set(zmq::sockopt::sndhwm, queue_frames_max);
  socket.set(zmq::sockopt::rcvhwm, queue_frames_max);
  socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(frame_bytes_max + kWrappingBytesMax));
  socket.set(zmq::sockopt::handshake_ivl, kHandshakeMaxMs);
  if (!is_link) return;
  socket.set(zmq::sockopt::heartbeat_ivl, kHeartbeatMs);
  socket.set(zmq::sockopt::heartbeat_timeout,
             kHeartbeatPatienceMs + static_cast<int>(frame_bytes_max / kSlowestLinkBytesPerSecond) * 1'000);
  socket.set(zmq::sockopt::sndbuf, kSendBufferBytes);
  socket.set(zmq::sockopt::tcp_maxrt, kUnacknowledgedMaxMs);
  socket.set(zmq::sockopt::tcp_keepalive, 1);
  socket.set(zmq::sockopt::tcp_keepalive_idle, kKeepaliveIdleS);
  socket.set(zmq::sockopt::tcp_keepalive_intvl, kKeepaliveIntervalS);
  socket.set(zmq::sockopt::tcp_keepalive_cnt, kKeepaliveCount);
}

Result<void> check_pair(const CurveKeyPair& keys) {
  TS_RETURN_IF_ERROR(check_key(keys.public_key));
  TS_ASSIGN_OR_RETURN(const std::string derived, public_key_of(keys.secret_key));
  if (derived != keys.public_key) return fail(ErrorCode::kInvalid, "read key pair", "public and secret key are not a pair");
  return {};
}

Error to_error(const zmq::error_t& error, std::string operation) {
  switch (error.num()) {
    case EADDRINUSE:
      return {ErrorCode::kUnavailable, std::move(operation), "the address is taken", "stop the other program, or choose another address"};
    case EACCES:
    case EPERM: return {ErrorCode::kDenied, std::move(operation), error.what(), "check the rights on port or folder"};
    case EMFILE:
    case ENFILE: return {ErrorCode::kUnavailable, std::move(operation), error.what(), "raise the limit of open files"};
    default: return {ErrorCode::kInvalid, std::move(operation), error.what(), {}};
  }
}

std::optional<std::vector<zmq::message_t>> receive_message(zmq::socket_t& socket) {
  std::vector<zmq::message_t> parts;
  do {
    parts.emplace_back();
    // The first part may be missing; the others are there once the first is. A signal interrupts without harm.
    if (zmq_msg_recv(parts.back().handle(), socket.handle(), ZMQ_DONTWAIT) < 0) {
      if (zmq_errno() == EINTR) {
        parts.pop_back();
        continue;
      }
      return std::nullopt;
    }
  } while (parts.empty() || parts.back().more());
  return parts;
}

zmq::socket_t open_monitor(zmq::context_t& context, zmq::socket_t& socket, const std::string& name, int events) {
  const std::string endpoint = "inproc://" + name;
  if (zmq_socket_monitor(socket.handle(), endpoint.c_str(), events) != 0) throw zmq::error_t();
  zmq::socket_t monitor(context, zmq::socket_type::pair);
  monitor.set(zmq::sockopt::linger, 0);
  monitor.connect(endpoint);
  return monitor;
}

MonitorEvent read_monitor_event(const std::vector<zmq::message_t>& message) {
  std::uint16_t event = 0;
  std::int32_t value = 0;
  if (message.empty() || message.front().size() < sizeof event + sizeof value) return {};
  std::memcpy(&event, message.front().data(), sizeof event);
  std::memcpy(&value, message.front().data<char>() + sizeof event, sizeof value);
  return {event, value};
}

}  // namespace tillsync::transport
