#include "hub/fleet/agent_registry.h"

#include <catch2/catch.hpp>

#include "common/sql/sqlite.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kRegistryNow{1'700'000'000'000'000};

struct RegistryFixture {
  std::unique_ptr<sql::Connection> connection;
  RegistryFixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    auto opened = sql::open_sqlite(options);
    REQUIRE(opened);
    connection = std::move(*opened);
    REQUIRE(FleetStore::migrate(*connection));
  }
  FleetStore store() { return FleetStore(*connection); }
  void add_token(const std::string& secret, std::int64_t uses_max = 1, const std::string& location = "GB") {
    REQUIRE(store().add_enrolment_token({.token_id = "id-" + secret,
                                         .location = LocationId(location),
                                         .uses_max = uses_max,
                                         .uses = 0,
                                         .created_at = kRegistryNow,
                                         .created_by = "admin",
                                         .expires_at = kRegistryNow + seconds(60)},
                                        secret));
  }
  AgentRecord enrol(const std::string& key, const std::string& token) {
    const auto decision = store().enrol({key, "pc", "0.1.0"}, token, kRegistryNow);
    REQUIRE(decision);
    REQUIRE(decision->is_granted());
    return decision->agent;
  }
};

}  // namespace

TEST_CASE("registry: knows what the tables say, and what agents say about themselves", "[fleet]") {
  RegistryFixture fixture;
  fixture.add_token("one", 5);
  AgentRegistry registry;
  AgentRecord agent = fixture.enrol("k1", "one");
  auto store = fixture.store();
  REQUIRE(registry.load(store));
  CHECK(registry.by_key("k1")->agent_id == agent.agent_id);
  CHECK(!registry.by_key("k2"));
  CHECK(registry.admits("k2"));
  CHECK(!registry.clock_skew("k1"));

  registry.seen("k1", kRegistryNow);
  AgentStatus status;
  status.backlog = 7;
  status.clock_skew = milliseconds(-40);
  registry.set_status("k1", status, "0.2.0", kRegistryNow + seconds(1));
  registry.set_status("k2", status, "0.2.0", kRegistryNow);
  CHECK(registry.clock_skew("k1") == milliseconds(-40));
  const auto changed = registry.take_changed();
  REQUIRE(changed.size() == 1);
  CHECK(registry.take_changed().empty());
  REQUIRE(fixture.store().save_status(changed));
  const auto saved = **fixture.store().find(agent.agent_id);
  CHECK(saved.status.backlog == 7);
  CHECK(saved.status.last_seen == kRegistryNow + seconds(1));
  CHECK(saved.agent.version == "0.2.0");

  agent.standing = Standing::kRevoked;
  registry.put(agent);
  CHECK(!registry.admits("k1"));
  CHECK(registry.status(agent.agent_id)->backlog == 7);
  CHECK(registry.all().size() == 1);
}
