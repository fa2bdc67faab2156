// The hub's side of the line: one thread with the ROUTER socket (CURVE, ZAP) and one session for each agent key. Hands documents to
// the writer by turns (fair_queue.h) and acknowledges only what the writer has committed.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/bytes.h"
#include "common/transport/socket.h"
#include "hub/sync/registry_port.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

struct SyncOptions {
  std::string endpoint = "tcp://0.0.0.0:7001";
  transport::CurveKeyPair keys;
  IncarnationId incarnation;
  std::int64_t credit_bytes = 0;  // window of one agent; 0 = kWindowBytesMax
};

/// Running totals since the start, and what is so now. Any thread.
struct SyncCounters {
  std::uint64_t frames_in = 0, bytes_in = 0, frames_out = 0, bytes_out = 0;
  std::uint64_t malformed = 0, not_enrolled = 0, revoked = 0, out_of_step = 0;
  std::uint64_t sessions = 0, online = 0;
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
};

}  // namespace tillsync::hub
