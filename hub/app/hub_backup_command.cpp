#include "hub/app/hub_backup_command.h"

#include <algorithm>
#include <regex>
#include <vector>

#include "common/base/os.h"
#include "common/config/config.h"
#include "common/sql/sqlite.h"
#include "hub/app/hub_config.h"
#include "hub/app/hub_database.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kKeyFileBytesMax = 10'000;
constexpr std::size_t kConfigBytesMax = 1'000'000;
// One read transaction, so one state; and without the free pages of the original.
constexpr std::string_view kCopyDatabase = "VACUUM INTO $1";

/// "20261128T120304Z": a time as the name of a folder.
std::string folder_name(Instant now) {
  std::string text = format_instant(now);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return "hub-" + text.substr(0, text.find_first_of(".Z")) + "Z";
}

Result<std::int64_t> size_of_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::kNotFound, "back up " + path.string(), error.message(), "is data.url of hub.toml right?");
  return static_cast<std::int64_t>(bytes);
}

Result<void> copy_small_file(const std::filesystem::path& from, const std::filesystem::path& to, std::size_t bytes_max, bool secret) {
  TS_ASSIGN_OR_RETURN(const std::string content, os::read_file(from, bytes_max));
  return os::write_file_durably(to, content, secret);
}

Result<void> copy_keys(const std::filesystem::path& from, const std::filesystem::path& to) {
  TS_RETURN_IF_ERROR(os::make_private_folder(to));
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(from, error)) {
    if (!entry.is_regular_file(error)) continue;
    const bool is_secret = entry.path().extension() == ".secret";
    TS_RETURN_IF_ERROR(copy_small_file(entry.path(), to / entry.path().filename(), kKeyFileBytesMax, is_secret));
  }
  if (error) return fail(ErrorCode::kIo, "back up " + from.string(), error.message());
  return {};
}

Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  {
    sql::SqliteOptions reading;
    reading.path = from;
    reading.mode = sql::OpenMode::kReadWrite;  // the engine takes this statement for a write, though it leaves the original as it is
    reading.automatic_checkpoint = false;
    TS_ASSIGN_OR_RETURN(const auto connection, sql::open_sqlite(reading));
    TS_RETURN_IF_ERROR(connection->run(kCopyDatabase, {std::string_view(to.string())}));
  }
  sql::SqliteOptions checking;
  checking.path = to;
  checking.mode = sql::OpenMode::kReadWrite;  // a copy has no log yet: opening it makes it one that a hub can start on
  TS_ASSIGN_OR_RETURN(const auto copy, sql::open_sqlite(checking));
  TS_RETURN_IF_ERROR(copy->verify());
  return os::sync_file(to);
}

}  // namespace

Result<std::size_t> prune_backups(const std::filesystem::path& folder, std::size_t keep) {
  static const std::regex kName("hub-[0-9]{8}T[0-9]{6}Z");
  std::vector<std::filesystem::path> backups;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (std::regex_match(entry.path().filename().string(), kName)) backups.push_back(entry.path());
  if (error) return fail(ErrorCode::kIo, "look into " + folder.string(), error.message());
  std::ranges::sort(backups, std::greater{});
  std::size_t removed = 0;
  for (std::size_t i = keep; i < backups.size(); ++i, ++removed) {
    std::filesystem::remove_all(backups[i], error);
    if (error) return fail(ErrorCode::kIo, "remove " + backups[i].string(), error.message());
  }
  return removed;
}

Result<BackupResult> backup_hub(const std::filesystem::path& config_file, const std::filesystem::path& to, Instant now,
                                const std::function<void(const std::string&)>& progress) {
  const auto tell = [&progress](const std::string& step) {
    if (progress) progress(step);
  };
  TS_ASSIGN_OR_RETURN(const config::Config config, config::load(config_file, hub_config_keys(), kHubEnvironmentPrefix));
  TS_ASSIGN_OR_RETURN(const std::filesystem::path database, database_path(config.text("data.url")));
  const std::filesystem::path keys = config.text("data.keys").empty() ? database.parent_path() / "keys" : std::filesystem::path(config.text("data.keys"));
  TS_ASSIGN_OR_RETURN(const std::int64_t bytes, size_of_file(database));
  TS_RETURN_IF_ERROR(os::make_private_folder(to));
  TS_ASSIGN_OR_RETURN(const std::int64_t free_bytes, os::disk_free_bytes(to));
  if (free_bytes < bytes)
    return fail(ErrorCode::kDiskFull, "back up to " + to.string(), std::to_string(bytes) + " bytes are needed, " + std::to_string(free_bytes) + " are free",
                "make room there, or take another disk");
  BackupResult result{to / folder_name(now), 0};
  std::error_code error;
  if (std::filesystem::exists(result.folder, error)) return fail(ErrorCode::kAlreadyExists, "back up to " + result.folder.string(), "it is there already", "wait a second");
  const std::filesystem::path draft = result.folder.string() + ".unfinished";
  std::filesystem::remove_all(draft, error);  // of one that was killed within the same second
  const auto fill = [&]() -> Result<void> {
    TS_RETURN_IF_ERROR(os::make_private_folder(draft));
    std::filesystem::permissions(draft, std::filesystem::perms::owner_all, error);
    if (error) return fail(ErrorCode::kIo, "back up to " + draft.string(), error.message());
    tell("copying " + std::to_string(bytes / 1'000'000) + " MB of " + database.string() + "; the hub works on meanwhile");
    TS_RETURN_IF_ERROR(copy_database(database, draft / "hub.db"));
    tell("the copy is whole; now keys and configuration");
    TS_RETURN_IF_ERROR(copy_keys(keys, draft / "keys"));
    TS_RETURN_IF_ERROR(copy_small_file(config_file, draft / "hub.toml", kConfigBytesMax, true));
    TS_ASSIGN_OR_RETURN(result.database_bytes, size_of_file(draft / "hub.db"));
    std::filesystem::rename(draft, result.folder, error);
    if (error) return fail(ErrorCode::kIo, "back up to " + result.folder.string(), error.message());
    return os::sync_file(to);
  };
  if (const auto filled = fill(); !filled) {
    std::filesystem::remove_all(draft, error);
    return std::unexpected(filled.error());
  }
  return result;
}

}  // namespace tillsync::hub
