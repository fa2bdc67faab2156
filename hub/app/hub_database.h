// Opens the hub's database for its uses and brings its schema up to date. At start, and by commands that work without the hub.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "common/sql/sql.h"

namespace tillsync::hub {

/// "sqlite:///var/lib/tillsync/hub.db" → its path; kUnsupported for another engine, kInvalid for no URL.
Result<std::filesystem::path> database_path(std::string_view url);
/// The writer's connection; migrates every component in the order of the flow.
Result<std::unique_ptr<sql::Connection>> open_database(const std::filesystem::path& path, std::int64_t cache_mib);
Result<std::unique_ptr<sql::Connection>> open_for_reading(const std::filesystem::path& path);
Result<std::unique_ptr<sql::Connection>> open_for_checkpoints(const std::filesystem::path& path);

}  // namespace tillsync::hub
