#include "hub/api/user_store.h"

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kInsert = "INSERT INTO user_account(name, password_hash, role, created_at) VALUES ($1, $2, $3, $4)";

}  // namespace

Result<void> add_user(sql::Connection& connection, std::string_view name, std::string_view password, Role role, Instant now) {
  if (name.empty()) return fail(ErrorCode::kInvalid, "add user", "the name is empty");
  if (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax)
    return fail(ErrorCode::kInvalid, "add user",
                "the password must have " + std::to_string(kPasswordBytesMin) + " to " + std::to_string(kPasswordBytesMax) + " bytes");
  TS_ASSIGN_OR_RETURN(const std::string hash, hash_password(password));
  TS_RETURN_IF_ERROR(connection.run(kInsert, {name, std::string_view(hash), to_string(role), now.micros}));
  return {};
}

}  // namespace tillsync::hub
