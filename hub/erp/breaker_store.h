// Keeps the breaker's state over a restart. Writes in a writer's task; reads on any connection.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/erp/breaker.h"

namespace tillsync::hub {

/// Creates or upgrades the tables of this folder.
Result<void> migrate_erp(sql::Connection& connection);

struct StoredBreaker {
  BreakerState state = BreakerState::kFlowing;  // flowing or stopped
  std::int64_t failures = 0;
  Duration pause;
  Instant probe_at;  // wall clock; of a stopped one
  std::string last_error;
  std::optional<Instant> since = {};  // when it last changed between flowing and stopped; written by store_breaker itself
};
Result<void> store_breaker(sql::Connection& connection, std::string_view connector, const StoredBreaker& breaker, Instant now);
Result<std::optional<StoredBreaker>> load_breaker(sql::Connection& connection, std::string_view connector);

}  // namespace tillsync::hub
