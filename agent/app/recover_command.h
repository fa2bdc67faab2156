// A database that is damaged or gone: never a silent fresh start, and a way out that loses nothing that can still be read.
#pragma once

#include <cstdint>
#include <filesystem>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/config/config.h"
#include "common/sql/sql.h"

namespace tillsync::agent {

/// kNotFound where the folder has had a database and has none now: an agent that began anew would forget what waits in it.
Result<void> check_not_lost(const std::filesystem::path& folder);
/// From now on a missing database is a loss.
Result<void> note_database_made(const std::filesystem::path& folder);

/// How many of the documents that the outbox holds are not what was put in: their bytes do not have their hash. A database may be sound
/// in its structure and hold them. waiting_only: of those that the hub has not confirmed.
Result<std::uint64_t> count_changed_documents(sql::Connection& connection, const LocationId& location, bool waiting_only);

struct Recovery {
  std::filesystem::path quarantine;   // where the damaged files are; empty when there were none
  std::uint64_t saved = 0;            // documents
  std::uint64_t unreadable = 0;       // sequence numbers whose document could not be read
};
/// Saves every document that can be read into a new database, in its order, and puts the damaged files aside. The new database
/// begins a new epoch: the hub takes out what it has already. May be called again after it was cut off at any moment.
/// kUnavailable: the agent runs. kInvalid: nothing is wrong with the database.
Result<Recovery> recover_database(const std::filesystem::path& folder, const LocationId& location, Instant now);

/// tillsync-agent doctor --recover
int recover_command(const config::Config& config);

}  // namespace tillsync::agent
