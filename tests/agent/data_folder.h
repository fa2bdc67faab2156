// A folder of its own for each test, and an agent's database in it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("tillsync-agent-" + to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<sql::Connection> open_database(const TemporaryFolder& folder) {
  sql::SqliteOptions options;
  options.path = folder.file("agent.db");
  options.busy_timeout_ms = 50;
  auto connection = sql::open_sqlite(options);
  TS_CHECK(connection.has_value());
  return std::move(*connection);
}

/// Runs `work` in a transaction of its own and commits when it succeeded.
template <class Work>
auto in_transaction(sql::Connection& connection, Work work) -> decltype(work()) {
  auto transaction = sql::Transaction::begin(connection);
  TS_CHECK(transaction.has_value());
  auto result = work();
  if (result) TS_CHECK(transaction->commit().has_value());
  return result;
}

}  // namespace tillsync::agent
