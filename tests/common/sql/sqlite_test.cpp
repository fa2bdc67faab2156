#include "common/sql/sqlite.h"

#include <catch2/catch.hpp>

#include "tests/common/sql/database_fixture.h"

using namespace tillsync;
using namespace tillsync::sql;
using Texts = std::vector<std::string>;

namespace {

std::unique_ptr<Connection> open_items(const std::filesystem::path& path) {
  auto connection = open(path);
  REQUIRE(connection);
  REQUIRE((*connection)->execute_script(
      "CREATE TABLE item (sku TEXT PRIMARY KEY NOT NULL, qty INTEGER NOT NULL CHECK (qty >= 0), note TEXT, raw BLOB) STRICT;"));
  return std::move(*connection);
}

}  // namespace

TEST_CASE("sqlite: params go where their number says, not where they first appear", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->run("INSERT INTO item (qty, sku) VALUES ($2, $1)", {"A", std::int64_t{7}}) == 1);
  CHECK(texts(*connection, "SELECT sku FROM item WHERE qty = $2 AND sku = $1", {"A", std::int64_t{7}}) == Texts{"A"});
}

TEST_CASE("sqlite: barcodes keep their leading zeros, blobs their zero bytes, empty is not null", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  constexpr std::string_view kInsert = "INSERT INTO item (sku, qty, note, raw) VALUES ($1, $2, $3, $4)";
  const Bytes raw("\0\x01\xff", 3);
  REQUIRE(connection->run(kInsert, {"0012345", std::int64_t{1}, std::string_view{}, Blob{raw}}) == 1);
  REQUIRE(connection->run(kInsert, {"12345", std::int64_t{1}, nullptr, Blob{}}) == 1);
  std::vector<std::string> seen;
  REQUIRE(connection->query("SELECT sku, note, raw, typeof(raw) FROM item ORDER BY sku", {}, [&](const Row& row) {
    seen.push_back(std::string(row.text(0)) + (row.is_null(1) ? " null " : " text ") + to_hex(row.blob(2)) + " " +
                   std::string(row.text(3)));
  }));
  CHECK(seen == Texts{"0012345 text 0001ff blob", "12345 null  blob"});
}

TEST_CASE("sqlite: 64-bit integers survive at both ends", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  for (const std::int64_t value : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    std::int64_t read = 0;
    REQUIRE(connection->query("SELECT $1", {value}, [&read](const Row& row) { read = row.integer(0); }));
    CHECK(read == value);
  }
}

TEST_CASE("sqlite: run counts changed rows, and zero for statements that change none", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1), ('B', 2)") == 2);
  CHECK(connection->run("UPDATE item SET qty = 5 WHERE sku = 'none'") == 0);
  CHECK(connection->run("CREATE TABLE other (x INTEGER) STRICT") == 0);
  CHECK(connection->run("UPDATE item SET qty = qty + 1") == 2);
}

TEST_CASE("sqlite: run_each runs once for each row and adds up the changes", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  const std::vector<Param> rows = {"A", std::int64_t{1}, "B", std::int64_t{2}, "C", std::int64_t{3}};
  CHECK(connection->run_each("INSERT INTO item (sku, qty) VALUES ($1, $2)", 2, rows) == 3);
  CHECK(connection->run_each("INSERT INTO item (sku, qty) VALUES ($1, $2)", 2, {}) == 0);
  CHECK(texts(*connection, "SELECT sku || qty FROM item ORDER BY sku") == Texts{"A1", "B2", "C3"});
}

TEST_CASE("sqlite: run_each stops at the first bad row, and the transaction takes all of them back", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  {
    auto transaction = Transaction::begin(*connection);
    REQUIRE(transaction);
    const std::vector<Param> rows = {"A", std::int64_t{1}, "B", std::int64_t{-1}, "C", std::int64_t{3}};
    const auto run = connection->run_each("INSERT INTO item (sku, qty) VALUES ($1, $2)", 2, rows);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ErrorCode::kConflict);
  }
  CHECK(texts(*connection, "SELECT sku FROM item").empty());
  CHECK_FALSE(connection->in_transaction());
}

TEST_CASE("sqlite: query_each tells which params a row answers", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1), ('C', 3)") == 2);
  const std::vector<Param> keys = {"A", "B", "C"};
  Texts seen;
  REQUIRE(connection->query_each("SELECT qty FROM item WHERE sku = $1", 1, keys, [&seen](std::size_t index, const Row& row) {
    seen.push_back(std::to_string(index) + ":" + std::to_string(row.integer(0)));
  }));
  CHECK(seen == Texts{"0:1", "2:3"});
}

