// Lists for people: rows of JSON objects as an aligned table. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace tillsync::hub {

/// One column: the member of the row ("totals.gross" goes into nested objects) under a heading.
struct Column {
  std::string member, heading;
};

/// Missing members, null and empty lists are "-"; a list is its entries with commas. Columns whose every value is a number are right-aligned. An empty list gives `empty`.
std::string format_table(const nlohmann::json& rows, const std::vector<Column>& columns, const std::string& empty);

}  // namespace tillsync::hub
