#include "hub/api/idempotency_store.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "common/crypto/crypto.h"
#include "common/sql/migrate.h"
#include "common/sql/sqlite.h"
#include "hub/api/api_call.h"
#include "hub/api/schema.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

struct Database {
  std::filesystem::path path = std::filesystem::temp_directory_path() / random_secret("tillsync-idem-");
  std::unique_ptr<sql::Connection> connection = open();
  std::unique_ptr<sql::Connection> open() const {
    sql::SqliteOptions options;
    options.path = path;
    auto opened = sql::open_sqlite(options);
    REQUIRE(opened);
    REQUIRE(sql::migrate(**opened, "hub/api", api_schema::migrations()));
    return std::move(*opened);
  }
  ~Database() {
    connection = nullptr;
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
  }
};

const IdempotencyScope kScope{"admin", "create POST /v1/x", "k1"};
constexpr Instant kNow{1'000'000'000'000'000};

}  // namespace

TEST_CASE("idempotency: a key gives its first answer again, another caller or route does not see it", "[api]") {
  Database database;
  CHECK_FALSE(*find_answer(*database.connection, kScope, "hash", kNow));
  REQUIRE(store_answer(*database.connection, kScope, "hash", {201, "{\"a\":1}"}, kNow));
  const auto found = find_answer(*database.connection, kScope, "hash", kNow);
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->status == 201);
  CHECK((*found)->body == "{\"a\":1}");
  CHECK_FALSE(*find_answer(*database.connection, {"other", kScope.route, kScope.key}, "hash", kNow));
  CHECK_FALSE(*find_answer(*database.connection, {kScope.caller, "other", kScope.key}, "hash", kNow));
}

TEST_CASE("idempotency: a key with another body is a conflict", "[api]") {
  Database database;
  REQUIRE(store_answer(*database.connection, kScope, "hash", {201, "{}"}, kNow));
  const auto other = find_answer(*database.connection, kScope, "HASH", kNow);
  REQUIRE_FALSE(other);
  CHECK(other.error().code == ErrorCode::kConflict);
}

TEST_CASE("idempotency: a key is kept for its days and forgotten after", "[api]") {
  Database database;
  const Instant limit = kNow + seconds(kIdempotencyKeyDays * 86'400);
  REQUIRE(store_answer(*database.connection, kScope, "hash", {201, "{}"}, kNow));
  CHECK(*find_answer(*database.connection, kScope, "hash", limit));
  CHECK_FALSE(*find_answer(*database.connection, kScope, "other", limit + Duration{1}));
  REQUIRE(store_answer(*database.connection, {"admin", "r", "k2"}, "hash", {200, ""}, limit + Duration{1}));
  std::int64_t rows = 0;
  REQUIRE(database.connection->query("SELECT count(*) FROM api_idempotency", {}, [&](const sql::Row& row) { rows = row.integer(0); }));
  CHECK(rows == 1);
}
