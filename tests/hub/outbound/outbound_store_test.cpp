#include "hub/outbound/outbound_store.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "common/sql/sqlite.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kNow{1'700'000'000'000'000};
const AgentId kGb1("a_gb1"), kFr1("a_fr1");
const LocationId kGb("GB"), kFr("FR");

struct Fixture {
  std::unique_ptr<sql::Connection> connection;
  Fixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    auto opened = sql::open_sqlite(options);
    REQUIRE(opened);
    connection = std::move(*opened);
    REQUIRE(migrate_masterdata(*connection));
    REQUIRE(OutboundStore::migrate(*connection));
  }
  OutboundStore store() { return OutboundStore(*connection); }
  void queue(const std::string& scope, const std::string& key, const Bytes& payload = "x") {
    const std::vector<OutboundItem> items = {{scope, "product/1", key, payload}};
    REQUIRE(store().queue(items, kNow));
  }
  std::vector<std::string> keys(const AgentId& agent, const LocationId& location, std::uint64_t after = 0) {
    std::vector<std::string> found;
    const auto items = store().items(agent, location, after);
    REQUIRE(items);
    for (const auto& item : *items) found.push_back(item.key);
    return found;
  }
  void put_product(const std::string& sku, const std::string& description) {
    Product product;
    product.sku = Sku(sku);
    product.description.value = description;
    REQUIRE(put_and_deliver_products(*connection, {product}, "admin", kNow));
  }
};

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("outbound: an agent gets what is for all, its location, its group and itself", "[outbound]") {
  Fixture fixture;
  Location gb;
  gb.id = kGb;
  gb.group = "UK";
  REQUIRE(put_and_deliver_locations(*fixture.connection, {gb}, "admin", kNow));
  fixture.queue("*", "all");
  fixture.queue("location:FR", "fr");
  fixture.queue("group:UK", "uk");
  fixture.queue("agent:a_gb1", "one");
  CHECK(fixture.keys(kGb1, kGb) == Keys{"GB", "all", "uk", "one"});
  CHECK(fixture.keys(AgentId("a_gb2"), kGb) == Keys{"GB", "all", "uk"});
  CHECK(fixture.keys(kFr1, kFr) == Keys{"all", "fr"});
}

TEST_CASE("outbound: a newer item replaces the older one under a new number", "[outbound]") {
  Fixture fixture;
  fixture.queue("*", "A");
  fixture.queue("*", "B");
  const std::uint64_t seen = *fixture.store().last_no();
  fixture.queue("*", "A", "newer");
  CHECK(fixture.keys(kGb1, kGb) == Keys{"B", "A"});
  const auto fresh = *fixture.store().items(kGb1, kGb, seen);
  REQUIRE(fresh.size() == 1);
  CHECK(fresh[0].payload == "newer");
  CHECK(fresh[0].no > seen);
}

TEST_CASE("outbound: the newest item's number is not given again when it is replaced", "[outbound]") {
  Fixture fixture;
  fixture.queue("*", "A");
  const std::uint64_t first = *fixture.store().last_no();
  fixture.queue("*", "A", "newer");
  CHECK(*fixture.store().last_no() > first);
}

TEST_CASE("outbound: master data that changes nothing is not sent again", "[outbound]") {
  Fixture fixture;
  fixture.put_product("A", "heart");
  const std::uint64_t last = *fixture.store().last_no();
  fixture.put_product("A", "heart");
  CHECK(*fixture.store().last_no() == last);
  fixture.put_product("A", "white heart");
  const auto items = *fixture.store().items(kGb1, kGb, last);
  REQUIRE(items.size() == 1);
  const auto product = decode_product(items[0].payload);
  REQUIRE(product);
  CHECK(product->description.value == "white heart");
  CHECK(product->version == 2);
}

