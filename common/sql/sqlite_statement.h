// One prepared statement, and the cache that keeps them by their text. Inside common/sql only; belongs to the connection's thread.
// Written on the C API: SQLiteCpp's Statement copies every text that is no std::string and every name it looks up.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/sql/sql.h"

namespace tillsync::sql {

/// The current row of a statement as the port shows it.
class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  std::string_view text(int column) const override;
  BytesView blob(int column) const override;

 private:
  sqlite3_stmt* statement_;
};

struct PreparedStatement {
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalizer> handle;
  bool in_use = false;
};

/// Borrows a statement for one call; resets it at the end, also when a row callback throws.
class StatementLease {
 public:
  StatementLease(PreparedStatement& statement, std::unique_ptr<PreparedStatement> owned);
  StatementLease(StatementLease&& other) noexcept;
  StatementLease& operator=(StatementLease&&) = delete;
  StatementLease(const StatementLease&) = delete;
  ~StatementLease();

  sqlite3_stmt* handle() const { return statement_->handle.get(); }
  /// Binds without copying: params must outlive the steps. Returns SQLite's code; SQLITE_RANGE for a wrong number of params.
  int bind(std::span<const Param> params) const;

 private:
  std::unique_ptr<PreparedStatement> owned_;  // set when the cached one was in use already (a query inside its own callback)
  PreparedStatement* statement_;
};

class StatementCache {
 public:
  explicit StatementCache(sqlite3* database) : database_(database) {}
  /// The statement with this text, prepared at its first use. Errors: kInternal when it does not compile or holds more than one.
  Result<StatementLease> borrow(std::string_view text);
  std::size_t size() const { return statements_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  Result<PreparedStatement> prepare(std::string_view text) const;

  sqlite3* database_;
  std::unordered_map<std::string, std::unique_ptr<PreparedStatement>, TextHash, std::equal_to<>> statements_;
};

/// A statement's beginning, for an error's operation.
std::string shortened(std::string_view statement);

}  // namespace tillsync::sql
