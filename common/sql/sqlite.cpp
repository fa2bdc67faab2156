#include "common/sql/sqlite.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <chrono>
#include <mutex>
#include <system_error>

#include "common/sql/sqlite_error.h"
#include "common/sql/sqlite_statement.h"

namespace tillsync::sql {
namespace {

constexpr std::int64_t kLogBytesKept = 16 * 1024 * 1024;  // the log is cut to this size when a checkpoint has emptied it
constexpr int kTimeCheckInstructions = 2'000;             // virtual machine steps between two looks at the clock

using Clock = std::chrono::steady_clock;

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(SQLite::Database database, const SqliteOptions& options)
      : database_(std::move(database)),
        statements_(database_.getHandle()),
        path_(options.path.string()),
        read_only_(options.mode == OpenMode::kReadOnly),
        statement_time_limit_(options.statement_time_limit_ms) {
    if (statement_time_limit_.count() > 0)
      sqlite3_progress_handler(handle(), kTimeCheckInstructions, &SqliteConnection::is_over_time, this);
  }

  Result<void> set_up(const SqliteOptions& options);

  Result<std::int64_t> run(std::string_view statement, std::span<const Param> params) override {
    return run_each(statement, params.size(), params, 1);
  }
  Result<void> query(std::string_view statement, std::span<const Param> params, const RowCallback& each) override {
    return query_each(statement, params.size(), params, 1, [&each](std::size_t, const Row& row) { each(row); });
  }
  Result<std::int64_t> run_each(std::string_view statement, std::size_t width, std::span<const Param> rows) override {
    TS_CHECK(width > 0 && rows.size() % width == 0);
    return run_each(statement, width, rows, rows.size() / width);
  }
  Result<void> query_each(std::string_view statement, std::size_t width, std::span<const Param> rows,
                          const std::function<void(std::size_t, const Row&)>& each) override {
    TS_CHECK(width > 0 && rows.size() % width == 0);
    return query_each(statement, width, rows, rows.size() / width, each);
  }

  Result<void> execute_script(std::string_view script) override {
    begin_time_limit();
    return exec(std::string(script), "run script " + shortened(script));
  }

  // A writer takes the lock at once: a transaction that starts by reading cannot wait for the lock later (SQLITE_BUSY_SNAPSHOT).
  Result<void> begin() override { return control(read_only_ ? "BEGIN" : "BEGIN IMMEDIATE"); }
  Result<void> commit() override { return control("COMMIT"); }
  Result<void> rollback() override {
    if (!in_transaction()) return {};
    return control("ROLLBACK");
  }
  bool in_transaction() const override { return sqlite3_get_autocommit(handle()) == 0; }

  Result<std::int64_t> checkpoint() override {
    int pages_in_log = 0;
    int pages_moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages_in_log, &pages_moved);
    if (code != SQLITE_OK) return failed(code, "checkpoint");
    return std::max(0, pages_in_log - pages_moved);
  }

  Result<void> verify() override {
    std::string finding;
    TS_RETURN_IF_ERROR(query("PRAGMA quick_check(1)", {}, [&finding](const Row& row) { finding = row.text(0); }));
    if (finding == "ok") return {};
    return fail(ErrorCode::kCorrupt, "verify " + path_, finding, hint_of(ErrorCode::kCorrupt));
  }

 private:
  Result<void> control(std::string_view statement) {
    TS_RETURN_IF_ERROR(run(statement, {}));
    return {};
  }
  sqlite3* handle() const { return database_.getHandle(); }

  std::unexpected<Error> failed(int code, std::string_view action) const {
    return std::unexpected(last_error(handle(), code, path_ + ": " + shortened(action)));
  }

  static int is_over_time(void* self) { return Clock::now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1 : 0; }
  void begin_time_limit() {
    if (statement_time_limit_.count() > 0) deadline_ = Clock::now() + statement_time_limit_;
  }

  Result<void> exec(const std::string& script, const std::string& operation) {
    if (const int code = database_.tryExec(script); code != SQLITE_OK) return failed(code, operation);
    return {};
  }

  Result<std::int64_t> run_each(std::string_view statement, std::size_t width, std::span<const Param> rows, std::size_t count);
  Result<void> query_each(std::string_view statement, std::size_t width, std::span<const Param> rows, std::size_t count,
                          const std::function<void(std::size_t, const Row&)>& each);

  SQLite::Database database_;
  StatementCache statements_;  // behind database_: its statements must be finalized first
  std::string path_;
  bool read_only_;
  std::chrono::milliseconds statement_time_limit_;
  Clock::time_point deadline_{};
};

