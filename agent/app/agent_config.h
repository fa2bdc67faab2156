// agent.toml: every key with its default, unit and meaning (INTERFACES "Commands"). Pure.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/config/remote_settings.h"

namespace tillsync::agent {

inline constexpr std::string_view kAgentEnvironmentPrefix = "TILLSYNC_AGENT";
const std::vector<config::Key>& agent_config_keys();

/// The keys that may be set remotely and that the environment sets here: nothing stands over it.
std::set<std::string> keys_of_environment();
/// agent.toml with what the hub has set over it.
config::Config with_remote(const config::Config& base, const config::RemoteSettings& settings, const std::set<std::string>& fixed);

/// data.dir as a path.
std::filesystem::path data_folder(const config::Config& config);
/// data.max_megabytes in bytes; kInvalid outside its range.
Result<std::int64_t> database_bytes_max(const config::Config& config);
/// pos.zmq, or pos.sock in the data folder where it is "auto"; "" = no ZeroMQ door, also where the folder's path is longer than a
/// socket's may be.
std::string zmq_endpoint(const config::Config& config);
/// pos.tokens_file, or pos-tokens in the data folder where it is "auto"; empty = none.
std::filesystem::path tokens_file(const config::Config& config);
/// pos.spool, or `spool` in the data folder where it is "auto"; empty = no spool door.
std::filesystem::path spool_folder(const config::Config& config);

}  // namespace tillsync::agent
