#include "hub/app/hub_database.h"

#include "common/sql/migrate.h"
#include "common/sql/sqlite.h"
#include "hub/access/session_store.h"
#include "hub/api/schema.h"
#include "hub/erp/breaker_store.h"
#include "hub/exceptions/exception_store.h"
#include "hub/fleet/fleet_store.h"
#include "hub/insight/schema.h"
#include "hub/intake/schema.h"
#include "hub/ledger/schema.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"
#include "hub/postings/posting_store.h"
#include "hub/reconcile/day_store.h"
#include "hub/reservations/reservation_store.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kScheme = "sqlite://";
constexpr std::int64_t kReaderCacheKib = 4'096;
constexpr std::int64_t kCheckpointCacheKib = 256;

Result<std::unique_ptr<sql::Connection>> open(const std::filesystem::path& path, sql::OpenMode mode, std::int64_t cache_kib) {
  sql::SqliteOptions options;
  options.path = path;
  options.mode = mode;
  options.cache_kib = cache_kib;
  options.automatic_checkpoint = false;
  return sql::open_sqlite(options);
}

}  // namespace

Result<std::filesystem::path> database_path(std::string_view url) {
  if (!url.starts_with(kScheme))
    return fail(ErrorCode::kUnsupported, "open database '" + std::string(url) + "'", "only sqlite:// is known here", "write data.url = \"sqlite:///path/hub.db\"");
  url.remove_prefix(kScheme.size());
  if (url.empty()) return fail(ErrorCode::kInvalid, "open database", "data.url names no file", "write data.url = \"sqlite:///path/hub.db\"");
  return std::filesystem::path(url);
}

Result<std::unique_ptr<sql::Connection>> open_database(const std::filesystem::path& path, std::int64_t cache_mib) {
  TS_ASSIGN_OR_RETURN(auto connection, open(path, sql::OpenMode::kReadWriteCreate, cache_mib * 1'024));
  TS_RETURN_IF_ERROR(sql::migrate(*connection, "hub/intake", intake_schema::migrations()));
  TS_RETURN_IF_ERROR(migrate_masterdata(*connection));
  TS_RETURN_IF_ERROR(sql::migrate(*connection, "hub/ledger", ledger_schema::migrations()));
  TS_RETURN_IF_ERROR(migrate_reservations(*connection));
  TS_RETURN_IF_ERROR(migrate_reconcile(*connection));
  TS_RETURN_IF_ERROR(migrate_postings(*connection));
  TS_RETURN_IF_ERROR(migrate_erp(*connection));
  TS_RETURN_IF_ERROR(migrate_exceptions(*connection));
  TS_RETURN_IF_ERROR(OutboundStore::migrate(*connection));
  TS_RETURN_IF_ERROR(FleetStore::migrate(*connection));
  TS_RETURN_IF_ERROR(sql::migrate(*connection, "hub/api", api_schema::migrations()));
  TS_RETURN_IF_ERROR(migrate_access(*connection));
  TS_RETURN_IF_ERROR(sql::migrate(*connection, "hub/insight", insight_schema::migrations()));
  return connection;
}

Result<std::unique_ptr<sql::Connection>> open_for_reading(const std::filesystem::path& path) {
  return open(path, sql::OpenMode::kReadOnly, kReaderCacheKib);
}

Result<std::unique_ptr<sql::Connection>> open_for_checkpoints(const std::filesystem::path& path) {
  return open(path, sql::OpenMode::kReadWrite, kCheckpointCacheKib);
}

}  // namespace tillsync::hub
