#include "hub/app/hub_database.h"

#include <catch2/catch.hpp>

#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;

TEST_CASE("database url: a path behind sqlite://, anything else is named as what it is", "[app]") {
  CHECK(*database_path("sqlite:///var/lib/tillsync/hub.db") == "/var/lib/tillsync/hub.db");
  CHECK(database_path("postgres://db/tillsync").error().code == ErrorCode::kUnsupported);
  CHECK(database_path("sqlite://").error().code == ErrorCode::kInvalid);
  CHECK(!database_path(""));
}

TEST_CASE("database: opening twice migrates once; a reader cannot write", "[app]") {
  TempFolder folder;
  const auto path = folder.path / "hub.db";
  REQUIRE(open_database(path, 4));
  REQUIRE(open_database(path, 4));
  const auto reader = open_for_reading(path);
  REQUIRE(reader);
  CHECK(!(*reader)->run("DELETE FROM agent"));
  CHECK(!open_for_reading(folder.path / "nosuch.db"));
}
