#include "hub/erp/breaker_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("breaker store: the state is as it was left, per connector", "[erp]") {
  test::HubDatabase database;
  REQUIRE(migrate_erp(database.connection()));
  CHECK_FALSE(load_breaker(database.connection(), "tryton").value());
  StoredBreaker stopped{BreakerState::kStopped, 6, seconds(4), test::kNow + seconds(3), "timeout: gone"};
  REQUIRE(store_breaker(database.connection(), "tryton", stopped, test::kNow));
  REQUIRE(store_breaker(database.connection(), "generic", {}, test::kNow));
  const auto found = load_breaker(database.crash(), "tryton");
  REQUIRE(found);
  REQUIRE(*found);
  CHECK((*found)->state == BreakerState::kStopped);
  CHECK((*found)->failures == 6);
  CHECK((*found)->pause == seconds(4));
  CHECK((*found)->probe_at == test::kNow + seconds(3));
  CHECK((*found)->last_error == "timeout: gone");
  stopped.state = BreakerState::kFlowing;
  REQUIRE(store_breaker(database.connection(), "tryton", stopped, test::kNow));
  CHECK(load_breaker(database.connection(), "tryton").value()->state == BreakerState::kFlowing);
}
