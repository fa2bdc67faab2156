// Takes the steps of roll-outs: looks every two seconds while one is under way, else when it is told to, at what the agents have told, and
// has the writer give the next ones their revision. One thread of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent_registry.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

/// One look. True: a roll-out is under way, look again soon. `outbound_queued` is called after a COMMIT that gave agents something.
/// Waits for the commit.
Result<bool> step_rollouts(sql::Connection& reads, WriterPort& writer, AgentRegistry& agents, const std::function<void()>& outbound_queued, Instant now);

class RolloutWatch {
 public:
  static Result<std::unique_ptr<RolloutWatch>> start(const std::filesystem::path& database, WriterPort& writer, AgentRegistry& agents,
                                                     std::function<void()> outbound_queued);
  virtual ~RolloutWatch() = default;
  /// A roll-out was made or changed. Any thread; after stop() nothing happens.
  virtual void notify() = 0;
  virtual void stop() = 0;
};

}  // namespace tillsync::hub
