// Comma-separated values of RFC 4180: quotes, doubled quotes, line breaks inside quotes, CRLF or LF. Pure. Any thread.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace tillsync::agent {

struct CsvRow {
  std::size_t line = 0;  // of the file where the row begins, from 1
  std::vector<std::string> cells;
};
struct CsvFault {
  std::size_t line = 0;
  std::string text;
};

/// A byte-order mark and empty lines are skipped. At most rows_max rows.
std::expected<std::vector<CsvRow>, CsvFault> parse_csv(std::string_view text, std::size_t rows_max);

}  // namespace tillsync::agent
