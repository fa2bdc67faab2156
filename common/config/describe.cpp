#include <algorithm>

#include "common/base/bytes.h"
#include "common/config/config.h"

namespace tillsync::config {
namespace {

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) out += "\\u00" + to_hex({&c, 1});
    else out += c;
  }
  return out + '"';
}

std::string toml_value(const Setting& setting) {
  if (const auto* text = std::get_if<std::string>(&setting)) return quoted_text(*text);
  if (const auto* number = std::get_if<std::int64_t>(&setting)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&setting)) return *flag ? "true" : "false";
  std::string out = "[";
  for (const std::string& entry : std::get<std::vector<std::string>>(setting)) out += (out.size() > 1 ? ", " : "") + quoted_text(entry);
  return out + "]";
}

/// "listen.http" stands in the table "listen" under the name "http"; a key without a dot at the top of the file.
std::pair<std::string_view, std::string_view> table_and_name(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return {"", path};
  return {path.substr(0, dot), path.substr(dot + 1)};
}

void append_table(std::string& out, std::string_view table, const std::vector<Key>& keys, std::string_view environment_prefix,
                  const std::map<std::string, Setting>& values) {
  if (!table.empty()) out += (out.empty() ? "[" : "\n[") + std::string(table) + "]\n";
  for (const Key& key : keys) {
    const auto [key_table, name] = table_and_name(key.path);
    if (key_table != table) continue;
    if (name == "*") {
      out += "# " + key.meaning + (key.unit.empty() ? "" : " (" + key.unit + ")") + " [" + environment_name(environment_prefix, table) + "_NAME]\n# name = \"\"\n";
      continue;
    }
    out += "# " + key.meaning + (key.unit.empty() ? "" : " (" + key.unit + ")") + " [" + environment_name(environment_prefix, key.path) + "]\n";
    const auto value = values.find(key.path);
    if (value == values.end()) out += "# ";
    out += std::string(name) + " = " + toml_value(value == values.end() ? key.fallback : value->second) + "\n";
  }
}

}  // namespace

std::string describe(const std::vector<Key>& keys, std::string_view environment_prefix, const std::map<std::string, Setting>& values) {
  // Keys without a table must come first: TOML would count them to the table above them.
  std::vector<std::string_view> tables = {""};
  for (const Key& key : keys) {
    const std::string_view table = table_and_name(key.path).first;
    if (std::ranges::find(tables, table) == tables.end()) tables.push_back(table);
  }
  std::string out;
  for (const std::string_view table : tables) append_table(out, table, keys, environment_prefix, values);
  return out;
}

std::string environment_name(std::string_view prefix, std::string_view path) {
  std::string name(prefix);
  name += '_';
  for (const char c : path) {
    if (c >= 'a' && c <= 'z') name += static_cast<char>(c - 'a' + 'A');
    else name += c == '.' || c == '-' ? '_' : c;
  }
  return name;
}

}  // namespace tillsync::config
