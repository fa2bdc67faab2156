#include "hub/writer/bulk_insert.h"

#include <catch2/catch.hpp>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const BulkInsert kInsert("INSERT INTO pair (a, b) VALUES", 2);

HubDatabase& with_table(HubDatabase& database) {
  REQUIRE(database.connection().execute_script("CREATE TABLE pair (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT"));
  return database;
}
std::vector<sql::Param> rows(std::size_t count) {
  std::vector<sql::Param> params;
  for (std::size_t i = 0; i < count; ++i) params.insert(params.end(), {static_cast<std::int64_t>(i), std::string_view("x")});
  return params;
}

}  // namespace

TEST_CASE("bulk insert: every row arrives, whatever the number", "[writer]") {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, kRowsPerInsert - 1, kRowsPerInsert, kRowsPerInsert + 1, 3 * kRowsPerInsert + 5}) {
    HubDatabase database;
    with_table(database);
    INFO(count);
    REQUIRE(kInsert.run(database.connection(), rows(count)));
    CHECK(database.number("SELECT count(*) FROM pair") == static_cast<std::int64_t>(count));
    CHECK(database.number("SELECT coalesce(sum(a), 0) FROM pair") == static_cast<std::int64_t>(count * (count - (count > 0 ? 1 : 0)) / 2));
  }
}

TEST_CASE("bulk insert: a row that breaks a constraint is the caller's error", "[writer]") {
  HubDatabase database;
  with_table(database);
  REQUIRE(database.connection().run("INSERT INTO pair (a, b) VALUES (40, 'there')"));
  const auto failed = kInsert.run(database.connection(), rows(2 * kRowsPerInsert));
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == ErrorCode::kConflict);
}
