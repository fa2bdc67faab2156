#include "hub/intake/hub_meta_store.h"

#include <optional>
#include <string>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kIncarnationKey = "incarnation";
constexpr std::string_view kProbedKey = "probed_us";
constexpr std::string_view kSelectMeta = "SELECT value FROM hub_meta WHERE key = $1";
constexpr std::string_view kPutMeta =
    "INSERT INTO hub_meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";

}  // namespace

Result<IncarnationId> load_or_draw_incarnation(sql::Connection& connection) {
  bool is_stored = false;
  std::optional<IncarnationId> stored;
  TS_RETURN_IF_ERROR(connection.query(kSelectMeta, {kIncarnationKey}, [&](const sql::Row& row) {
    is_stored = true;
    stored = IncarnationId::from_view(row.blob(0));
  }));
  if (stored) return *stored;
  if (is_stored)
    return fail(ErrorCode::kCorrupt, "read the hub's incarnation", "it is not 16 bytes long", "restore a backup of the database");
  return renew_incarnation(connection);
}

Result<IncarnationId> renew_incarnation(sql::Connection& connection) {
  const auto drawn = random_fixed<IncarnationId>();
  TS_RETURN_IF_ERROR(connection.run(kPutMeta, {kIncarnationKey, sql::Blob{drawn.view()}}));
  return drawn;
}

Result<void> record_probe(sql::Connection& connection, Instant now) {
  const std::string text = std::to_string(now.micros);
  TS_RETURN_IF_ERROR(connection.run(kPutMeta, {kProbedKey, sql::Blob{text}}));
  return {};
}

}  // namespace tillsync::hub
