// Whether a configuration that the hub sends is taken. All of it or nothing: what cannot be taken leaves the last good one in force.
// Pure.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/config/remote_settings.h"

namespace tillsync::agent {

/// What is in force, and how the last item that was looked at ended.
struct RemoteConfig {
  std::int64_t revision = 0;  // 0: agent.toml alone
  config::RemoteSettings settings;
  std::int64_t item = 0;
  std::string error;          // why that item is not in force, "" = it is
  bool operator==(const RemoteConfig&) const = default;
};

/// What of this machine speaks against a setting.
struct LocalFacts {
  std::set<std::string> fixed;        // keys that the environment sets: nothing stands over it
  std::int64_t disk_total_bytes = 0;  // of the data folder; 0 = not known
};

inline constexpr std::size_t kConfigErrorBytesMax = 500;

/// An item that is not newer than the last one changes nothing.
RemoteConfig decide_config(const RemoteConfig& now, const config::ConfigItem& item, const LocalFacts& facts);

std::string remote_config_json(const RemoteConfig& config);
/// kCorrupt: the text is none, or holds a key that may not be set remotely (any more).
Result<RemoteConfig> parse_remote_config(std::string_view json);

}  // namespace tillsync::agent