TEST_CASE("outbound: a delivery is bounded in items and bytes, and the next one goes on", "[outbound]") {
  Fixture fixture;
  SECTION("items") {
    for (std::size_t i = 0; i < kBatchEventsMax + 1; ++i) fixture.queue("*", std::to_string(i));
    const auto first = *fixture.store().items(kGb1, kGb, 0);
    CHECK(first.size() == kBatchEventsMax);
    CHECK(fixture.keys(kGb1, kGb, first.back().no) == Keys{std::to_string(kBatchEventsMax)});
  }
  SECTION("bytes; one item always goes") {
    fixture.queue("*", "big", Bytes(kBatchBytesMax, 'x'));
    fixture.queue("*", "small");
    CHECK(fixture.keys(kGb1, kGb) == Keys{"big"});
    CHECK(fixture.keys(kGb1, kGb, (*fixture.store().items(kGb1, kGb, 0))[0].no) == Keys{"small"});
  }
}

TEST_CASE("outbound: acknowledgements never move back", "[outbound]") {
  Fixture fixture;
  CHECK(*fixture.store().acknowledged(kGb1) == 0);
  REQUIRE(fixture.store().acknowledge(kGb1, 5, kNow));
  REQUIRE(fixture.store().acknowledge(kGb1, 3, kNow));
  CHECK(*fixture.store().acknowledged(kGb1) == 5);
}

TEST_CASE("outbound: after a restore everything stands behind the agents' cursors again", "[outbound]") {
  Fixture fixture;
  for (const char* key : {"A", "B", "C"}) fixture.queue("*", key);
  const std::uint64_t seen = *fixture.store().last_no() + 100;
  REQUIRE(fixture.store().renumber_above(seen));
  CHECK(fixture.keys(kGb1, kGb, seen) == Keys{"A", "B", "C"});
  const std::uint64_t last = *fixture.store().last_no();
  CHECK(last == seen + 3);  // right behind: numbers stay near the time
  REQUIRE(fixture.store().renumber_above(0));
  CHECK(fixture.keys(kGb1, kGb, last) == Keys{"A", "B", "C"});
}

TEST_CASE("outbound: after new numbers the newest item's number is not given again either", "[outbound]") {
  Fixture fixture;
  for (const char* key : {"A", "B"}) fixture.queue("*", key);
  REQUIRE(fixture.store().renumber_above(*fixture.store().last_no() + 1'000'000));
  const std::uint64_t seen = *fixture.store().last_no();
  fixture.queue("*", "B", "newer");  // the one that had the last number
  CHECK(fixture.keys(kGb1, kGb, seen) == Keys{"B"});
}

TEST_CASE("outbound: a database that was put back gives no number that was given before", "[outbound]") {
  Fixture fixture;
  fixture.queue("*", "A");
  const std::vector<OutboundItem> later = {{"*", "product/1", "B", "x"}};
  REQUIRE(fixture.store().queue(later, kNow + seconds(10)));
  const std::uint64_t seen = *fixture.store().last_no();
  REQUIRE(fixture.connection->run("DELETE FROM outbound_item WHERE key = 'B'", {}));  // the copy is older
  REQUIRE(fixture.connection->run("UPDATE sqlite_sequence SET seq = 1", {}));
  const std::vector<OutboundItem> other = {{"*", "product/1", "C", "x"}};
  REQUIRE(fixture.store().queue(other, kNow + seconds(20)));
  CHECK(*fixture.store().last_no() > seen);
}

TEST_CASE("outbound: an agent's place that this database never gave is doubted", "[outbound]") {
  Fixture fixture;
  for (const char* key : {"A", "B", "C"}) fixture.queue("*", key);
  const std::uint64_t last = *fixture.store().last_no();
  const AgentId agent(kGb1);
  const auto is_doubtful = [&](std::uint64_t cursor) { return *fixture.store().is_cursor_doubtful(agent, cursor); };
  CHECK_FALSE(is_doubtful(0));
  CHECK_FALSE(is_doubtful(last));      // not recorded yet, but given
  fixture.queue("*", "C", "newer");    // takes the place of the last one
  CHECK(is_doubtful(last));            // now nobody can tell
  REQUIRE(fixture.store().acknowledge(agent, last, kNow));
  CHECK_FALSE(is_doubtful(last));
  REQUIRE(fixture.store().renumber_above(last + 1'000));
  CHECK_FALSE(is_doubtful(last));      // below all that there is: it gets everything anyway
}
