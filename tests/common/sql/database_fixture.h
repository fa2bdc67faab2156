// A folder of its own for each test, and short ways to open databases in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"
#include "common/sql/sqlite.h"

namespace tillsync::sql {

class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("tillsync-sql-" + to_hex(random_bytes(8)))) {
    std::filesystem::create_directories(path_);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::filesystem::path file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

inline Result<std::unique_ptr<Connection>> open(const std::filesystem::path& path, OpenMode mode = OpenMode::kReadWriteCreate) {
  SqliteOptions options;
  options.path = path;
  options.mode = mode;
  options.busy_timeout_ms = 20;
  return open_sqlite(options);
}

inline std::vector<std::string> texts(Connection& connection, std::string_view statement,
                                      std::initializer_list<Param> params = {}) {
  std::vector<std::string> values;
  const Result<void> done =
      connection.query(statement, params, [&values](const Row& row) { values.emplace_back(row.text(0)); });
  if (!done) values.push_back("error: " + to_string(done.error()));
  return values;
}

}  // namespace tillsync::sql
