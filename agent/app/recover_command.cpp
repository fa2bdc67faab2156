#include "agent/app/recover_command.h"

#include <algorithm>
#include <fstream>
#include <iostream>

#include "agent/app/agent_config.h"
#include "agent/ingest/ingest.h"
#include "agent/outbox/outbox.h"
#include "common/base/os.h"
#include "common/contract/codec.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kRowsPerRead = 256, kRowsPerCommit = 500;
constexpr std::size_t kRowBytesPerRead = 16'000'000;
constexpr std::uint64_t kUnreadableInARowMax = 10'000;  // then the rest is taken for lost
constexpr std::string_view kFiles[] = {"agent.db", "agent.db-wal", "agent.db-shm"};

std::filesystem::path marker_in(const std::filesystem::path& folder) { return folder / "agent.db.made"; }

std::unexpected<Error> io_problem(const std::error_code& error, const std::string& what) {
  return fail(ErrorCode::kIo, "recover the database", what + ": " + error.message());
}

Result<std::unique_ptr<sql::Connection>> open(const std::filesystem::path& path, sql::OpenMode mode) {
  sql::SqliteOptions options;
  options.path = path;
  options.mode = mode;
  return sql::open_sqlite(options);
}

/// As ingest made it. nullopt: its bytes are not those that were put in, as their hash shows; pages hold no check of their own.
std::optional<NewRow> row_of(const OutboxRow& old, const LocationId& location) {
  const auto document = decode_document(old.event.payload);
  if (!document || content_hash(*document) != old.event.content_hash) return std::nullopt;
  const Identity identity = identity_of(*document, location);
  NewRow row;
  row.kind = old.event.kind;
  row.content_hash = old.event.content_hash;
  row.correlation_id = old.event.correlation_id;
  row.received_at = old.event.received_at;
  row.payload = old.event.payload;
  row.event_id = event_id_of(identity);
  row.identity_key = identity_key(identity);
  return row;
}

/// Reads what can be read, in order; each place that cannot is counted and stepped over.
class Salvage {
 public:
  Salvage(sql::Connection& from, sql::Connection& to, Outbox& outbox, const LocationId& location)
      : reader_(from), to_(to), outbox_(outbox), location_(location) {}

  Result<void> run(Recovery& recovery) {
    std::uint64_t next = 1, failed_in_a_row = 0;
    if (const auto state = reader_.state()) next = std::max<std::uint64_t>(state->oldest_held_seq, 1);
    while (failed_in_a_row < kUnreadableInARowMax) {
      auto rows = reader_.rows(next, failed_in_a_row == 0 ? kRowsPerRead : 1, kRowBytesPerRead);
      if (rows && rows->empty()) break;
      if (!rows || rows->front().seq != next) {
        // Either many were asked for and one of them is bad, or this one is.
        const bool was_single = failed_in_a_row > 0 || (rows && !rows->empty());
        ++failed_in_a_row;
        if (!was_single) continue;
        ++recovery.unreadable;
        ++next;
        continue;
      }
      failed_in_a_row = 0;
      for (const OutboxRow& old : *rows) {
        if (auto row = row_of(old, location_))
          pending_.push_back(*std::move(row));
        else
          ++recovery.unreadable;
      }
      next = rows->back().seq + 1;
      if (pending_.size() >= kRowsPerCommit) TS_RETURN_IF_ERROR(flush(recovery));
    }
    // The gap at the end is no document: the last ones that failed lie behind the last that was read.
    if (failed_in_a_row >= kUnreadableInARowMax) recovery.unreadable -= std::min(recovery.unreadable, kUnreadableInARowMax - 1);
    return flush(recovery);
  }

 private:
  Result<void> flush(Recovery& recovery) {
    if (pending_.empty()) return {};
    TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(to_));
    TS_RETURN_IF_ERROR(outbox_.append(std::span<const NewRow>(pending_)));
    TS_RETURN_IF_ERROR(transaction.commit());
    recovery.saved += pending_.size();
    pending_.clear();
    return {};
  }

  OutboxReader reader_;
  sql::Connection& to_;
  Outbox& outbox_;
  const LocationId& location_;
  std::vector<NewRow> pending_;
};