Result<std::int64_t> SqliteConnection::run_each(std::string_view statement, std::size_t width, std::span<const Param> rows,
                                                std::size_t count) {
  begin_time_limit();
  TS_ASSIGN_OR_RETURN(const StatementLease lease, statements_.borrow(statement));
  std::int64_t changed = 0;
  for (std::size_t index = 0; index < count; ++index) {
    if (const int code = lease.bind(rows.subspan(index * width, width)); code != SQLITE_OK) return failed(code, statement);
    const std::int64_t before = sqlite3_total_changes64(handle());
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(lease.handle());
    if (code != SQLITE_DONE) return failed(code, statement);
    // sqlite3_changes keeps the count of an earlier statement when this one was no INSERT, UPDATE or DELETE.
    if (sqlite3_total_changes64(handle()) != before) changed += sqlite3_changes64(handle());
    sqlite3_reset(lease.handle());
  }
  return changed;
}

Result<void> SqliteConnection::query_each(std::string_view statement, std::size_t width, std::span<const Param> rows,
                                          std::size_t count, const std::function<void(std::size_t, const Row&)>& each) {
  begin_time_limit();
  TS_ASSIGN_OR_RETURN(const StatementLease lease, statements_.borrow(statement));
  const SqliteRow row(lease.handle());
  for (std::size_t index = 0; index < count; ++index) {
    if (const int code = lease.bind(rows.subspan(index * width, width)); code != SQLITE_OK) return failed(code, statement);
    int code = sqlite3_step(lease.handle());
    for (; code == SQLITE_ROW; code = sqlite3_step(lease.handle())) each(index, row);
    if (code != SQLITE_DONE) return failed(code, statement);
    sqlite3_reset(lease.handle());
  }
  return {};
}

Result<void> SqliteConnection::set_up(const SqliteOptions& options) {
  sqlite3_extended_result_codes(handle(), 1);
  // A misspelt column in double quotes must be an error, not a text.
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  begin_time_limit();
  std::string script =
      "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA secure_delete=FAST;"
      "PRAGMA cache_size=-" + std::to_string(options.cache_kib) + ";";
  if (read_only_) {
    script += "PRAGMA query_only=ON;";
  } else {
    script += "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=" + std::to_string(kLogBytesKept) + ";";
    if (!options.automatic_checkpoint) script += "PRAGMA wal_autocheckpoint=0;";
  }
  TS_RETURN_IF_ERROR(exec(script, "open"));
  // The settings above do not touch the file of a reader; this does, so that a file that is no database is found here.
  TS_RETURN_IF_ERROR(query("SELECT count(*) FROM sqlite_schema", {}, [](const Row&) {}));
  if (read_only_) return {};
  std::string mode;
  TS_RETURN_IF_ERROR(query("PRAGMA journal_mode", {}, [&mode](const Row& row) { mode = row.text(0); }));
  if (mode == "wal" || mode == "memory") return {};
  return fail(ErrorCode::kUnsupported, path_ + ": open", "the file system cannot hold a write-ahead log (mode " + mode + ")",
              "put the data folder on a local disk");
}

int open_flags(OpenMode mode) {
  // A connection belongs to one thread at a time, so SQLite need not lock it again.
  switch (mode) {
    case OpenMode::kReadOnly: return SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX;
    case OpenMode::kReadWrite: return SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX;
    case OpenMode::kReadWriteCreate: return SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX;
  }
  TS_CHECK(false);
}

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const SqliteOptions& options) {
  // Else every allocation of every connection takes one lock, to be counted.
  static std::once_flag configured;
  std::call_once(configured, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  const std::string operation = options.path.string() + ": open";
  std::error_code no_error;
  const bool existed = std::filesystem::exists(options.path, no_error);
  try {
    SQLite::Database database(options.path.string(), open_flags(options.mode), static_cast<int>(options.busy_timeout_ms),
                              options.vfs);
    // Before the first write, so that the log beside it gets the same mode.
    if (!existed && options.path != ":memory:") {
      using std::filesystem::perms;
      std::filesystem::permissions(options.path, perms::owner_read | perms::owner_write | perms::group_read, no_error);
      // A file system of SQLite's own (of tests) has no such file for the system.
      if (no_error && no_error != std::errc::no_such_file_or_directory) return fail(ErrorCode::kIo, operation, "cannot set its mode: " + no_error.message());
    }
    auto connection = std::make_unique<SqliteConnection>(std::move(database), options);
    TS_RETURN_IF_ERROR(connection->set_up(options));
    return connection;
  } catch (const SQLite::Exception& exception) {
    ErrorCode code = error_code_of(exception.getErrorCode());
    const bool creates = options.mode == OpenMode::kReadWriteCreate;
    if (!existed && (!creates || !std::filesystem::exists(options.path.parent_path(), no_error))) code = ErrorCode::kNotFound;
    return fail(code, operation, exception.what(), hint_of(code));
  }
}

}  // namespace tillsync::sql
