// Inserts many rows with few statements: opening a table and its indexes costs as much as a row, so a statement carries many.
// Stages use it for the tables that every document writes to. Pure, but for the connection that it is given.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

class BulkInsert {
 public:
  /// head: "INSERT INTO t (a, b) VALUES", for rows of `width` params. TS_CHECK: width is not 0.
  BulkInsert(std::string_view head, std::size_t width);

  /// params.size() is a multiple of width. Stops at the first row that fails; the caller rolls back.
  Result<void> run(sql::Connection& connection, std::span<const sql::Param> params) const;

 private:
  std::size_t width_;
  std::string many_, one_;
};

/// Rows of one statement.
inline constexpr std::size_t kRowsPerInsert = 32;

}  // namespace tillsync::hub
