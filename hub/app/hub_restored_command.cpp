#include "hub/app/hub_restored_command.h"

#include "common/base/os.h"
#include "common/config/config.h"
#include "hub/app/hub_config.h"
#include "hub/app/hub_database.h"
#include "hub/intake/hub_meta_store.h"
#include "hub/outbound/outbound_store.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kRestoredCacheMib = 4;
constexpr std::int64_t kMicrosPerMillisecond = 1'000;

}  // namespace

Result<void> mark_restored(sql::Connection& connection, Instant now) {
  TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(connection));
  TS_RETURN_IF_ERROR(renew_incarnation(connection));
  TS_RETURN_IF_ERROR(OutboundStore(connection).renumber_above(static_cast<std::uint64_t>(now.micros / kMicrosPerMillisecond)));
  return transaction.commit();
}

Result<void> mark_restored(const std::filesystem::path& config_file) {
  TS_ASSIGN_OR_RETURN(const config::Config config, config::load(config_file, hub_config_keys(), kHubEnvironmentPrefix));
  TS_ASSIGN_OR_RETURN(const std::filesystem::path database, database_path(config.text("data.url")));
  TS_ASSIGN_OR_RETURN(const auto lock, os::FileLock::acquire(database.string() + ".lock"));
  TS_ASSIGN_OR_RETURN(const auto connection, open_database(database, kRestoredCacheMib));
  return mark_restored(*connection, os::now());
}

}  // namespace tillsync::hub
