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

TEST_CASE("registry: lists with what it knows of location, wanted configuration and forecast", "[fleet]") {
  RegistryFixture fixture;
  fixture.add_token("t", 2);
  AgentRegistry registry;
  const AgentRecord one = fixture.enrol("key-1", "t"), two = fixture.enrol("key-2", "t");
  registry.put(one);
  registry.put(two);
  registry.put_location(LocationId("GB"), {"London", "uk"});
  AgentStatus status;
  status.backlog = 30;
  registry.set_status("key-1", status, "0.2.0", kRegistryNow);
  status.backlog = 10;
  registry.set_status("key-1", status, "0.2.0", kRegistryNow + seconds(20));
  registry.put_wanted(one.agent_id, {17, 1'000});
  AgentQuery query;
  query.filter.group = "uk";
  query.order = {AgentSort::kBacklog, true};
  const auto page = registry.list(query, kRegistryNow + seconds(20));
  REQUIRE(page);
  REQUIRE(page->items.size() == 2);
  CHECK(page->items[0].agent.agent_id == one.agent_id);
  CHECK(page->items[0].drain_s == 10);
  CHECK(page->items[0].location.name == "London");
  CHECK(page->items[0].wanted.revision == 17);
  CHECK(registry.summary({}, kRegistryNow + seconds(20)).all == 2);
  query.filter.group = "fr";
  CHECK(registry.list(query, kRegistryNow)->items.empty());
  query.after = "nonsense";
  CHECK_FALSE(registry.list(query, kRegistryNow));
  CHECK_FALSE(registry.view(AgentId("a_nosuch"), kRegistryNow));
  registry.put_wanted(AgentId("a_nosuch"), {1, 1});  // passed over
}

TEST_CASE("registry: samples are of agents that told something since", "[fleet]") {
  RegistryFixture fixture;
  fixture.add_token("t", 2);
  AgentRegistry registry;
  registry.put(fixture.enrol("key-1", "t"));
  registry.put(fixture.enrol("key-2", "t"));
  registry.set_status("key-1", {}, "1", kRegistryNow);
  registry.seen("key-2", kRegistryNow);  // no figures yet
  CHECK(registry.samples(kRegistryNow).size() == 1);
  CHECK(registry.samples(kRegistryNow + Duration{1}).empty());
}

TEST_CASE("registry: a new conflict forgets the machines of the last one", "[fleet]") {
  RegistryFixture fixture;
  fixture.add_token("t");
  AgentRegistry registry;
  AgentRecord agent = fixture.enrol("key-1", "t");
  registry.put(agent);
  registry.put_conflict(agent.agent_id, {{"aa", "pc", "1", "10.0.0.1", kRegistryNow}, {"bb", "pc", "1", "10.0.0.2", kRegistryNow}}, kRegistryNow);
  agent.standing = Standing::kConflict;
  registry.put(agent);
  registry.put_conflict(agent.agent_id, {{"bb", "pc", "1", "10.0.0.2", kRegistryNow + seconds(60)}}, kRegistryNow + seconds(60));
  auto view = registry.view(agent.agent_id, kRegistryNow);
  REQUIRE(view->machines.size() == 2);
  CHECK(view->machines[1].last_seen == kRegistryNow + seconds(60));
  CHECK(view->conflict_since == kRegistryNow);
  agent.standing = Standing::kActive;
  registry.put(agent);
  registry.put_conflict(agent.agent_id, {{"cc", "pc", "1", "10.0.0.3", kRegistryNow}}, kRegistryNow + seconds(90));
  view = registry.view(agent.agent_id, kRegistryNow);
  CHECK(view->machines.size() == 1);
  CHECK(view->conflict_since == kRegistryNow + seconds(90));
}

TEST_CASE("registry: both keys of a change are the same agent; a replaced one is known as that, also after a start", "[fleet]") {
  RegistryFixture fixture;
  fixture.add_token("one");
  AgentRegistry registry;
  AgentRecord agent = fixture.enrol("old", "one");
  registry.put(agent);
  CHECK_FALSE(registry.is_next_key(agent.agent_id, "next"));
  CHECK_FALSE(registry.is_next_key(agent.agent_id, ""));
  REQUIRE(fixture.connection->run("UPDATE agent SET next_key = 'next', next_key_command = 'k_1'", {}));
  agent = (*fixture.store().find(agent.agent_id))->agent;
  registry.put(agent);
  CHECK(registry.is_next_key(agent.agent_id, "next"));
  CHECK_FALSE(registry.is_next_key(AgentId("a_nobody"), "next"));
  CHECK(registry.by_key("old")->agent_id == agent.agent_id);
  CHECK(registry.by_key("next")->agent_id == agent.agent_id);
  CHECK(registry.all().size() == 1);
  registry.set_status("next", {}, "2", kRegistryNow);
  CHECK(registry.status(agent.agent_id)->last_seen == kRegistryNow);
  CHECK(registry.clock_skew("old"));

  const auto used = fixture.store().use_key(agent.agent_id, "next", kRegistryNow).value();
  REQUIRE(used);
  registry.put(*used);
  AgentRegistry after_a_start;
  auto store = fixture.store();
  REQUIRE(after_a_start.load(store));
  for (const AgentRegistry* known : {&registry, &after_a_start}) {
    CHECK(known->by_key("next")->agent_id == agent.agent_id);
    CHECK_FALSE(known->by_key("old"));
    CHECK(known->by_replaced_key("old")->agent_id == agent.agent_id);
    CHECK_FALSE(known->by_replaced_key("next"));
    CHECK(known->admits("old"));  // to be told so
    CHECK_FALSE(known->is_next_key(agent.agent_id, "next"));
  }
  registry.seen("old", kRegistryNow + seconds(9));  // is no life
  CHECK(registry.status(agent.agent_id)->last_seen == kRegistryNow);

  AgentRecord revoked = *used;
  revoked.standing = Standing::kRevoked;
  registry.put(revoked);
  CHECK_FALSE(registry.admits("next"));
}

TEST_CASE("registry: a next key that another one takes the place of is nobody's", "[fleet]") {
  RegistryFixture fixture;
  fixture.add_token("one");
  AgentRegistry registry;
  AgentRecord agent = fixture.enrol("old", "one");
  agent.next_key = "first";
  registry.put(agent);
  agent.next_key = "second";
  registry.put(agent);
  CHECK_FALSE(registry.by_key("first"));
  CHECK_FALSE(registry.by_replaced_key("first"));
  CHECK(registry.by_key("second"));
  CHECK(registry.by_key("old"));
}
