#include "hub/fleet/sample_store.h"

#include <catch2/catch.hpp>

#include "common/sql/sqlite.h"
#include "hub/fleet/fleet_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

struct SampleFixture {
  std::unique_ptr<sql::Connection> connection;
  SampleFixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    connection = std::move(*sql::open_sqlite(options));
    REQUIRE(FleetStore::migrate(*connection));
  }
  SampleStore store() { return SampleStore(*connection); }
  std::int64_t rows() {
    std::int64_t count = 0;
    REQUIRE(connection->query("SELECT count(*) FROM agent_sample", {}, [&](const sql::Row& row) { count = row.integer(0); }));
    return count;
  }
};

}  // namespace

TEST_CASE("samples: one row per agent and slot, read in order", "[fleet]") {
  SampleFixture fixture;
  const std::vector<AgentSample> both = {{AgentId("a_1"), 5, 60, seconds(1), 1'000}, {AgentId("a_2"), 7, 0, Duration{}, 2'000}};
  REQUIRE(fixture.store().write(100, both));
  REQUIRE(fixture.store().write(100, both));  // the same slot again replaces
  CHECK(fixture.rows() == 2);
  REQUIRE(fixture.store().write(102, std::vector<AgentSample>{{AgentId("a_1"), 3, 30, Duration{}, 900}}));
  const auto samples = fixture.store().read(AgentId("a_1"), 99, 103);
  REQUIRE(samples);
  REQUIRE(samples->size() == 2);
  CHECK((*samples)[0].slot == 100);
  CHECK((*samples)[0].sample.backlog == 5);
  CHECK((*samples)[0].sample.clock_skew == seconds(1));
  CHECK((*samples)[1].slot == 102);
  CHECK(fixture.store().read(AgentId("a_1"), 101, 101)->empty());
  CHECK(fixture.store().read(AgentId("a_3"), 99, 103)->empty());
}

TEST_CASE("samples: the last day stays, one slot more goes", "[fleet]") {
  SampleFixture fixture;
  const std::vector<AgentSample> one = {{AgentId("a_1"), 5, 60, Duration{}, 1'000}};
  for (const std::int64_t slot : {1'000, 1'001, 1'002}) REQUIRE(fixture.store().write(slot, one));
  CHECK(*fixture.store().prune(1'000 + kSampleSlots - 1) == false);
  CHECK(fixture.rows() == 3);
  CHECK(*fixture.store().prune(1'001 + kSampleSlots) == true);  // one slot at a time
  CHECK(fixture.rows() == 2);
  CHECK(*fixture.store().prune(1'001 + kSampleSlots) == true);
  CHECK(*fixture.store().prune(1'001 + kSampleSlots) == false);
  CHECK(fixture.rows() == 1);
}

TEST_CASE("samples: an instant belongs to the five minutes that it lies in", "[fleet]") {
  const Instant start = slot_start(1'000);
  CHECK(sample_slot(start) == 1'000);
  CHECK(sample_slot(start + seconds(kSampleSeconds) - Duration{1}) == 1'000);
  CHECK(sample_slot(start + seconds(kSampleSeconds)) == 1'001);
}