/// A file that was cut short is not opened at all, because its head names more pages than there are: empty ones take their place, so
/// that the others can be read. Source: the SQLite file format, section 1.3 (offsets 16 and 28).
void fill_up(const std::filesystem::path& file) {
  constexpr std::size_t kPageSizeAt = 16, kPageCountAt = 28, kHeadBytes = 100;
  std::string head(kHeadBytes, '\0');
  std::ifstream in(file, std::ios::binary);
  if (!in.read(head.data(), static_cast<std::streamsize>(head.size()))) return;
  const auto byte = [&](std::size_t at) { return std::uint64_t{static_cast<unsigned char>(head[at])}; };
  const std::uint64_t page_size = byte(kPageSizeAt) << 8 | byte(kPageSizeAt + 1);
  std::uint64_t pages = 0;
  for (std::size_t i = 0; i < 4; ++i) pages = pages << 8 | byte(kPageCountAt + i);
  std::error_code error;
  const std::uint64_t bytes = (page_size == 1 ? 65'536 : page_size) * pages;
  if (bytes > std::filesystem::file_size(file, error) && !error) std::filesystem::resize_file(file, bytes, error);
}

/// Works on a copy: reading a database with a log writes to it.
Result<void> salvage_from(const std::filesystem::path& folder, const std::filesystem::path& copy, const LocationId& location, Recovery& recovery) {
  std::error_code error;
  const std::filesystem::path made = folder / "agent.db.new";
  for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(made.string() + ending, error);
  TS_ASSIGN_OR_RETURN(const auto to, open(made, sql::OpenMode::kReadWriteCreate));
  TS_ASSIGN_OR_RETURN(const auto outbox, Outbox::open(*to));
  if (!std::filesystem::exists(folder / "agent.db", error)) return {};
  TS_RETURN_IF_ERROR(os::make_private_folder(copy));
  for (const std::string_view file : {kFiles[0], kFiles[1]}) {
    if (!std::filesystem::exists(folder / file, error)) continue;
    std::filesystem::copy_file(folder / file, copy / file, std::filesystem::copy_options::overwrite_existing, error);
    if (error) return io_problem(error, "copy " + (folder / file).string());
  }
  fill_up(copy / "agent.db");
  const auto from = open(copy / "agent.db", sql::OpenMode::kReadWrite);
  if (!from) return {};  // not even its head can be read: nothing to be saved
  return Salvage(**from, *to, *outbox, location).run(recovery);
}

}  // namespace

Result<void> check_not_lost(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder / "agent.db", error) || !std::filesystem::exists(marker_in(folder), error)) return {};
  return fail(ErrorCode::kNotFound, "start agent", "agent.db is missing in " + folder.string() + ", and documents may wait in it",
              "put it back; if it is lost for good: tillsync-agent doctor --recover");
}

Result<void> note_database_made(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::exists(marker_in(folder), error)) return {};
  return os::write_file_durably(marker_in(folder), "This folder has an agent.db. Without it the agent does not start: it would forget what waits there.\n", false);
}

Result<std::uint64_t> count_changed_documents(sql::Connection& connection, const LocationId& location, bool waiting_only) {
  OutboxReader reader(connection);
  TS_ASSIGN_OR_RETURN(const OutboxState state, reader.state());
  std::uint64_t changed = 0;
  std::uint64_t next = waiting_only ? std::max(state.oldest_held_seq, state.acked_seq + 1) : state.oldest_held_seq;
  while (true) {
    TS_ASSIGN_OR_RETURN(const auto rows, reader.rows(next, kRowsPerRead, kRowBytesPerRead));
    if (rows.empty()) return changed;
    for (const OutboxRow& row : rows)
      if (!row_of(row, location)) ++changed;
    next = rows.back().seq + 1;
  }
}

Result<Recovery> recover_database(const std::filesystem::path& folder, const LocationId& location, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto lock, os::FileLock::acquire(folder / "lock"));
  std::error_code error;
  const std::filesystem::path database = folder / "agent.db", made = folder / "agent.db.new";
  const bool exists = std::filesystem::exists(database, error);
  if (exists) {
    const auto connection = open(database, sql::OpenMode::kReadWrite);
    const auto changed = connection && (*connection)->verify() ? count_changed_documents(**connection, location, false)
                                                               : Result<std::uint64_t>(1);
    if (changed && *changed == 0)
      return fail(ErrorCode::kInvalid, "recover the database", "agent.db is whole", "nothing to do; start the agent");
  }
  TS_RETURN_IF_ERROR(note_database_made(folder));
  std::string name = format_instant(now);
  std::erase(name, ':');
  Recovery recovery;
  const std::filesystem::path quarantine = folder / "quarantine" / name;
  if (exists || !std::filesystem::exists(made, error)) {
    TS_RETURN_IF_ERROR(os::make_private_folder(folder / "quarantine"));
    TS_RETURN_IF_ERROR(os::make_private_folder(quarantine));
    TS_RETURN_IF_ERROR(salvage_from(folder, quarantine / "copy", location, recovery));
    std::filesystem::remove_all(quarantine / "copy", error);
  }
  // From here on a cut leaves no agent.db, which the start refuses, and agent.db.new, with which this ends the next time.
  for (const std::string_view file : kFiles) {
    if (!std::filesystem::exists(folder / file, error)) continue;
    std::filesystem::rename(folder / file, quarantine / file, error);
    if (error) return io_problem(error, "move " + (folder / file).string());
    recovery.quarantine = quarantine;
  }
  std::filesystem::rename(made, database, error);
  if (error) return io_problem(error, "move " + made.string());
  return recovery;
}

int recover_command(const config::Config& config) {
  const auto recovery = recover_database(data_folder(config), LocationId(config.text("location")), os::now());
  if (!recovery) {
    std::cerr << "tillsync-agent: " << to_string(recovery.error()) << "\n";
    return 1;
  }
  std::cout << recovery->saved << " document(s) saved into a new agent.db.\n";
  if (recovery->unreadable > 0)
    std::cout << recovery->unreadable << " could not be read: compare the tills' journals with the hub (tillsyncctl reconcile) and put in again what is missing.\n";
  if (!recovery->quarantine.empty()) std::cout << "The damaged files are kept in " << recovery->quarantine.string() << "; delete them when the hub has everything.\n";
  std::cout << "Next: start the agent. The hub takes out what it has already.\n";
  return 0;
}

}  // namespace tillsync::agent
