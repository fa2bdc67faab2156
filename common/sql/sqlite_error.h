// Maps SQLite's result codes to Error. Inside common/sql only. Any thread.
#pragma once

#include <string>

#include "common/base/error.h"

struct sqlite3;

namespace tillsync::sql {

/// The code alone: primary and extended codes are taken.
ErrorCode error_code_of(int sqlite_code);
/// What a person can do about it; "" where only a programmer can.
std::string hint_of(ErrorCode code);
/// The last failure of `database` (may be null when it could not even be allocated).
Error last_error(sqlite3* database, int sqlite_code, std::string operation);

}  // namespace tillsync::sql
