#include "common/config/config.h"

#include <charconv>
#include <cstdlib>
#include <toml++/toml.h>

#include "common/base/os.h"

namespace tillsync::config {
namespace {

constexpr std::size_t kFileBytesMax = 1'000'000;

using Environment = std::function<std::optional<std::string>(const std::string&)>;

std::string_view type_name(const Setting& setting) {
  if (std::holds_alternative<std::string>(setting)) return "a text in quotes";
  if (std::holds_alternative<std::int64_t>(setting)) return "a whole number";
  if (std::holds_alternative<bool>(setting)) return "true or false";
  return "a list of texts";
}

std::string wanted(const Key& key) {
  return "must be " + std::string(type_name(key.fallback)) + (key.unit.empty() ? "" : " (" + key.unit + ")");
}

std::string at_line(const toml::node& node) { return "line " + std::to_string(node.source().begin.line); }

const Key* find_key(std::string_view path, const std::vector<Key>& keys) {
  for (const Key& key : keys)
    if (key.path == path) return &key;
  return nullptr;
}

bool is_table_of_keys(std::string_view path, const std::vector<Key>& keys) {
  for (const Key& key : keys)
    if (key.path.size() > path.size() && key.path.starts_with(path) && key.path[path.size()] == '.') return true;
  return false;
}

std::optional<Setting> read_list(const toml::array& array) {
  std::vector<std::string> list;
  for (const toml::node& entry : array) {
    const auto* text = entry.as_string();
    if (text == nullptr) return std::nullopt;
    list.push_back(text->get());
  }
  return list;
}

/// nullopt when the node has another type than the key's default.
std::optional<Setting> read_node(const toml::node& node, const Setting& fallback) {
  if (std::holds_alternative<std::string>(fallback) && node.is_string()) return node.as_string()->get();
  if (std::holds_alternative<std::int64_t>(fallback) && node.is_integer()) return node.as_integer()->get();
  if (std::holds_alternative<bool>(fallback) && node.is_boolean()) return node.as_boolean()->get();
  if (std::holds_alternative<std::vector<std::string>>(fallback) && node.is_array()) return read_list(*node.as_array());
  return std::nullopt;
}

Result<void> read_table(const toml::table& table, const std::string& prefix, const std::vector<Key>& keys,
                        std::map<std::string, Setting, std::less<>>& values) {
  for (const auto& [name, node] : table) {
    const std::string path = prefix + std::string(name.str());
    const Key* key = find_key(path, keys);
    if (key == nullptr && find_key(prefix + "*", keys) != nullptr) {
      if (!node.is_string()) return fail(ErrorCode::kInvalid, "read configuration", at_line(node) + ": '" + path + "' must be a text in quotes");
      values[path] = node.as_string()->get();
      continue;
    }
    if (key == nullptr && is_table_of_keys(path, keys)) {
      if (!node.is_table()) return fail(ErrorCode::kInvalid, "read configuration", at_line(node) + ": '" + path + "' must be a table: [" + path + "]");
      TS_RETURN_IF_ERROR(read_table(*node.as_table(), path + '.', keys, values));
      continue;
    }
    if (key == nullptr) {
      // Of an unknown table the keys inside are named, which says more than the table's name.
      if (node.is_table() && !node.as_table()->empty()) {
        TS_RETURN_IF_ERROR(read_table(*node.as_table(), path + '.', keys, values));
        continue;
      }
      return fail(ErrorCode::kInvalid, "read configuration", at_line(node) + ": unknown key '" + path + "'",
                  keys.empty() ? "" : "did you mean '" + nearest(path, keys) + "'?");
    }
    std::optional<Setting> value = read_node(node, key->fallback);
    if (!value) return fail(ErrorCode::kInvalid, "read configuration", at_line(node) + ": '" + path + "' " + wanted(*key));
    values[path] = std::move(*value);
  }
  return {};
}

bool is_open_table(const Key& key) { return key.path.ends_with(".*"); }

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> list;
  if (trimmed(text).empty()) return list;
  while (true) {
    const std::size_t comma = text.find(',');
    list.emplace_back(trimmed(text.substr(0, comma)));
    if (comma == std::string_view::npos) return list;
    text.remove_prefix(comma + 1);
  }
}

std::optional<Setting> read_text(const std::string& text, const Setting& fallback) {
  if (std::holds_alternative<std::string>(fallback)) return text;
  if (std::holds_alternative<std::vector<std::string>>(fallback)) return split_list(text);
  if (std::holds_alternative<bool>(fallback)) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
    return std::nullopt;
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

// A key that was never declared, or is read as another type, is the program's mistake, not the file's.
const std::string& Config::text(std::string_view path) const {
  const auto found = values_.find(path);
  TS_CHECK(found != values_.end() && std::holds_alternative<std::string>(found->second));
  return std::get<std::string>(found->second);
}
std::int64_t Config::integer(std::string_view path) const {
  const auto found = values_.find(path);
  TS_CHECK(found != values_.end() && std::holds_alternative<std::int64_t>(found->second));
  return std::get<std::int64_t>(found->second);
}
bool Config::boolean(std::string_view path) const {
  const auto found = values_.find(path);
  TS_CHECK(found != values_.end() && std::holds_alternative<bool>(found->second));
  return std::get<bool>(found->second);
}
const std::vector<std::string>& Config::list(std::string_view path) const {
  const auto found = values_.find(path);
  TS_CHECK(found != values_.end() && std::holds_alternative<std::vector<std::string>>(found->second));
  return std::get<std::vector<std::string>>(found->second);
}
std::map<std::string, std::string> Config::table(std::string_view path) const {
  std::map<std::string, std::string> found;
  const std::string prefix = std::string(path) + ".";
  for (auto entry = values_.lower_bound(prefix); entry != values_.end() && entry->first.starts_with(prefix); ++entry)
    if (const auto* text = std::get_if<std::string>(&entry->second)) found[entry->first.substr(prefix.size())] = *text;
  return found;
}
void Config::set(std::string_view path, Setting value) {
  const auto found = values_.find(path);
  TS_CHECK(found != values_.end() && found->second.index() == value.index());
  found->second = std::move(value);
}

Result<Config> parse(std::string_view toml, const std::vector<Key>& keys, std::string_view environment_prefix,
                     const Environment& environment) {
  Config config;
  for (const Key& key : keys)
    if (!is_open_table(key)) config.values_[key.path] = key.fallback;
  try {
    const toml::table table = toml::parse(toml);
    TS_RETURN_IF_ERROR(read_table(table, "", keys, config.values_));
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kInvalid, "read configuration",
                "line " + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
  for (const Key& key : keys) {
    if (is_open_table(key)) continue;
    const std::string name = environment_name(environment_prefix, key.path);
    const std::optional<std::string> text = environment(name);
    if (!text) continue;
    std::optional<Setting> value = read_text(*text, key.fallback);
    if (!value) return fail(ErrorCode::kInvalid, "read environment", name + " " + wanted(key));
    config.values_[key.path] = std::move(*value);
  }
  return config;
}

Result<Config> load(const std::filesystem::path& path, const std::vector<Key>& keys, std::string_view environment_prefix) {
  TS_ASSIGN_OR_RETURN(const std::string text, os::read_file(path, kFileBytesMax));
  Result<Config> config = parse(text, keys, environment_prefix, [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
  if (!config) config.error().operation += " " + path.string();
  return config;
}

}  // namespace tillsync::config
