#include "hub/api/idempotency_store.h"

#include "hub/api/api_call.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kFind = "SELECT body_hash, status, answer, created_at FROM api_idempotency WHERE caller = $1 AND route = $2 AND key = $3";
constexpr std::string_view kInsert =
    "INSERT INTO api_idempotency(caller, route, key, body_hash, status, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (caller, route, key) DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status, "
    "answer = excluded.answer, created_at = excluded.created_at";
constexpr std::string_view kForget =
    "DELETE FROM api_idempotency WHERE (caller, route, key) IN "
    "(SELECT caller, route, key FROM api_idempotency WHERE created_at < $1 ORDER BY created_at LIMIT 100)";

Instant oldest_kept(Instant now) { return now - seconds(kIdempotencyKeyDays * 86'400); }

}  // namespace

Result<std::optional<StoredAnswer>> find_answer(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash, Instant now) {
  std::optional<StoredAnswer> answer;
  bool other_body = false;
  TS_RETURN_IF_ERROR(connection.query(kFind, {std::string_view(scope.caller), std::string_view(scope.route), std::string_view(scope.key)},
                                      [&](const sql::Row& row) {
                                        if (row.integer(3) < oldest_kept(now).micros) return;
                                        other_body = row.blob(0) != body_hash;
                                        answer = StoredAnswer{static_cast<int>(row.integer(1)), std::string(row.text(2))};
                                      }));
  if (other_body)
    return fail(ErrorCode::kConflict, "use idempotency key", "this Idempotency-Key was used with another body", "take a new key for a new request");
  return answer;
}

Result<void> store_answer(sql::Connection& connection, const IdempotencyScope& scope, BytesView body_hash, const StoredAnswer& answer, Instant now) {
  TS_RETURN_IF_ERROR(connection.run(kForget, {oldest_kept(now).micros}));
  TS_RETURN_IF_ERROR(connection.run(kInsert, {std::string_view(scope.caller), std::string_view(scope.route), std::string_view(scope.key),
                                              sql::Blob{body_hash}, static_cast<std::int64_t>(answer.status), std::string_view(answer.body), now.micros}));
  return {};
}

}  // namespace tillsync::hub
