#include "hub/ctl/table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tillsync::hub {
namespace {

using nlohmann::json;

std::string cell(const json& row, const std::string& member) {
  const json* value = &row;
  std::size_t start = 0;
  while (true) {
    const std::size_t dot = member.find('.', start);
    const std::string name = member.substr(start, dot == std::string::npos ? dot : dot - start);
    if (!value->is_object() || !value->contains(name)) return "-";
    value = &(*value)[name];
    if (dot == std::string::npos) break;
    start = dot + 1;
  }
  if (value->is_null()) return "-";
  if (value->is_string()) return value->get<std::string>().empty() ? "-" : value->get<std::string>();
  if (!value->is_array()) return value->dump();
  std::string list;
  for (const json& entry : *value) list += (list.empty() ? "" : ", ") + (entry.is_string() ? entry.get<std::string>() : entry.dump());
  return list.empty() ? "-" : list;
}

/// Code points, so that names with accents stay aligned.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
}

}  // namespace

std::string format_table(const json& rows, const std::vector<Column>& columns, const std::string& empty) {
  if (rows.empty()) return empty + "\n";
  std::vector<std::vector<std::string>> cells;
  std::vector<std::size_t> widths;
  std::vector<bool> right(columns.size(), true);
  for (const auto& column : columns) widths.push_back(width_of(column.heading));
  for (const auto& row : rows) {
    auto& line = cells.emplace_back();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      line.push_back(cell(row, columns[i].member));
      widths[i] = std::max(widths[i], width_of(line.back()));
      right[i] = right[i] && is_number(line.back());
    }
  }
  std::string text;
  const auto add_line = [&](const std::vector<std::string>& line) {
    std::string formatted;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      if (i > 0) formatted += "  ";
      formatted += right[i] ? padding + line[i] : line[i] + padding;
    }
    formatted.erase(formatted.find_last_not_of(' ') + 1);
    text += formatted + "\n";
  };
  std::vector<std::string> headings;
  for (const auto& column : columns) headings.push_back(column.heading);
  add_line(headings);
  for (const auto& line : cells) add_line(line);
  return text;
}

}  // namespace tillsync::hub
