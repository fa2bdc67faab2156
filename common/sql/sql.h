// The one port to a database. Stores (`x_store.cpp`) speak only to this; adapters (sqlite.cpp; PostgreSQL later) implement
// it. Statements use $1…$n. A Connection belongs to one thread at a time. A query that loads rows in order to change them ends
// in the comment `/* for update */`: SQLite's writer holds the only lock anyway, an engine with row locks takes them there.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "common/base/bytes.h"
#include "common/base/error.h"

namespace tillsync::sql {

struct Blob {
  BytesView bytes;
};
/// Borrowed for the call only. Text and blobs are bound without a copy.
using Param = std::variant<std::nullptr_t, std::int64_t, std::string_view, Blob>;

/// The current row of a query; views are valid until the callback returns. Columns count from 0.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  virtual BytesView blob(int column) const = 0;
};
using RowCallback = std::function<void(const Row&)>;

/// Errors of every call: kDiskFull, kIo, kCorrupt (with what to do), kUnavailable (locked by another writer), kConflict
/// (a constraint), kDenied (read-only), kLimitExceeded (a value too long for the engine), kTimeout (the connection's time limit),
/// kInternal (a statement that does not compile or has another number of params).
class Connection {
 public:
  virtual ~Connection() = default;

  /// Runs one statement without rows; returns the number of rows changed. Prepared statements are cached by their text.
  virtual Result<std::int64_t> run(std::string_view statement, std::span<const Param> params) = 0;
  Result<std::int64_t> run(std::string_view statement, std::initializer_list<Param> params = {}) {
    return run(statement, std::span(params.begin(), params.size()));
  }

  /// Calls `each` for every row. `each` may use the connection again; what it throws ends the query and passes through.
  virtual Result<void> query(std::string_view statement, std::span<const Param> params, const RowCallback& each) = 0;
  Result<void> query(std::string_view statement, std::initializer_list<Param> params, const RowCallback& each) {
    return query(statement, std::span(params.begin(), params.size()), each);
  }

  /// The batch primitive: runs the statement once for each `width` params of `rows` (rows.size() is a multiple of width).
  /// Returns the rows changed in all; stops at the first row that fails (the caller rolls back). One round trip on a database server, a loop in SQLite.
  virtual Result<std::int64_t> run_each(std::string_view statement, std::size_t width, std::span<const Param> rows) = 0;
  /// The same for a query that is asked once for each row of params; `each` is told the index of the row.
  virtual Result<void> query_each(std::string_view statement, std::size_t width, std::span<const Param> rows,
                                  const std::function<void(std::size_t, const Row&)>& each) = 0;

  /// Several statements separated by ';', without params: migrations and pragmas.
  virtual Result<void> execute_script(std::string_view script) = 0;

  virtual Result<void> begin() = 0;     // of a writer: takes the write lock at once
  virtual Result<void> commit() = 0;    // durable when it returns (synchronous=FULL)
  virtual Result<void> rollback() = 0;  // harmless without a transaction
  virtual bool in_transaction() const = 0;

  /// Moves committed pages from the log into the database file without blocking writers. Returns pages left in the log.
  virtual Result<std::int64_t> checkpoint() = 0;
  /// Runs the engine's own integrity check; kCorrupt with its first finding.
  virtual Result<void> verify() = 0;
};

/// Rolls back at the end of its scope unless commit() succeeded.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Result<void> commit();
  Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  ~Transaction();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

}  // namespace tillsync::sql
