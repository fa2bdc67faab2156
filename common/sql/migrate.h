// Append-only schema migrations. Each is recorded with its SHA-256 checksum; a changed or missing one stops the program
// instead of running on a schema that nobody described.
#pragma once

#include <span>
#include <string_view>

#include "common/sql/sql.h"

namespace tillsync::sql {

struct Migration {
  int number;             // 1, 2, … without holes
  std::string_view name;  // file name "0001_outbox.sql"
  std::string_view script;
};

/// Runs what is missing, each in a transaction of its own. kCorrupt when a recorded one differs or the database is newer
/// than this program ("install the newer program, or restore").
Result<void> migrate(Connection& connection, std::string_view component, std::span<const Migration> migrations);

}  // namespace tillsync::sql