TEST_CASE("sqlite: a callback may use the connection, even with the same statement", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1), ('B', 2)") == 2);
  constexpr std::string_view kAll = "SELECT sku FROM item ORDER BY sku";
  Texts pairs;
  REQUIRE(connection->query(kAll, {}, [&](const Row& outer) {
    for (const std::string& inner : texts(*connection, kAll)) pairs.push_back(std::string(outer.text(0)) + inner);
  }));
  CHECK(pairs == Texts{"AA", "AB", "BA", "BB"});
}

TEST_CASE("sqlite: a statement is usable again after its callback threw", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1), ('B', 2)") == 2);
  constexpr std::string_view kAll = "SELECT sku FROM item ORDER BY sku";
  CHECK_THROWS_AS(connection->query(kAll, {}, [](const Row&) { throw std::runtime_error("stop"); }), std::runtime_error);
  CHECK(texts(*connection, kAll) == Texts{"A", "B"});
}

TEST_CASE("sqlite: statements that do not compile or have other params are the programmer's", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  for (const char* statement : {"SELEC 1", "SELECT \"no_such_column\" FROM item", "SELECT 1; SELECT 2", "", "SELECT $1"}) {
    const auto run = connection->run(statement);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ErrorCode::kInternal);
  }
}

TEST_CASE("sqlite: more statements than the cache holds still work", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  for (int i = 0; i < 1'100; ++i) {
    const std::string number = std::to_string(i);
    REQUIRE(texts(*connection, "SELECT '" + number + "'") == Texts{number});
  }
}

TEST_CASE("sqlite: constraints and foreign keys are kept", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->execute_script("CREATE TABLE child (sku TEXT NOT NULL REFERENCES item (sku)) STRICT"));
  REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1)") == 1);
  for (const char* statement :
       {"INSERT INTO item (sku, qty) VALUES ('A', 1)", "INSERT INTO item (sku, qty) VALUES (NULL, 1)",
        "INSERT INTO item (sku, qty) VALUES ('B', 'many')", "INSERT INTO child VALUES ('none')"}) {
    const auto run = connection->run(statement);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ErrorCode::kConflict);
  }
}

TEST_CASE("sqlite: a transaction that is not committed leaves nothing", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  {
    auto transaction = Transaction::begin(*connection);
    REQUIRE(transaction);
    REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1)"));
  }
  CHECK(texts(*connection, "SELECT sku FROM item").empty());
  {
    auto transaction = Transaction::begin(*connection);
    REQUIRE(transaction);
    REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('B', 1)"));
    REQUIRE(transaction->commit());
  }
  CHECK(texts(*connection, "SELECT sku FROM item") == Texts{"B"});
  CHECK(connection->rollback());
}

TEST_CASE("sqlite: a second writer is told that the database is held", "[sql]") {
  const TemporaryFolder folder;
  auto first = open_items(folder.file("a.db"));
  auto second = open(folder.file("a.db"));
  REQUIRE(second);
  REQUIRE(first->begin());
  const auto begun = (*second)->begin();
  REQUIRE_FALSE(begun);
  CHECK(begun.error().code == ErrorCode::kUnavailable);
  REQUIRE(first->rollback());
  CHECK((*second)->begin());
}

TEST_CASE("sqlite: a reader sees what is committed, and cannot write", "[sql]") {
  const TemporaryFolder folder;
  auto writer = open_items(folder.file("a.db"));
  auto reader = open(folder.file("a.db"), OpenMode::kReadOnly);
  REQUIRE(reader);
  REQUIRE(writer->begin());
  REQUIRE(writer->run("INSERT INTO item (sku, qty) VALUES ('A', 1)"));
  CHECK(texts(**reader, "SELECT sku FROM item").empty());
  REQUIRE(writer->commit());
  REQUIRE((*reader)->begin());
  CHECK(texts(**reader, "SELECT sku FROM item") == Texts{"A"});
  const auto run = (*reader)->run("DELETE FROM item");
  REQUIRE_FALSE(run);
  CHECK(run.error().code == ErrorCode::kDenied);
}

TEST_CASE("sqlite: a file that may not be written is denied", "[sql]") {
  const TemporaryFolder folder;
  // The super-user may write anything, so the file is made unwritable by being a folder.
  std::filesystem::create_directories(folder.file("a.db"));
  const auto opened = open(folder.file("a.db"));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == ErrorCode::kDenied);
}

TEST_CASE("sqlite: a missing file or folder is not found", "[sql]") {
  const TemporaryFolder folder;
  for (const auto& [path, mode] : {std::pair{folder.file("none.db"), OpenMode::kReadOnly},
                                   std::pair{folder.file("none.db"), OpenMode::kReadWrite},
                                   std::pair{folder.file("none/a.db"), OpenMode::kReadWriteCreate}}) {
    const auto opened = open(path, mode);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::kNotFound);
  }
}

