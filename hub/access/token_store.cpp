#include "hub/access/token_store.h"

#include "hub/access/session.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kInsertToken =
    "INSERT INTO api_token (token_id, hash, name, role, created_at, expires_at, scopes, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kColumns =
    "SELECT token_id, name, role, scopes, created_at, created_by, expires_at, revoked_at, last_used_at, hash FROM api_token ";
const std::string kByHash = std::string(kColumns) + "WHERE hash = $1";
const std::string kById = std::string(kColumns) + "WHERE token_id = $1";
const std::string kPage = std::string(kColumns) + "WHERE token_id > $1 ORDER BY token_id LIMIT $2";
const std::string kAllTokens = std::string(kColumns) + "WHERE revoked_at IS NULL";
constexpr std::string_view kRevoke = "UPDATE api_token SET revoked_at = $2 WHERE token_id = $1 AND revoked_at IS NULL";
constexpr std::string_view kSaveLastUsed = "UPDATE api_token SET last_used_at = $2 WHERE token_id = $1";

std::string joined(const std::vector<std::string>& scopes) {
  std::string text;
  for (const std::string& scope : scopes) text += (text.empty() ? "" : ",") + scope;
  return text;
}

std::vector<std::string> parted(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    scopes.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return scopes;
}

std::optional<Instant> instant_at(const sql::Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

ApiToken read_token(const sql::Row& row) {
  return {.token_id = std::string(row.text(0)),
          .name = std::string(row.text(1)),
          .role = std::string(row.text(2)),
          .scopes = parted(row.text(3)),
          .created_at = Instant{row.integer(4)},
          .created_by = std::string(row.text(5)),
          .expires_at = instant_at(row, 6),
          .revoked_at = instant_at(row, 7),
          .last_used_at = instant_at(row, 8)};
}

Result<std::optional<ApiToken>> find(sql::Connection& connection, const std::string& statement, sql::Param key) {
  std::optional<ApiToken> found;
  TS_RETURN_IF_ERROR(connection.query(statement, {key}, [&](const sql::Row& row) { found = read_token(row); }));
  return found;
}

}  // namespace

Result<void> add_api_token(sql::Connection& connection, const ApiToken& token, std::string_view secret) {
  const Bytes hash = secret_hash(secret);
  const std::string scopes = joined(token.scopes);
  const sql::Param expires_at = token.expires_at ? sql::Param(token.expires_at->micros) : sql::Param(nullptr);
  TS_RETURN_IF_ERROR(connection.run(kInsertToken, {std::string_view(token.token_id), sql::Blob{hash}, std::string_view(token.name),
                                              std::string_view(token.role), token.created_at.micros, expires_at, std::string_view(scopes),
                                              std::string_view(token.created_by)}));
  return {};
}

Result<std::optional<ApiToken>> find_api_token(sql::Connection& connection, std::string_view secret) {
  const Bytes hash = secret_hash(secret);
  return find(connection, kByHash, sql::Blob{hash});
}

Result<std::optional<ApiToken>> find_api_token_by_id(sql::Connection& connection, std::string_view token_id) {
  return find(connection, kById, token_id);
}

Result<std::vector<ApiToken>> list_api_tokens(sql::Connection& connection, std::string_view after, std::size_t limit) {
  std::vector<ApiToken> tokens;
  TS_RETURN_IF_ERROR(connection.query(kPage, {after, static_cast<std::int64_t>(limit)}, [&](const sql::Row& row) { tokens.push_back(read_token(row)); }));
  return tokens;
}

Result<std::vector<HashedToken>> all_api_tokens(sql::Connection& connection) {
  std::vector<HashedToken> tokens;
  TS_RETURN_IF_ERROR(connection.query(kAllTokens, {}, [&](const sql::Row& row) { tokens.push_back({Bytes(row.blob(9)), read_token(row)}); }));
  return tokens;
}

Result<void> revoke_api_token(sql::Connection& connection, std::string_view token_id, Instant now) {
  TS_ASSIGN_OR_RETURN(const std::int64_t changed, connection.run(kRevoke, {token_id, now.micros}));
  if (changed == 0) return fail(ErrorCode::kNotFound, "API token " + std::string(token_id), "no valid token has this id");
  return {};
}

Result<void> save_last_used(sql::Connection& connection, std::string_view token_id, Instant at) {
  TS_RETURN_IF_ERROR(connection.run(kSaveLastUsed, {token_id, at.micros}));
  return {};
}

}  // namespace tillsync::hub
