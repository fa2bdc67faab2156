// API tokens of people and scripts: hashed, with a role, scopes and an end. Writes in the caller's transaction; the thread of the
// connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

struct ApiToken {
  std::string token_id, name, role;
  std::vector<std::string> scopes = {};  // first segments of paths behind /v1; none = all
  Instant created_at;
  std::string created_by = {};
  std::optional<Instant> expires_at, revoked_at, last_used_at = {};
  bool is_valid(Instant now) const { return !revoked_at && (!expires_at || now < *expires_at); }
};
struct HashedToken {
  std::string hash;
  ApiToken token;
};

/// `secret` is what the caller presents; only its hash is stored.
Result<void> add_api_token(sql::Connection& connection, const ApiToken& token, std::string_view secret);
/// By the secret that a caller presents; revoked and expired ones too: ask is_valid().
Result<std::optional<ApiToken>> find_api_token(sql::Connection& connection, std::string_view secret);
Result<std::optional<ApiToken>> find_api_token_by_id(sql::Connection& connection, std::string_view token_id);
/// By id. after: exclusive.
Result<std::vector<ApiToken>> list_api_tokens(sql::Connection& connection, std::string_view after, std::size_t limit);
/// For the registry: all that are not revoked.
Result<std::vector<HashedToken>> all_api_tokens(sql::Connection& connection);
/// kNotFound when no valid token has the id.
Result<void> revoke_api_token(sql::Connection& connection, std::string_view token_id, Instant now);
/// Lazily.
Result<void> save_last_used(sql::Connection& connection, std::string_view token_id, Instant at);

}  // namespace tillsync::hub
