// Idempotency keys of the API (INTERFACES "Hub API"): scoped to caller and route, stored with the answer in the effect's own
// transaction, kept kIdempotencyKeyDays. Writer thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/access/audit_store.h"

namespace tillsync::hub {

struct StoredAnswer {
  int status = 0;
  std::string body;
  // The rest is of the first answer alone and not stored.
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<std::string> body_once = {};  // in place of body, where it shows a secret
  AuditChange audit = {};                     // what stays empty is filled in: object from the path, after from body, reason from the request
  bool is_change = true;                      // false: nothing was changed, so there is nothing to record
};

struct IdempotencyScope {
  std::string caller, route, key;
};

/// nullopt: the key is new. kConflict: it was used with another body.
Result<std::optional<StoredAnswer>> find_answer(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash, Instant now);
/// Also drops a bounded number of keys that are too old.
Result<void> store_answer(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash, const StoredAnswer& answer, Instant now);

}  // namespace tillsync::hub
