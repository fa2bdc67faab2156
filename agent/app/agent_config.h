// agent.toml: every key with its default, unit and meaning (INTERFACES "Commands"). Pure.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"

namespace tillsync::agent {

inline constexpr std::string_view kAgentEnvironmentPrefix = "TILLSYNC_AGENT";
const std::vector<config::Key>& agent_config_keys();

/// data.dir as a path.
std::filesystem::path data_folder(const config::Config& config);
/// data.max_megabytes in bytes; kInvalid outside its range.
Result<std::int64_t> database_bytes_max(const config::Config& config);
/// pos.zmq, or pos.sock in the data folder where it is "auto"; "" = no ZeroMQ door, also where the folder's path is longer than a
/// socket's may be.
std::string zmq_endpoint(const config::Config& config);
/// pos.spool, or `spool` in the data folder where it is "auto"; empty = no spool door.
std::filesystem::path spool_folder(const config::Config& config);

}  // namespace tillsync::agent
