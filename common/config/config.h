// TOML configuration with a documented table of keys: every key has a default, a unit and an environment override; an unknown
// key is an error that names the nearest known one. Pure but for load(). Source: INTERFACES "Commands".
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/error.h"

namespace tillsync::config {

using Setting = std::variant<std::string, std::int64_t, bool, std::vector<std::string>>;

/// One documented key; a path that ends with ".*" is an open table, whose texts have any name. E.g. {"listen.http", "127.0.0.1:7080", "address:port", "Where API and console listen"}. The default
/// decides the type.
struct Key {
  std::string path;
  Setting fallback;
  std::string unit;
  std::string meaning;
};

/// Every declared key has a value: the environment's, else the file's, else the default. Asking for an undeclared key or another type is
/// a broken invariant. Lists come from the environment separated by commas.
class Config {
 public:
  const std::string& text(std::string_view path) const;
  std::int64_t integer(std::string_view path) const;
  bool boolean(std::string_view path) const;
  const std::vector<std::string>& list(std::string_view path) const;
  /// What an open table holds, by name; path without ".*".
  std::map<std::string, std::string> table(std::string_view path) const;
  void set(std::string_view path, Setting value);

 private:
  friend Result<Config> parse(std::string_view, const std::vector<Key>&, std::string_view,
                              const std::function<std::optional<std::string>(const std::string&)>&);
  std::map<std::string, Setting, std::less<>> values_;
};

/// environment_prefix "TILLSYNC_HUB" makes `listen.http` read TILLSYNC_HUB_LISTEN_HTTP through `environment`. Errors are
/// kInvalid and name line, key, nearest known key or the wanted type.
Result<Config> parse(std::string_view toml, const std::vector<Key>& keys, std::string_view environment_prefix,
                     const std::function<std::optional<std::string>(const std::string&)>& environment);
/// Reads the file and the process's environment.
Result<Config> load(const std::filesystem::path& path, const std::vector<Key>& keys, std::string_view environment_prefix);
/// A TOML text with every key, its meaning, unit, environment variable and default as comments, for `init`, `enroll` and the man
/// page. The lines of `values` are in force instead of commented out.
std::string describe(const std::vector<Key>& keys, std::string_view environment_prefix, const std::map<std::string, Setting>& values = {});
/// "TILLSYNC_HUB" and "listen.http" give TILLSYNC_HUB_LISTEN_HTTP.
std::string environment_name(std::string_view prefix, std::string_view path);
/// The known key with the smallest edit distance.
std::string nearest(std::string_view key, const std::vector<Key>& keys);

}  // namespace tillsync::config
