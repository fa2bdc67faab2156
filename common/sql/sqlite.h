// The SQLite adapter of common/sql/sql.h: WAL, synchronous=FULL, foreign keys on, STRICT tables by convention.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/sql/sql.h"

namespace tillsync::sql {

enum class OpenMode { kReadWrite, kReadWriteCreate, kReadOnly };

struct SqliteOptions {
  std::filesystem::path path;
  OpenMode mode = OpenMode::kReadWriteCreate;
  std::int64_t cache_kib = 2'048;       // page cache of this connection
  std::int64_t busy_timeout_ms = 5'000; // wait for another process's lock
  bool automatic_checkpoint = true;     // false where a thread of its own calls checkpoint()
  std::int64_t statement_time_limit_ms = 0;  // kTimeout beyond it; 0 = none. Readers of the hub set it
  std::string vfs;                      // "" = SQLite's default; tests put a faulting one here
};

/// Opens or creates the file (mode 0640). Errors: kCorrupt for a file that is no database ("quarantine it and restore"),
/// kNotFound, kDenied, kDiskFull, kIo.
Result<std::unique_ptr<Connection>> open_sqlite(const SqliteOptions& options);

}  // namespace tillsync::sql
