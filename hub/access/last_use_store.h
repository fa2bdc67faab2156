// Saves what the registry has seen since the last time, in the caller's transaction.
#pragma once

#include "hub/access/access_registry.h"

namespace tillsync::hub {

/// Last use of tokens and sessions; then sessions that have ended are deleted.
Result<void> save_last_uses(sql::Connection& connection, const LastUses& uses, const SessionPolicy& policy, Instant now);

}  // namespace tillsync::hub
