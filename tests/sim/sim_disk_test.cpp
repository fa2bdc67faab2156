#include "tests/sim/sim_disk.h"

#include <catch2/catch.hpp>

#include "common/sql/sqlite.h"

namespace tillsync::sim {
namespace {

std::unique_ptr<sql::Connection> open_on(const SimDisk& disk, sql::OpenMode mode = sql::OpenMode::kReadWriteCreate) {
  sql::SqliteOptions options;
  options.path = disk.path("a.db");
  options.mode = mode;
  options.automatic_checkpoint = false;
  auto opened = sql::open_sqlite(options);
  return opened ? std::move(*opened) : nullptr;
}

Result<void> put_row(sql::Connection& connection, std::int64_t value) {
  TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(connection));
  TS_RETURN_IF_ERROR(connection.run("INSERT INTO t (v) VALUES ($1)", {value}));
  return transaction.commit();
}

std::int64_t rows_in(const SimDisk& disk) {
  const auto connection = open_on(disk);
  std::int64_t count = -1;
  if (connection) REQUIRE(connection->query("SELECT count(*) FROM t", {}, [&](const sql::Row& row) { count = row.integer(0); }));
  return count;
}

struct DiskFixture {
  SimDisk disk{"test"};
  sync::Jitter random{1};
  std::unique_ptr<sql::Connection> connection = open_on(disk);
  DiskFixture() { REQUIRE(connection->run("CREATE TABLE t (v INTEGER NOT NULL) STRICT", {})); }
};

}  // namespace

TEST_CASE("simulated disk: what was committed is there after the power was lost, what was not is not", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    DiskFixture f;
    f.random = sync::Jitter(seed);
    REQUIRE(put_row(*f.connection, 1));
    {
      auto open = sql::Transaction::begin(*f.connection);
      REQUIRE(f.connection->run("INSERT INTO t (v) VALUES (2)", {}));
      f.disk.kill();
    }
    f.connection.reset();
    f.disk.revive(true, f.random);
    CHECK(rows_in(f.disk) == 1);
  }
}

TEST_CASE("simulated disk: a program that ends at any write leaves a database that opens, with all that was committed", "[sim]") {
  for (std::uint64_t at = 1; at <= 60; ++at) {
    for (const bool power_lost : {false, true}) {
      DiskFixture f;
      f.random = sync::Jitter(at);
      f.disk.kill_after(at);
      std::int64_t committed = 0;
      while (!f.disk.is_dead()) {
        if (put_row(*f.connection, committed)) ++committed;
        if (committed % 5 == 4) (void)f.connection->checkpoint();
      }
      f.connection.reset();
      f.disk.revive(power_lost, f.random);
      const std::int64_t found = rows_in(f.disk);
      CHECK(found >= committed);
      CHECK(found <= committed + 1);  // the one that nobody was told of
    }
  }
}

TEST_CASE("simulated disk: an input/output error and a full disk are told as such, and pass", "[sim]") {
  DiskFixture f;
  f.disk.fail_next(1);
  const auto failed = put_row(*f.connection, 1);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::kIo);
  CHECK(put_row(*f.connection, 1));

  f.disk.set_capacity(f.disk.used());
  Result<void> full;
  for (int i = 0; i < 1'000 && full; ++i) full = put_row(*f.connection, i);
  REQUIRE_FALSE(full);
  CHECK(full.error().code == ErrorCode::kDiskFull);
  f.disk.set_capacity(std::nullopt);
  CHECK(put_row(*f.connection, 2));
}

TEST_CASE("simulated disk: a copy can be put back, and is what it was", "[sim]") {
  DiskFixture f;
  REQUIRE(put_row(*f.connection, 1));
  const DiskImage copy = f.disk.copy();
  REQUIRE(put_row(*f.connection, 2));
  f.disk.kill();
  f.connection.reset();
  f.disk.put_back(copy);
  CHECK(rows_in(f.disk) == 1);
}

TEST_CASE("simulated disk: a power loss loses what no sync has saved", "[sim]") {
  // Without this a simulation would prove nothing about syncs.
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    DiskFixture f;
    f.random = sync::Jitter(seed);
    REQUIRE(f.connection->execute_script("PRAGMA synchronous=OFF"));
    REQUIRE(put_row(*f.connection, 1));
    f.disk.kill();
    f.connection.reset();
    f.disk.revive(true, f.random);
    if (rows_in(f.disk) != 1) ++lost;
  }
  CHECK(lost > 0);
}

TEST_CASE("simulated disk: reader and writer see each other as two programs would", "[sim]") {
  DiskFixture f;
  const auto reader = open_on(f.disk, sql::OpenMode::kReadOnly);
  REQUIRE(reader);
  const auto count = [&] {
    std::int64_t rows = -1;
    REQUIRE(reader->query("SELECT count(*) FROM t", {}, [&](const sql::Row& row) { rows = row.integer(0); }));
    return rows;
  };
  REQUIRE(put_row(*f.connection, 1));
  CHECK(count() == 1);
  {
    auto open = sql::Transaction::begin(*f.connection);
    REQUIRE(f.connection->run("INSERT INTO t (v) VALUES (2)", {}));
    CHECK(count() == 1);
    const auto other = open_on(f.disk);
    REQUIRE(other);
    CHECK_FALSE(sql::Transaction::begin(*other));  // one writer at a time
  }
  CHECK(count() == 1);
}

}  // namespace tillsync::sim
