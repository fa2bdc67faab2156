// tillsync-hub restored: what a database needs to be told after it was put back from a backup, before the hub starts on it.
#pragma once

#include <filesystem>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

/// In one transaction: a new incarnation, so that agents send again what the hub no longer has, and new numbers for what waits for
/// agents, so that they get all of it again.
Result<void> mark_restored(sql::Connection& connection, Instant now);
/// The same for the database of hub.toml. kUnavailable: the hub is running.
Result<void> mark_restored(const std::filesystem::path& config_file);

}  // namespace tillsync::hub
