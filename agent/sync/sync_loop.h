// The agent's side of the line: one thread with two connections to the hub (bulk, control) and the session that drives them. Reads
// the outbox on a connection of its own; every write goes through SyncPort.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/sync/sync_port.h"
#include "common/base/time.h"
#include "common/transport/socket.h"

namespace tillsync::agent {

struct SyncOptions {
  std::vector<std::string> endpoints;  // tried in turn
  std::string hub_key;                 // Z85
  KeyRecord keys;
  std::filesystem::path database;      // agent.db
  std::string version;
  std::shared_ptr<transport::Context> context;
};

/// The link as people see it.
struct SyncState {
  bool is_up = false;                  // the hub has welcomed us
  bool is_paused = false;              // a person must decide; the doors go on
  std::string text;                    // why, "" = all is well
  std::optional<Duration> clock_skew;  // hub's clock minus ours
  std::string endpoint;                // that is used or tried
  std::string hub_version = {};        // "" = not known
  std::string reason = {};             // why it is paused, or "refused": SessionDriver::pause_reason
};

class SyncLoop {
 public:
  /// kInvalid without endpoints or keys; what the outbox says when it cannot be read. Starts its thread.
  static Result<std::unique_ptr<SyncLoop>> start(const SyncOptions& options, SyncPort& port);
  virtual ~SyncLoop() = default;
  virtual void stop() = 0;
  /// After a COMMIT that added documents. Any thread; cheap, also when the link is down.
  virtual void outbox_advanced(std::uint64_t last_seq) = 0;
  /// Asks the hub; the answer comes by SyncPort::reply_arrived. Any thread.
  virtual void ask(wire::Request request) = 0;
  /// Tells the hub its status now instead of with the next heartbeat. Any thread.
  virtual void report() = 0;
  virtual SyncState state() const = 0;
};

}  // namespace tillsync::agent
