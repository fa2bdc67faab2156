// The socket options that ROUTER and DEALER share, and the mapping of ZeroMQ's errors. Inside common/transport only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "common/base/error.h"
#include "common/transport/curve.h"
#include "common/transport/endpoint.h"

namespace tillsync::transport {

/// Queue bounds, frame bound, life signs. `is_link`: a connection over a network, not one within this machine.
void set_common_options(zmq::socket_t& socket, std::size_t frame_bytes_max, int queue_frames_max, bool is_link);
/// kInvalid where a key is none.
Result<void> check_pair(const CurveKeyPair& keys);
Error to_error(const zmq::error_t& error, std::string operation);

/// All parts of the next message; nullopt when none waits. Never blocks.
std::optional<std::vector<zmq::message_t>> receive_message(zmq::socket_t& socket);

/// Opens the monitor of a socket (ZMQ_EVENT_… mask) and returns the end to read it from.
zmq::socket_t open_monitor(zmq::context_t& context, zmq::socket_t& socket, const std::string& name, int events);
/// What a monitor's message says: the event's number (0 for none) and its value, a socket or an error.
struct MonitorEvent {
  int event = 0;
  int value = 0;
};
MonitorEvent read_monitor_event(const std::vector<zmq::message_t>& message);

/// ZeroMQ ends a handshake that takes longer.
inline constexpr int kHandshakeMaxMs = 10'000;

}  // namespace tillsync::transport
