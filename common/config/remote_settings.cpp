#include "common/config/remote_settings.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tillsync::config {
namespace {

using nlohmann::json;

std::unexpected<Error> refuse(const std::string& detail, std::string hint = {}) {
  return fail(ErrorCode::kInvalid, "read remote settings", detail, std::move(hint));
}

std::string known_keys() {
  std::string list;
  for (const RemoteKey& key : remote_keys()) list += (list.empty() ? "" : ", ") + key.path;
  return list;
}

Result<Setting> read_setting(const RemoteKey& key, const json& value) {
  if (std::holds_alternative<std::int64_t>(key.fallback)) {
    if (value.is_number_integer() && value >= key.min && value <= key.max) return value.get<std::int64_t>();
    return refuse(key.path + " must be a whole number from " + std::to_string(key.min) + " to " + std::to_string(key.max));
  }
  if (value.is_string() && std::ranges::find(key.words, value.get<std::string>()) != key.words.end()) return value.get<std::string>();
  std::string words;
  for (const std::string& word : key.words) words += (words.empty() ? "" : ", ") + word;
  return refuse(key.path + " must be one of " + words);
}

}  // namespace

const std::vector<RemoteKey>& remote_keys() {
  static const std::vector<RemoteKey> kKeys = {
      {"data.max_megabytes", std::int64_t{2'000}, "megabytes", "Beyond it what the hub has confirmed is dropped before its 35 days; what waits never is", 10, 1'000'000, {}},
      {"log.level", std::string("info"), "", "What is logged", 0, 0, {"debug", "info", "warning", "error"}},
  };
  return kKeys;
}

Result<RemoteSettings> parse_remote_settings(std::string_view text) {
  if (text.size() > kRemoteSettingsBytesMax) return refuse("the settings are longer than " + std::to_string(kRemoteSettingsBytesMax) + " bytes");
  const json tree = json::parse(text, nullptr, false);
  if (!tree.is_object()) return refuse("the settings are no JSON object");
  RemoteSettings settings;
  for (const auto& [path, value] : tree.items()) {
    const auto key = std::ranges::find(remote_keys(), path, &RemoteKey::path);
    if (key == remote_keys().end()) return refuse(path + " cannot be set from here", "these can: " + known_keys());
    TS_ASSIGN_OR_RETURN(settings[path], read_setting(*key, value));
  }
  return settings;
}

std::string remote_settings_json(const RemoteSettings& settings) {
  json tree = json::object();
  for (const auto& [path, setting] : settings) {
    if (const auto* number = std::get_if<std::int64_t>(&setting)) tree[path] = *number;
    if (const auto* text = std::get_if<std::string>(&setting)) tree[path] = *text;
  }
  return tree.dump();
}

std::string config_item_json(const ConfigItem& item) {
  return R"({"item":)" + std::to_string(item.item) + R"(,"revision":)" + std::to_string(item.revision) + R"(,"settings":)" + item.settings + "}";
}

Result<ConfigItem> parse_config_item(std::string_view text) {
  const json tree = json::parse(text, nullptr, false);
  const auto number = [&tree](const char* name) { return tree.is_object() && tree.contains(name) && tree[name].is_number_integer() && tree[name] >= 0; };
  if (!number("item") || !number("revision") || !tree.contains("settings") || !tree["settings"].is_object())
    return fail(ErrorCode::kInvalid, "read configuration item", R"(it is no {"item", "revision", "settings"})");
  return ConfigItem{tree["item"].get<std::int64_t>(), tree["revision"].get<std::int64_t>(), tree["settings"].dump()};
}

}  // namespace tillsync::config
