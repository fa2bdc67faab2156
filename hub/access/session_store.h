// The table of sessions, and the migration of this folder. Writes in the caller's transaction; the thread of the connection.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/access/session.h"

namespace tillsync::hub {

/// Behind the migrations of hub/api and hub/fleet, whose tables it extends.
Result<void> migrate_access(sql::Connection& connection);

/// Beyond kSessionsPerUserMax of the user the oldest are deleted.
Result<void> insert_session(sql::Connection& connection, const Session& session);
Result<void> delete_session(sql::Connection& connection, BytesView hash);
/// All of a user but `kept`.
Result<void> delete_sessions_of(sql::Connection& connection, std::string_view user, std::optional<BytesView> kept);
Result<std::vector<Session>> all_sessions(sql::Connection& connection);
/// Lazily; those that are gone are passed over.
Result<void> save_seen(sql::Connection& connection, BytesView hash, Instant seen_at);
Result<void> delete_ended_sessions(sql::Connection& connection, const SessionPolicy& policy, Instant now);

}  // namespace tillsync::hub
