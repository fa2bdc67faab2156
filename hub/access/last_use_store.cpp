#include "hub/access/last_use_store.h"

#include "hub/access/session_store.h"
#include "hub/access/token_store.h"

namespace tillsync::hub {

Result<void> save_last_uses(sql::Connection& connection, const LastUses& uses, const SessionPolicy& policy, Instant now) {
  for (const auto& [token_id, at] : uses.tokens) TS_RETURN_IF_ERROR(save_last_used(connection, token_id, at));
  for (const auto& [hash, at] : uses.sessions) TS_RETURN_IF_ERROR(save_seen(connection, hash, at));
  return delete_ended_sessions(connection, policy, now);
}

}  // namespace tillsync::hub
