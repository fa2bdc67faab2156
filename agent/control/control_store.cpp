#include "agent/control/control_store.h"

#include <nlohmann/json.hpp>

#include "common/base/os.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;

constexpr std::size_t kControlFileBytesMax = 64 * 1'024;

/// nullopt: there is no such file.
Result<std::optional<std::string>> read_if_there(const std::filesystem::path& path) {
  auto text = os::read_file(path, kControlFileBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return std::optional<std::string>{};
  if (!text) return std::unexpected(text.error());
  return std::optional(std::move(*text));
}

}  // namespace

Result<RemoteConfig> ControlStore::load_config() const {
  TS_ASSIGN_OR_RETURN(const auto text, read_if_there(folder_ / "remote.json"));
  if (!text) return RemoteConfig{};
  return parse_remote_config(*text);
}

Result<void> ControlStore::save_config(const RemoteConfig& config) const {
  return os::write_file_durably(folder_ / "remote.json", remote_config_json(config) + "\n", false);
}

Result<std::optional<RestartMark>> ControlStore::load_restart() const {
  TS_ASSIGN_OR_RETURN(const auto text, read_if_there(folder_ / "restart.json"));
  if (!text) return std::optional<RestartMark>{};
  const json tree = json::parse(*text, nullptr, false);
  const auto is_text = [&tree](const char* name) { return tree.is_object() && tree.contains(name) && tree[name].is_string(); };
  if (!is_text("command_id") || !is_text("boot")) return fail(ErrorCode::kCorrupt, "read " + (folder_ / "restart.json").string(), "it is no restart mark");
  return std::optional(RestartMark{tree["command_id"], tree["boot"]});
}

Result<void> ControlStore::save_restart(const RestartMark& mark) const {
  return os::write_file_durably(folder_ / "restart.json", json{{"command_id", mark.command_id}, {"boot", mark.boot}}.dump() + "\n", false);
}

}  // namespace tillsync::agent
