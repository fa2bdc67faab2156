#include "agent/control/remote_config.h"

#include <nlohmann/json.hpp>

namespace tillsync::agent {
namespace {

using nlohmann::json;

constexpr std::int64_t kBytesPerMegabyte = 1'000'000;

/// "" when all of it can be taken here.
std::string objection(const config::RemoteSettings& settings, const LocalFacts& facts) {
  for (const auto& [path, setting] : settings) {
    if (facts.fixed.contains(path)) return path + " is fixed on this machine by an environment variable";
    if (path != "data.max_megabytes" || facts.disk_total_bytes == 0) continue;
    const std::int64_t wanted = std::get<std::int64_t>(setting);
    if (wanted > facts.disk_total_bytes / kBytesPerMegabyte)
      return path + " is " + std::to_string(wanted) + ", the disk has " + std::to_string(facts.disk_total_bytes / kBytesPerMegabyte) + " megabytes in all";
  }
  return "";
}

}  // namespace

RemoteConfig decide_config(const RemoteConfig& now, const config::ConfigItem& item, const LocalFacts& facts) {
  RemoteConfig next = now;
  if (item.item <= now.item) return next;
  next.item = item.item;
  const auto settings = config::parse_remote_settings(item.settings);
  next.error = settings ? objection(*settings, facts) : settings.error().detail;
  next.error.resize(std::min(next.error.size(), kConfigErrorBytesMax));
  if (!next.error.empty()) return next;
  next.revision = item.revision;
  next.settings = *settings;
  return next;
}

std::string remote_config_json(const RemoteConfig& config) {
  return json{{"revision", config.revision}, {"settings", json::parse(config::remote_settings_json(config.settings))}, {"item", config.item}, {"error", config.error}}.dump(
      2, ' ', false, json::error_handler_t::replace);
}

Result<RemoteConfig> parse_remote_config(std::string_view text) {
  const json tree = json::parse(text, nullptr, false);
  const auto has = [&tree](const char* name, json::value_t type) { return tree.contains(name) && tree[name].type() == type; };
  const auto has_number = [&tree](const char* name) { return tree.contains(name) && tree[name].is_number_integer(); };
  if (!tree.is_object() || !has_number("revision") || !has_number("item") || !has("settings", json::value_t::object) || !has("error", json::value_t::string))
    return fail(ErrorCode::kCorrupt, "read remote configuration", R"(it is no {"revision", "settings", "item", "error"})");
  RemoteConfig config;
  config.revision = tree["revision"];
  config.item = tree["item"];
  config.error = tree["error"];
  auto settings = config::parse_remote_settings(tree["settings"].dump());
  if (!settings) return fail(ErrorCode::kCorrupt, "read remote configuration", settings.error().detail);
  config.settings = std::move(*settings);
  return config;
}

}  // namespace tillsync::agent
