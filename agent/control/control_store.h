// The two small files of the data folder that outlive a start: remote.json and restart.json. Written durably. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "agent/control/remote_config.h"
#include "common/base/error.h"

namespace tillsync::agent {

/// A command to restart that was begun: which, and by which start of the agent.
struct RestartMark {
  std::string command_id, boot;
};

class ControlStore {
 public:
  explicit ControlStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// Nothing set yet where there is no file.
  Result<RemoteConfig> load_config() const;
  Result<void> save_config(const RemoteConfig& config) const;
  Result<std::optional<RestartMark>> load_restart() const;
  Result<void> save_restart(const RestartMark& mark) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace tillsync::agent
