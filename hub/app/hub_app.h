// The composition root of the hub: opens the database, starts writer, sync, forwarder and API in that order, and stops them in the
// other. The main thread only waits for SIGTERM and keeps the slow timers.
#pragma once

#include <filesystem>

#include "common/base/error.h"

namespace tillsync::hub {

/// Runs until SIGTERM or SIGINT; then takes no more input, commits what was taken, returns.
Result<void> run_hub(const std::filesystem::path& config_file);

}  // namespace tillsync::hub
