// What of agent.toml may be set from the hub: a closed list, with the type and bounds of each key, which hub and agent both hold to. No
// address, key or token is in it: an agent that was given a wrong one could not be reached to give it the right one. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"

namespace tillsync::config {

inline constexpr std::size_t kRemoteSettingsBytesMax = 16 * 1'024;  // of one revision, as JSON

struct RemoteKey {
  std::string path;
  Setting fallback;                 // of agent.toml; its type is the key's
  std::string unit, meaning;
  std::int64_t min = 0, max = 0;    // of whole numbers
  std::vector<std::string> words;   // of texts
};
const std::vector<RemoteKey>& remote_keys();

/// By path.
using RemoteSettings = std::map<std::string, Setting, std::less<>>;
/// {"log.level": "debug", …}. kInvalid names the key and what it may be.
Result<RemoteSettings> parse_remote_settings(std::string_view json);
/// The same, in the order of the keys.
std::string remote_settings_json(const RemoteSettings& settings);

/// An inbox item config/1: {"item", "revision", "settings"}. item grows with each that an agent is sent.
struct ConfigItem {
  std::int64_t item = 0, revision = 0;
  std::string settings;  // JSON, not read yet
};
std::string config_item_json(const ConfigItem& item);
/// kInvalid: it is none.
Result<ConfigItem> parse_config_item(std::string_view json);

}  // namespace tillsync::config
