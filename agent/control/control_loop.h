// Does what the hub tells this agent, one after the other on a thread of its own, and takes the configuration that the hub sends. A
// command may come several times; it is done once in a start, and "restart" once for ever (restart.json).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "agent/control/remote_config.h"
#include "common/base/error.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

inline constexpr std::size_t kCommandsQueuedMax = 32;        // beyond it a command is dropped: the hub sends it again
inline constexpr std::size_t kAnswersKept = 64;              // of this start, to be given again
inline constexpr std::size_t kLogBytesSentMax = 400 * 1'024;
inline constexpr std::int64_t kLogLinesDefault = 200;

struct ControlOptions {
  std::filesystem::path folder, database;
  std::string boot;             // of this start, drawn anew each time
  std::string version;
  bool is_supervised = false;   // something starts the agent again when it ends for a restart
  LocalFacts facts;
  /// Called on this loop's thread.
  std::function<void(const config::RemoteSettings&)> apply;  // over agent.toml; what is not in it goes back to agent.toml's
  std::function<void()> config_looked_at;                    // the hub wants to know
  std::function<void()> restart;                             // the process is to end so that it is started again
};

class ControlLoop {
 public:
  using Done = std::function<void(wire::CommandResult)>;
  /// Applies nothing: the configuration in force was read before the agent started. kIo: the database cannot be read.
  static Result<std::unique_ptr<ControlLoop>> start(ControlOptions options, RemoteConfig in_force);
  virtual ~ControlLoop() = default;
  /// A command that runs is given up.
  virtual void stop() = 0;
  /// Any thread. `done` may come later, from the loop's thread, or not at all.
  virtual void submit(wire::Command command, Done done) = 0;
  /// A configuration may have come. Any thread.
  virtual void inbox_advanced() = 0;
  virtual RemoteConfig config() const = 0;
};

}  // namespace tillsync::agent
