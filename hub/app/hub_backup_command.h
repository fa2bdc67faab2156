// tillsync-hub backup: a copy of database, keys and hub.toml, taken while the hub runs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"

namespace tillsync::hub {

struct BackupResult {
  std::filesystem::path folder;
  std::int64_t database_bytes = 0;
};

/// Makes `to`/hub-YYYYMMDDTHHMMSSZ (mode 0700: it holds the hub's secret keys) and returns when it is checked and durable. The database is one
/// state of it, as after some commit; writing goes on meanwhile. progress is told each step. kDiskFull when `to` has less room than the
/// database needs, kAlreadyExists for a second backup within a second; on any failure nothing is left at its name.
Result<BackupResult> backup_hub(const std::filesystem::path& config_file, const std::filesystem::path& to, Instant now,
                                const std::function<void(const std::string&)>& progress = {});

/// Removes all but the newest `keep` backups of the folder, by their names; anything else that stands there stays. Returns how many went.
Result<std::size_t> prune_backups(const std::filesystem::path& folder, std::size_t keep);

}  // namespace tillsync::hub
