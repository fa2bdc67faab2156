#include "hub/intake/hub_meta_store.h"

#include <catch2/catch.hpp>

#include "hub/intake/intake_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("hub meta: the incarnation is drawn once and renewed only when asked", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  const auto first = load_or_draw_incarnation(database.connection());
  REQUIRE(first);
  CHECK_FALSE(first->is_zero());
  CHECK(load_or_draw_incarnation(database.crash()).value() == *first);
  const auto renewed = renew_incarnation(database.connection());
  REQUIRE(renewed);
  CHECK(*renewed != *first);
  CHECK(load_or_draw_incarnation(database.connection()).value() == *renewed);
}

TEST_CASE("hub meta: a damaged incarnation is an error, never a silent new one", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  REQUIRE(database.connection().run("INSERT INTO hub_meta (key, value) VALUES ('incarnation', x'01')"));
  const auto read = load_or_draw_incarnation(database.connection());
  REQUIRE_FALSE(read);
  CHECK(read.error().code == ErrorCode::kCorrupt);
}

TEST_CASE("hub meta: a probe is a write, however often", "[intake]") {
  HubDatabase database;
  REQUIRE(migrate_intake(database.connection()));
  REQUIRE(record_probe(database.connection(), Instant{1}));
  REQUIRE(record_probe(database.connection(), Instant{2}));
  CHECK(database.number("SELECT count(*) FROM hub_meta WHERE key = 'probed_us' AND value = x'32'") == 1);
}
