#include "hub/access/user_store.h"

#include <algorithm>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kInsertUser =
    "INSERT INTO user_account(name, password_hash, role, created_at, disabled, revision) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kColumns = "SELECT name, password_hash, role, disabled, created_at, last_login_at, revision FROM user_account ";
const std::string kFind = std::string(kColumns) + "WHERE name = $1";
const std::string kPage = std::string(kColumns) + "WHERE name > $1 ORDER BY name LIMIT $2";
constexpr std::string_view kUpdate =
    "UPDATE user_account SET password_hash = $2, role = $3, disabled = $4, revision = revision + 1 WHERE name = $1";
constexpr std::string_view kRecordLogin = "UPDATE user_account SET last_login_at = $2 WHERE name = $1";
constexpr std::string_view kCountAdministrators = "SELECT count(*) FROM user_account WHERE role = 'administrator' AND disabled = 0";

User read_user(const sql::Row& row) {
  User user;
  user.name = row.text(0);
  user.password_hash = row.text(1);
  // A role that this version does not know gives no right but to look.
  user.role = parse_held_role(row.text(2)).value_or(Role::kViewer);
  user.is_disabled = row.integer(3) != 0;
  user.created_at = Instant{row.integer(4)};
  if (!row.is_null(5)) user.last_login_at = Instant{row.integer(5)};
  user.revision = row.integer(6);
  return user;
}

}  // namespace

Result<void> check_user_name(std::string_view name) {
  const bool is_plain = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 127 && c != '/'; });
  if (name.empty() || name.size() > kUserNameBytesMax || !is_plain)
    return fail(ErrorCode::kInvalid, "add user",
                "the name must have 1 to " + std::to_string(kUserNameBytesMax) + " printable ASCII characters without blanks and slashes");
  return {};
}

Result<void> check_password(std::string_view password) {
  if (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax)
    return fail(ErrorCode::kInvalid, "set password",
                "the password must have " + std::to_string(kPasswordBytesMin) + " to " + std::to_string(kPasswordBytesMax) + " bytes");
  return {};
}

Result<void> add_user(sql::Connection& connection, std::string_view name, std::string_view password, Role role, Instant now) {
  TS_RETURN_IF_ERROR(check_user_name(name));
  TS_RETURN_IF_ERROR(check_password(password));
  User user;
  user.name = name;
  TS_ASSIGN_OR_RETURN(user.password_hash, hash_password(password));
  user.role = role;
  user.created_at = now;
  return insert_user(connection, user);
}

Result<void> insert_user(sql::Connection& connection, const User& user) {
  TS_ASSIGN_OR_RETURN(const auto existing, find_user(connection, user.name));
  if (existing) return fail(ErrorCode::kAlreadyExists, "add user", "there is a user " + user.name + " already");
  TS_RETURN_IF_ERROR(connection.run(kInsertUser, {std::string_view(user.name), std::string_view(user.password_hash), to_string(user.role),
                                              user.created_at.micros, std::int64_t{user.is_disabled}, user.revision}));
  return {};
}

Result<std::optional<User>> find_user(sql::Connection& connection, std::string_view name) {
  std::optional<User> found;
  TS_RETURN_IF_ERROR(connection.query(kFind, {name}, [&](const sql::Row& row) { found = read_user(row); }));
  return found;
}

Result<std::vector<User>> list_users(sql::Connection& connection, std::string_view after, std::size_t limit) {
  std::vector<User> users;
  TS_RETURN_IF_ERROR(connection.query(kPage, {after, static_cast<std::int64_t>(limit)}, [&](const sql::Row& row) { users.push_back(read_user(row)); }));
  return users;
}

Result<void> update_user(sql::Connection& connection, const User& user) {
  TS_ASSIGN_OR_RETURN(const std::int64_t changed, connection.run(kUpdate, {std::string_view(user.name), std::string_view(user.password_hash),
                                                                           to_string(user.role), std::int64_t{user.is_disabled}}));
  if (changed == 0) return fail(ErrorCode::kNotFound, "change user", "there is no user " + user.name);
  return {};
}

Result<void> record_login(sql::Connection& connection, std::string_view name, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kRecordLogin, {name, now.micros}));
  return {};
}

Result<std::int64_t> count_enabled_administrators(sql::Connection& connection) {
  std::int64_t count = 0;
  TS_RETURN_IF_ERROR(connection.query(kCountAdministrators, {}, [&](const sql::Row& row) { count = row.integer(0); }));
  return count;
}

}  // namespace tillsync::hub
