#include "hub/outbound/outbound_stage.h"

#include <catch2/catch.hpp>

#include "hub/outbound/outbound_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::HubDatabase;

TEST_CASE("outbound stage: what stages hand it is queued with the batch, and told once it is committed", "[outbound]") {
  HubDatabase database;
  int told = 0;
  OutboundStage stage([&told] { ++told; });
  sql::Connection& connection = database.connection();
  REQUIRE(stage.start(connection));
  MicroBatch batch;
  batch.now = hub::test::kNow;
  batch.outbound = {{"agent:a_1", "lease/1", "l_1", "first"}, {"agent:a_1", "lease/1", "l_1", "second"}, {"agent:a_2", "lease/1", "l_2", "other"}};
  const auto run = [&](bool commits) {
    REQUIRE(connection.begin());
    REQUIRE(stage.load(connection, batch));
    stage.decide(batch);
    REQUIRE(stage.write(connection, batch));
    if (commits) {
      REQUIRE(connection.commit());
      stage.committed();
    } else {
      REQUIRE(connection.rollback());
      stage.rolled_back();
    }
  };
  run(false);
  CHECK(told == 0);
  CHECK(database.number("SELECT count(*) FROM outbound_item") == 0);
  run(true);
  CHECK(told == 1);
  CHECK(database.texts("SELECT payload FROM outbound_item ORDER BY item_no") == std::vector<std::string>{"second", "other"});
  batch.outbound.clear();
  run(true);
  CHECK(told == 1);
}
