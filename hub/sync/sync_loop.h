// The hub's side of the line: one thread with the ROUTER socket (CURVE, ZAP) that runs the sessions (sessions_driver.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/bytes.h"
#include "common/transport/socket.h"
#include "hub/sync/registry_port.h"
#include "hub/sync/sessions_driver.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

struct SyncOptions {
  std::string endpoint = "tcp://0.0.0.0:7001";
  transport::CurveKeyPair keys;
  IncarnationId incarnation;
  std::int64_t credit_bytes = 0;  // window of one agent; 0 = kWindowBytesMax
};

/// Any thread.
struct SyncCounters : SessionsCounters {
  transport::HandshakeCounters handshakes;
};

class SyncLoop {
 public:
  /// kUnavailable when the endpoint is taken, kInvalid when it is none.
  static Result<std::unique_ptr<SyncLoop>> start(const SyncOptions& options, RegistryPort& registry, WriterPort& writer);
  virtual ~SyncLoop() = default;
  /// Takes no more frames; ends the thread. What the writer still commits is not acknowledged: the agents send it again.
  virtual void stop() = 0;
  virtual SyncCounters counters() const = 0;
  virtual std::string endpoint() const = 0;
  /// Something new waits in hub/outbound, or an agent's standing has changed. Any thread.
  virtual void outbound_advanced() = 0;
  /// This agent has got a command. Any thread.
  virtual void commands_advanced(const AgentId& agent_id) = 0;
};

}  // namespace tillsync::hub
