#include "common/sql/sqlite_error.h"

#include <catch2/catch.hpp>
#include <sqlite3.h>

using namespace tillsync;
using namespace tillsync::sql;

TEST_CASE("sqlite error: every family of codes says what a caller can do", "[sql]") {
  CHECK(error_code_of(SQLITE_FULL) == ErrorCode::kDiskFull);
  CHECK(error_code_of(SQLITE_CORRUPT_INDEX) == ErrorCode::kCorrupt);
  CHECK(error_code_of(SQLITE_NOTADB) == ErrorCode::kCorrupt);
  CHECK(error_code_of(SQLITE_IOERR_FSYNC) == ErrorCode::kIo);
  CHECK(error_code_of(SQLITE_BUSY_SNAPSHOT) == ErrorCode::kUnavailable);
  CHECK(error_code_of(SQLITE_LOCKED) == ErrorCode::kUnavailable);
  CHECK(error_code_of(SQLITE_CONSTRAINT_UNIQUE) == ErrorCode::kConflict);
  CHECK(error_code_of(SQLITE_READONLY_DIRECTORY) == ErrorCode::kDenied);
  CHECK(error_code_of(SQLITE_CANTOPEN) == ErrorCode::kDenied);
  CHECK(error_code_of(SQLITE_TOOBIG) == ErrorCode::kLimitExceeded);
  CHECK(error_code_of(SQLITE_INTERRUPT) == ErrorCode::kTimeout);
  CHECK(error_code_of(SQLITE_ERROR) == ErrorCode::kInternal);
  CHECK(error_code_of(SQLITE_MISUSE) == ErrorCode::kInternal);
}

TEST_CASE("sqlite error: what a person can mend has a hint", "[sql]") {
  for (const ErrorCode code :
       {ErrorCode::kDiskFull, ErrorCode::kCorrupt, ErrorCode::kIo, ErrorCode::kUnavailable, ErrorCode::kDenied})
    CHECK_FALSE(hint_of(code).empty());
  CHECK(last_error(nullptr, SQLITE_NOMEM, "open x").detail == "out of memory");
}
