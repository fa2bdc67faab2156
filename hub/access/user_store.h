// People with a password. Writes in the caller's transaction; the thread of the connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/access/role.h"

namespace tillsync::hub {

inline constexpr std::size_t kPasswordBytesMin = 10;
inline constexpr std::size_t kPasswordBytesMax = 1'000;
inline constexpr std::size_t kUserNameBytesMax = 100;

struct User {
  std::string name;
  std::string password_hash;  // Argon2id in libsodium's text form
  Role role = Role::kViewer;
  bool is_disabled = false;
  Instant created_at;
  std::optional<Instant> last_login_at;
  std::int64_t revision = 1;
};

/// kInvalid: empty, longer than kUserNameBytesMax, or not made of printable ASCII without slashes.
Result<void> check_user_name(std::string_view name);
/// kInvalid: out of bounds.
Result<void> check_password(std::string_view password);

/// Takes a moment: Argon2id is slow by design. kInvalid for a name or password out of bounds, kConflict for a name that is taken.
Result<void> add_user(sql::Connection& connection, std::string_view name, std::string_view password, Role role, Instant now);
/// The same with a password that is hashed already. kAlreadyExists for a name that is taken.
Result<void> insert_user(sql::Connection& connection, const User& user);
Result<std::optional<User>> find_user(sql::Connection& connection, std::string_view name);
/// By name. after: exclusive.
Result<std::vector<User>> list_users(sql::Connection& connection, std::string_view after, std::size_t limit);
/// Role, disabled, password hash; the revision goes up by one.
Result<void> update_user(sql::Connection& connection, const User& user);
Result<void> record_login(sql::Connection& connection, std::string_view name, Instant now);
Result<std::int64_t> count_enabled_administrators(sql::Connection& connection);

}  // namespace tillsync::hub
