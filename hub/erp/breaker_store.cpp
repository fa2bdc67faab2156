#include "hub/erp/breaker_store.h"

#include "common/sql/migrate.h"
#include "hub/erp/schema.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kStore =
    "INSERT INTO connector_state (connector, breaker, failures, pause_micros, probe_at, last_error, changed_at, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)"
    " ON CONFLICT (connector) DO UPDATE SET breaker = excluded.breaker, failures = excluded.failures, pause_micros = excluded.pause_micros,"
    " probe_at = excluded.probe_at, last_error = excluded.last_error, changed_at = excluded.changed_at,"
    " since = CASE WHEN breaker = excluded.breaker THEN since ELSE excluded.since END";
constexpr std::string_view kLoad = "SELECT breaker, failures, pause_micros, probe_at, last_error, since FROM connector_state WHERE connector = $1";

}  // namespace

Result<void> migrate_erp(sql::Connection& connection) { return sql::migrate(connection, "hub/erp", erp_schema::migrations()); }

Result<void> store_breaker(sql::Connection& connection, std::string_view connector, const StoredBreaker& breaker, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kStore, {connector, to_string(breaker.state), breaker.failures, breaker.pause.micros, breaker.probe_at.micros,
                                             std::string_view(breaker.last_error), now.micros}));
  return {};
}

Result<std::optional<StoredBreaker>> load_breaker(sql::Connection& connection, std::string_view connector) {
  std::optional<StoredBreaker> found;
  TS_RETURN_IF_ERROR(connection.query(kLoad, {connector}, [&found](const sql::Row& row) {
    StoredBreaker& breaker = found.emplace();
    if (row.text(0) == to_string(BreakerState::kStopped)) breaker.state = BreakerState::kStopped;
    breaker.failures = row.integer(1);
    breaker.pause = Duration{row.integer(2)};
    breaker.probe_at = Instant{row.integer(3)};
    breaker.last_error = row.text(4);
    if (row.integer(5) != 0) breaker.since = Instant{row.integer(5)};
  }));
  return found;
}

}  // namespace tillsync::hub