TEST_CASE("sqlite: database and log are not for everybody", "[sql]") {
  const TemporaryFolder folder;
  const auto connection = open_items(folder.file("a.db"));
  for (const char* name : {"a.db", "a.db-wal", "a.db-shm"})
    CHECK((std::filesystem::status(folder.file(name)).permissions() & std::filesystem::perms::mask) ==
          std::filesystem::perms{0640});
}

TEST_CASE("sqlite: a full disk is reported, the transaction is taken back, and room heals it", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_items(folder.file("a.db"));
  REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('A', 1)") == 1);
  REQUIRE(connection->run("PRAGMA max_page_count = 8"));
  const Bytes large(100'000, 'x');
  {
    auto transaction = Transaction::begin(*connection);
    REQUIRE(transaction);
    REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ('B', 1)") == 1);
    const auto run = connection->run("INSERT INTO item (sku, qty, raw) VALUES ('C', 1, $1)", {Blob{large}});
    REQUIRE_FALSE(run);
    CHECK(run.error().code == ErrorCode::kDiskFull);
    CHECK_FALSE(run.error().hint.empty());
  }
  CHECK(texts(*connection, "SELECT sku FROM item") == Texts{"A"});
  REQUIRE(connection->run("PRAGMA max_page_count = 1000"));
  CHECK(connection->run("INSERT INTO item (sku, qty, raw) VALUES ('C', 1, $1)", {Blob{large}}) == 1);
}

TEST_CASE("sqlite: a file that is no database is corrupt, with what to do", "[sql]") {
  const TemporaryFolder folder;
  std::ofstream(folder.file("a.db")) << std::string(8'192, 'n');
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite, OpenMode::kReadWriteCreate}) {
    const auto opened = open(folder.file("a.db"), mode);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::kCorrupt);
    CHECK(opened.error().hint.find("restore") != std::string::npos);
  }
}

TEST_CASE("sqlite: verify passes a sound file and finds flipped bytes", "[sql]") {
  const TemporaryFolder folder;
  {
    auto connection = open_items(folder.file("a.db"));
    for (int i = 0; i < 400; ++i)
      REQUIRE(connection->run("INSERT INTO item (sku, qty) VALUES ($1, 1)", {std::string(100, 'a') + std::to_string(i)}) == 1);
    CHECK(connection->verify());
  }
  {
    std::fstream file(folder.file("a.db"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4'096 * 3);  // a page in the middle loses its header
    file << std::string(64, '\xff');
  }
  auto connection = open(folder.file("a.db"));
  REQUIRE(connection);
  const auto verified = (*connection)->verify();
  REQUIRE_FALSE(verified);
  CHECK(verified.error().code == ErrorCode::kCorrupt);
}

TEST_CASE("sqlite: checkpoint empties the log, except what a reader still needs", "[sql]") {
  const TemporaryFolder folder;
  SqliteOptions options;
  options.path = folder.file("a.db");
  options.automatic_checkpoint = false;
  auto writer = open_items(options.path);
  auto reader = open(options.path, OpenMode::kReadOnly);
  auto checkpointer = open_sqlite(options);
  REQUIRE(reader);
  REQUIRE(checkpointer);
  REQUIRE((*checkpointer)->checkpoint() == 0);
  REQUIRE((*reader)->begin());
  CHECK(texts(**reader, "SELECT sku FROM item").empty());
  REQUIRE(writer->run("INSERT INTO item (sku, qty) VALUES ('A', 1)") == 1);
  const auto left = (*checkpointer)->checkpoint();
  REQUIRE(left);
  CHECK(*left > 0);
  REQUIRE((*reader)->rollback());
  CHECK((*checkpointer)->checkpoint() == 0);
}

TEST_CASE("sqlite: a statement beyond the connection's time limit ends with a time-out", "[sql]") {
  const TemporaryFolder folder;
  SqliteOptions options;
  options.path = folder.file("a.db");
  options.statement_time_limit_ms = 20;
  auto connection = open_sqlite(options);
  REQUIRE(connection);
  const auto query = (*connection)->query(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n", {}, [](const Row&) {});
  REQUIRE_FALSE(query);
  CHECK(query.error().code == ErrorCode::kTimeout);
  CHECK(texts(**connection, "SELECT 1") == Texts{"1"});
}

TEST_CASE("sqlite: committed rows are there after opening again", "[sql]") {
  const TemporaryFolder folder;
  { REQUIRE(open_items(folder.file("a.db"))->run("INSERT INTO item (sku, qty) VALUES ('007', 1)") == 1); }
  auto connection = open(folder.file("a.db"), OpenMode::kReadWrite);
  REQUIRE(connection);
  CHECK(texts(**connection, "SELECT sku FROM item") == Texts{"007"});
}
