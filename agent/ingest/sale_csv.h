// Sales and returns as a table, one row for each line (README.md "CSV"): for tills that can write nothing better. Rows that
// follow one another with the same till, series and document_no are one document; tax summary, totals and one tender are
// summed from them. Pure. Any thread.
#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "common/contract/problem.h"
#include "common/contract/value.h"

namespace tillsync::agent {

inline constexpr std::size_t kCsvRowsMax = 100'000;

struct CsvDocument {
  std::size_t line = 0;  // of the file where the document begins, from 1
  std::expected<Value, Problem> tree;
};

/// A problem of the whole file where the table cannot be read: quotes, header, unknown or missing columns.
std::expected<std::vector<CsvDocument>, Problem> documents_in_csv(std::string_view text);

}  // namespace tillsync::agent
