// People with a password. Writes in the caller's transaction; the thread of the connection.
#pragma once

#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/api/router.h"

namespace tillsync::hub {

inline constexpr std::size_t kPasswordBytesMin = 10;
inline constexpr std::size_t kPasswordBytesMax = 1'000;

/// Takes a moment: Argon2id is slow by design. kInvalid for a password out of bounds, kConflict for a name that is taken.
Result<void> add_user(sql::Connection& connection, std::string_view name, std::string_view password, Role role, Instant now);

}  // namespace tillsync::hub
