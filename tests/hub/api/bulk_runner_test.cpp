// The chain of commits behind work on many at once.
#include "hub/api/bulk_runner.h"

#include <catch2/catch.hpp>

#include "common/sql/migrate.h"
#include "hub/api/schema.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

/// Ten rows of a table of its own, two in each commit; row 7 is left alone.
struct TenRows {
  HubDatabase database;
  TenRows() {
    REQUIRE(sql::migrate(database.connection(), "hub/api", api_schema::migrations()));
    REQUIRE(database.connection().execute_script("CREATE TABLE thing (no INTEGER PRIMARY KEY, touched INTEGER NOT NULL DEFAULT 0) STRICT"));
    for (std::int64_t i = 1; i <= 10; ++i) REQUIRE(database.connection().run("INSERT INTO thing (no) VALUES ($1)", {i}));
  }
  static BulkPlan plan() {
    BulkPlan made;
    made.select = [](sql::Connection& connection) -> Result<BulkSelection> {
      BulkSelection selection;
      TS_RETURN_IF_ERROR(connection.query("SELECT count(*), max(no) FROM thing", {}, [&](const sql::Row& row) { selection = {row.integer(0), row.integer(1)}; }));
      return selection;
    };
    made.advance = [](sql::Connection& connection, const BulkOperation& operation, Instant) -> Result<BulkChunk> {
      BulkChunk chunk;
      for (std::int64_t no = operation.position + 1; no <= std::min(operation.position + 2, operation.upto); ++no) {
        const bool is_left = no == 7;
        if (!is_left) TS_RETURN_IF_ERROR(connection.run("UPDATE thing SET touched = touched + 1 WHERE no = $1", {no}));
        chunk.items.push_back({is_left ? "odd" : "done", {{"no", no}}});
        chunk.position = no;
      }
      chunk.is_last = chunk.position >= operation.upto;
      return chunk;
    };
    return made;
  }
  static BulkRun run(const std::string& body = "{}", const std::string& id = "o_1") { return BulkRun({"ann", "/v1/things", "key"}, body, id, plan()); }
  /// One commit.
  Result<std::optional<StoredAnswer>> commit(const BulkRun& made) {
    auto transaction = sql::Transaction::begin(database.connection());
    REQUIRE(transaction);
    auto advanced = made.advance(database.connection(), kNow);
    if (advanced) REQUIRE(transaction->commit());
    return advanced;
  }
  json finish(const BulkRun& made) {
    for (int i = 0; i < 20; ++i) {
      const auto advanced = commit(made);
      REQUIRE(advanced);
      if (*advanced) return json::parse((*advanced)->body);
    }
    FAIL("it does not end");
    return {};
  }
};

}  // namespace

TEST_CASE("bulk run: goes through the frozen selection in commits of its own and counts", "[api]") {
  TenRows rows;
  const BulkRun run = TenRows::run();
  const auto first = rows.commit(run);
  REQUIRE(first);
  CHECK_FALSE(*first);
  REQUIRE(rows.database.connection().run("INSERT INTO thing (no) VALUES (11)"));  // not of the selection
  const json answer = rows.finish(run);
  CHECK(answer.at("selected") == 10);
  CHECK(answer.at("done") == 9);
  CHECK(answer.at("left_alone") == json{{"odd", 1}});
  CHECK(answer.at("items").size() == 10);
  CHECK(answer.at("status") == "finished");
  CHECK(rows.database.number("SELECT max(touched) FROM thing") == 1);
  CHECK(rows.database.number("SELECT touched FROM thing WHERE no = 11") == 0);
}

TEST_CASE("bulk run: after a crash between and within commits the same request goes on, and no row is done twice", "[api]") {
  TenRows rows;
  {
    const BulkRun run = TenRows::run();
    REQUIRE(rows.commit(run));
    REQUIRE(rows.database.connection().begin());
    REQUIRE(run.advance(rows.database.connection(), kNow));
    rows.database.crash();  // before its commit
  }
  CHECK(rows.database.number("SELECT sum(touched) FROM thing") == 2);
  const json answer = rows.finish(TenRows::run("{}", "o_2"));
  CHECK(answer.at("operation_id") == "o_1");
  CHECK(answer.at("done") == 9);
  CHECK(rows.database.number("SELECT max(touched) FROM thing") == 1);
  CHECK(rows.database.number("SELECT sum(touched) FROM thing") == 9);
}

TEST_CASE("bulk run: a repeat gets the same answer and does nothing, another body is refused", "[api]") {
  TenRows rows;
  const json answer = rows.finish(TenRows::run());
  CHECK(rows.finish(TenRows::run("{}", "o_2")) == answer);
  CHECK(rows.database.number("SELECT sum(touched) FROM thing") == 9);
  const auto other = rows.commit(TenRows::run(R"({"other":1})", "o_3"));
  REQUIRE_FALSE(other);
  CHECK(other.error().operation == "use idempotency key");
  CHECK(rows.database.number("SELECT count(*) FROM bulk_operation") == 1);
}

TEST_CASE("bulk run: an error in a chunk leaves the chunks before it, and the same request goes on", "[api]") {
  TenRows rows;
  REQUIRE(rows.commit(TenRows::run()));
  BulkPlan broken = TenRows::plan();
  broken.advance = [](sql::Connection&, const BulkOperation&, Instant) -> Result<BulkChunk> { return fail(ErrorCode::kDiskFull, "test", "full"); };
  CHECK(rows.commit(BulkRun({"ann", "/v1/things", "key"}, "{}", "o_2", broken)).error().code == ErrorCode::kDiskFull);
  CHECK(rows.finish(TenRows::run()).at("done") == 9);
}

TEST_CASE("bulk run: only the first items are kept, all are counted", "[api]") {
  TenRows rows;
  for (std::int64_t i = 11; i <= 120; ++i) REQUIRE(rows.database.connection().run("INSERT INTO thing (no) VALUES ($1)", {i}));
  BulkPlan wide = TenRows::plan();
  wide.advance = [](sql::Connection&, const BulkOperation& operation, Instant) -> Result<BulkChunk> {
    BulkChunk chunk;
    for (std::int64_t no = operation.position + 1; no <= operation.upto; ++no) chunk.items.push_back({"done", {{"no", no}}});
    chunk.position = operation.upto;
    chunk.is_last = true;
    return chunk;
  };
  const json answer = rows.finish(BulkRun({"ann", "/v1/things", "key"}, "{}", "o_1", wide));
  CHECK(answer.at("done") == 120);
  CHECK(answer.at("items").size() == kBulkItemsMax);
}
