#include "agent/ingest/checkpoint_loop.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

std::unique_ptr<sql::Connection> open_without_checkpoints(const TemporaryFolder& folder) {
  sql::SqliteOptions options;
  options.path = folder.file("agent.db");
  options.automatic_checkpoint = false;
  return std::move(*sql::open_sqlite(options));
}

}  // namespace

TEST_CASE("checkpoint loop: the log stays bounded while a writer never pauses", "[agent][ingest]") {
  TemporaryFolder folder;
  const auto writer = open_without_checkpoints(folder);
  REQUIRE(writer->execute_script("CREATE TABLE t (id INTEGER PRIMARY KEY, payload TEXT) STRICT;"));
  CheckpointLoop loop(open_without_checkpoints(folder));
  const std::string payload(3'000, 'x');
  constexpr int kRows = 16'000;  // of a page each
  std::uintmax_t largest = 0;
  for (int i = 0; i < kRows; i += 20) {
    largest = std::max(largest, std::filesystem::file_size(folder.file("agent.db-wal")));
    auto transaction = sql::Transaction::begin(*writer);
    for (int row = 0; row < 20; ++row)
      REQUIRE(writer->run("INSERT INTO t (id, payload) VALUES ($1, $2)", {std::int64_t{i + row}, std::string_view(payload)}));
    REQUIRE(transaction->commit());
    if (loop.count_pages(23)) REQUIRE(writer->checkpoint());
  }
  CHECK(largest < static_cast<std::uintmax_t>(kLogPagesMax) * 4'200);  // half of what was written
}

TEST_CASE("checkpoint loop: ends at once when nothing was ever written", "[agent][ingest]") {
  TemporaryFolder folder;
  CheckpointLoop loop(open_without_checkpoints(folder));
  CHECK_FALSE(loop.count_pages(kCheckpointPages - 1));
}

}  // namespace tillsync::agent
