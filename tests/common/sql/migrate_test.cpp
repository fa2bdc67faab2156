#include "common/sql/migrate.h"

#include <catch2/catch.hpp>

#include "tests/common/sql/database_fixture.h"
#include "tests/common/sql/schema.h"

using namespace tillsync;
using namespace tillsync::sql;
using Texts = std::vector<std::string>;

namespace {

constexpr std::string_view kRecorded = "SELECT component || '/' || name FROM schema_migration ORDER BY component, number";

std::unique_ptr<Connection> open_one(const TemporaryFolder& folder) {
  auto connection = open(folder.file("m.db"));
  REQUIRE(connection);
  return std::move(*connection);
}

}  // namespace

TEST_CASE("schema: the folder's scripts are embedded in order, byte for byte", "[sql]") {
  const auto migrations = article_schema::migrations();
  REQUIRE(migrations.size() == 2);
  CHECK(migrations[0].number == 1);
  CHECK(migrations[0].name == "0001_article.sql");
  CHECK(migrations[1].number == 2);
  CHECK(migrations[1].script.find("quote's \"mark\".\n") != std::string_view::npos);
}

TEST_CASE("migrate: runs what is missing, once, and records it", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_one(folder);
  const auto all = article_schema::migrations();
  REQUIRE(migrate(*connection, "shop", all.first(1)));
  CHECK(texts(*connection, kRecorded) == Texts{"shop/0001_article.sql"});
  REQUIRE(migrate(*connection, "shop", all));
  REQUIRE(migrate(*connection, "shop", all));
  CHECK(texts(*connection, kRecorded) == Texts{"shop/0001_article.sql", "shop/0002_article_name.sql"});
  REQUIRE(connection->run("INSERT INTO article (sku) VALUES ('0012345')") == 1);
  CHECK(texts(*connection, "SELECT sku || name FROM article") == Texts{"0012345unnamed; yet"});
}

TEST_CASE("migrate: components are counted apart", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_one(folder);
  const Migration other[] = {{1, "0001_other.sql", "CREATE TABLE other (x INTEGER) STRICT;"}};
  REQUIRE(migrate(*connection, "shop", article_schema::migrations()));
  REQUIRE(migrate(*connection, "attic", other));
  CHECK(texts(*connection, kRecorded).size() == 3);
}

TEST_CASE("migrate: nothing to do needs no write", "[sql]") {
  const TemporaryFolder folder;
  auto writer = open_one(folder);
  REQUIRE(migrate(*writer, "shop", article_schema::migrations()));
  auto reader = open(folder.file("m.db"), OpenMode::kReadOnly);
  REQUIRE(reader);
  CHECK(migrate(**reader, "shop", article_schema::migrations()));
  const Migration other[] = {{1, "0001_other.sql", "CREATE TABLE other (x INTEGER) STRICT;"}};
  const auto missing = migrate(**reader, "attic", other);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kDenied);
}

TEST_CASE("migrate: a changed migration stops the program", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_one(folder);
  const Migration original[] = {{1, "0001_a.sql", "CREATE TABLE a (x INTEGER) STRICT;"}};
  const Migration changed[] = {{1, "0001_a.sql", "CREATE TABLE a (x TEXT) STRICT;"}, {2, "0002_b.sql", "CREATE TABLE b (x TEXT) STRICT;"}};
  REQUIRE(migrate(*connection, "shop", original));
  const auto migrated = migrate(*connection, "shop", changed);
  REQUIRE_FALSE(migrated);
  CHECK(migrated.error().code == ErrorCode::kCorrupt);
  CHECK(texts(*connection, "SELECT name FROM sqlite_schema WHERE name = 'b'").empty());
}

TEST_CASE("migrate: a database newer than the program stops it", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_one(folder);
  REQUIRE(migrate(*connection, "shop", article_schema::migrations()));
  const auto migrated = migrate(*connection, "shop", article_schema::migrations().first(1));
  REQUIRE_FALSE(migrated);
  CHECK(migrated.error().code == ErrorCode::kCorrupt);
  CHECK(migrated.error().hint.find("newer program") != std::string::npos);
}

TEST_CASE("migrate: a script that fails leaves nothing and can be run again", "[sql]") {
  const TemporaryFolder folder;
  auto connection = open_one(folder);
  const Migration broken[] = {{1, "0001_a.sql", "CREATE TABLE a (x INTEGER) STRICT; CREATE TABLE a (x INTEGER) STRICT;"}};
  const Migration mended[] = {{1, "0001_a.sql", "CREATE TABLE a (x INTEGER) STRICT;"}};
  const auto migrated = migrate(*connection, "shop", broken);
  REQUIRE_FALSE(migrated);
  CHECK(migrated.error().operation.find("0001_a.sql") != std::string::npos);
  CHECK(texts(*connection, "SELECT name FROM sqlite_schema WHERE type = 'table'").empty());
  CHECK(migrate(*connection, "shop", mended));
}
