#include "hub/fleet/config_store.h"

#include <catch2/catch.hpp>

#include "common/config/remote_settings.h"
#include "common/sql/sqlite.h"
#include "hub/fleet/fleet_store.h"
#include "hub/masterdata/masterdata_store.h"
#include "hub/outbound/outbound_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kConfigNow{1'700'000'000'000'000};

struct ConfigFixture {
  std::unique_ptr<sql::Connection> connection;
  ConfigFixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    connection = std::move(*sql::open_sqlite(options));
    REQUIRE(FleetStore::migrate(*connection));
    REQUIRE(migrate_masterdata(*connection));
    REQUIRE(OutboundStore::migrate(*connection));
  }
  ConfigStore store() { return ConfigStore(*connection); }
  std::vector<wire::InboxItem> queued(const std::string& agent) { return *OutboundStore(*connection).items(AgentId(agent), LocationId("GB"), 0); }
};

}  // namespace

TEST_CASE("configuration: revisions are numbered from one and never change", "[fleet]") {
  ConfigFixture fixture;
  CHECK(fixture.store().add("{}", "first", "ana", kConfigNow)->revision == 1);
  CHECK(fixture.store().add(R"({"log.level":"debug"})", "", "ana", kConfigNow)->revision == 2);
  CHECK((*fixture.store().find(1))->note == "first");
  CHECK_FALSE(*fixture.store().find(3));
  CHECK(fixture.store().list(0, 10)->front().revision == 2);
  CHECK(fixture.store().list(2, 10)->front().revision == 1);
  CHECK(fixture.store().list(1, 10)->empty());
}

TEST_CASE("configuration: what an agent is to have is queued for it alone, under a number of its own", "[fleet]") {
  ConfigFixture fixture;
  REQUIRE(fixture.store().add(R"({"log.level":"debug"})", "", "ana", kConfigNow));
  const auto first = fixture.store().want(AgentId("a_1"), 1, "ana", kConfigNow);
  REQUIRE(first);
  CHECK(first->previous_revision == 0);
  CHECK(first->config.revision == 1);
  REQUIRE(fixture.queued("a_1").size() == 1);
  CHECK(fixture.queued("a_2").empty());
  const auto item = config::parse_config_item(fixture.queued("a_1")[0].payload);
  REQUIRE(item);
  CHECK(item->item == first->config.item);
  CHECK(item->revision == 1);
  CHECK(item->settings == R"({"log.level":"debug"})");
  const auto second = fixture.store().want(AgentId("a_1"), 0, "ana", kConfigNow);  // the same instant
  CHECK(second->previous_revision == 1);
  CHECK(second->config.item > first->config.item);
  CHECK(fixture.queued("a_1").size() == 1);  // the newer replaces
  CHECK(config::parse_config_item(fixture.queued("a_1")[0].payload)->settings == "{}");
  CHECK(FleetStore(*fixture.connection).wanted_configs()->at("a_1") == second->config);
  CHECK(FleetStore(*fixture.connection).history(AgentId("a_1"))->back().detail == "agent.toml alone");
}

TEST_CASE("configuration: a revision that is not there is given to nobody", "[fleet]") {
  ConfigFixture fixture;
  const auto refused = fixture.store().want(AgentId("a_1"), 7, "ana", kConfigNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::kNotFound);
  CHECK(fixture.queued("a_1").empty());
}
