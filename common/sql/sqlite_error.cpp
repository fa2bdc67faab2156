#include "common/sql/sqlite_error.h"

#include <sqlite3.h>

#include <cerrno>

namespace tillsync::sql {

ErrorCode error_code_of(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL: return ErrorCode::kDiskFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::kCorrupt;
    case SQLITE_IOERR: return ErrorCode::kIo;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM: return ErrorCode::kUnavailable;
    case SQLITE_CONSTRAINT: return ErrorCode::kConflict;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN: return ErrorCode::kDenied;
    case SQLITE_TOOBIG: return ErrorCode::kLimitExceeded;
    case SQLITE_INTERRUPT: return ErrorCode::kTimeout;
    default: return ErrorCode::kInternal;
  }
}

std::string hint_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kDiskFull: return "free space on the disk of the database; nothing was lost";
    case ErrorCode::kCorrupt: return "stop the program, move the file and its -wal and -shm aside, and restore a backup";
    case ErrorCode::kIo: return "check the disk and the system's log";
    case ErrorCode::kUnavailable: return "another process or connection holds the database; try again";
    case ErrorCode::kDenied: return "check the owner and the mode of the file and its folder";
    default: return {};
  }
}

Error last_error(sqlite3* database, int sqlite_code, std::string operation) {
  ErrorCode code = error_code_of(sqlite_code);
  // Shared memory and truncation report a full disk as a plain I/O error; the system's own number tells them apart.
  if (code == ErrorCode::kIo && database != nullptr && sqlite3_system_errno(database) == ENOSPC) code = ErrorCode::kDiskFull;
  std::string detail = sqlite3_errstr(sqlite_code);
  if (database != nullptr && (sqlite3_errcode(database) & 0xff) == (sqlite_code & 0xff)) detail = sqlite3_errmsg(database);
  return Error{code, std::move(operation), std::move(detail), hint_of(code)};
}

}  // namespace tillsync::sql
