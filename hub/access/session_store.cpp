#include "hub/access/session_store.h"

#include "common/sql/migrate.h"
#include "hub/access/schema.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kInsertSession =
    "INSERT INTO login_session (hash, user_name, created_at, seen_at, expires_at, address) VALUES ($1, $2, $3, $4, $5, $6)";
constexpr std::string_view kDeleteOldest =
    "DELETE FROM login_session WHERE hash IN (SELECT hash FROM login_session WHERE user_name = $1 ORDER BY created_at DESC LIMIT -1 OFFSET $2)";
constexpr std::string_view kDelete = "DELETE FROM login_session WHERE hash = $1";
constexpr std::string_view kDeleteOf = "DELETE FROM login_session WHERE user_name = $1 AND ($2 IS NULL OR hash <> $2)";
constexpr std::string_view kAllSessions = "SELECT hash, user_name, created_at, seen_at, expires_at, address FROM login_session";
constexpr std::string_view kSaveSeen = "UPDATE login_session SET seen_at = $2 WHERE hash = $1 AND seen_at < $2";
constexpr std::string_view kDeleteEnded = "DELETE FROM login_session WHERE expires_at <= $1 OR seen_at <= $2";

}  // namespace

Result<void> migrate_access(sql::Connection& connection) { return sql::migrate(connection, "hub/access", access_schema::migrations()); }

Result<void> insert_session(sql::Connection& connection, const Session& session) {
  TS_RETURN_IF_ERROR(connection.run(kDeleteOldest, {std::string_view(session.user), static_cast<std::int64_t>(kSessionsPerUserMax - 1)}));
  TS_RETURN_IF_ERROR(connection.run(kInsertSession, {sql::Blob{session.hash}, std::string_view(session.user), session.created_at.micros,
                                              session.seen_at.micros, session.expires_at.micros, std::string_view(session.address)}));
  return {};
}

Result<void> delete_session(sql::Connection& connection, BytesView hash) {
  TS_RETURN_IF_ERROR(connection.run(kDelete, {sql::Blob{hash}}));
  return {};
}

Result<void> delete_sessions_of(sql::Connection& connection, std::string_view user, std::optional<BytesView> kept) {
  TS_RETURN_IF_ERROR(connection.run(kDeleteOf, {user, kept ? sql::Param(sql::Blob{*kept}) : sql::Param(nullptr)}));
  return {};
}

Result<std::vector<Session>> all_sessions(sql::Connection& connection) {
  std::vector<Session> sessions;
  TS_RETURN_IF_ERROR(connection.query(kAllSessions, {}, [&](const sql::Row& row) {
    sessions.push_back({Bytes(row.blob(0)), std::string(row.text(1)), Instant{row.integer(2)}, Instant{row.integer(3)}, Instant{row.integer(4)},
                        std::string(row.text(5))});
  }));
  return sessions;
}

Result<void> save_seen(sql::Connection& connection, BytesView hash, Instant seen_at) {
  TS_RETURN_IF_ERROR(connection.run(kSaveSeen, {sql::Blob{hash}, seen_at.micros}));
  return {};
}

Result<void> delete_ended_sessions(sql::Connection& connection, const SessionPolicy& policy, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kDeleteEnded, {now.micros, (now - policy.idle).micros}));
  return {};
}

}  // namespace tillsync::hub
