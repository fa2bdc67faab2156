// Both sessions against each other over a network that lies: nothing lost, nothing twice, nothing stuck.
#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/sim/pair_world.h"

using namespace tillsync;
using namespace tillsync::sim;

namespace {

Machine& start_store(World& world, int documents, std::uint64_t seed = 1) {
  Machine& machine = world.add_machine(FakeOutbox::fresh(seed));
  machine.boot();
  machine.sell(documents);
  machine.connect();
  return machine;
}

/// Any number of times each: business identity is what removes doubles behind an epoch's change.
bool all_arrived(const World& world, const Machine& machine) {
  for (const std::string& document : machine.outbox.documents())
    if (!world.ledger.documents.contains(document)) return false;
  return true;
}

}  // namespace

TEST_CASE("pair: a backlog drains once over a good line, in a few seconds and without a reconnect", "[sim]") {
  World world(1);
  Machine& store = start_store(world, 20'000);
  CHECK(world.run_until_drained(seconds(10)));
  CHECK(world.all_arrived_once(store));
  CHECK(store.reconnects == 0);
  CHECK(world.connects == 1);
  CHECK(world.hub_session->is_online());
}

TEST_CASE("pair: what the hub holds uncommitted stays within the window", "[sim]") {
  World world(1);
  world.commit_time = milliseconds(200);
  start_store(world, 30'000);
  CHECK(world.run_until_drained(seconds(60)));
  CHECK(world.pending_bytes_highest <= kWindowBytesMax);
  CHECK(world.pending_bytes_highest > kWindowBytesMax / 10);
}

TEST_CASE("pair: a sale on an idle link is at the hub within a round trip", "[sim]") {
  World world(1);
  Machine& store = start_store(world, 0);
  world.run_for(seconds(100));
  store.sell(1);
  CHECK(world.run_until_drained(milliseconds(50)));
}

TEST_CASE("pair: an idle pair stays up for a day and says little", "[sim]") {
  World world(1);
  Machine& store = start_store(world, 1);
  world.run_for(seconds(24 * 3'600));
  CHECK(store.reconnects == 0);
  CHECK(world.connects == 1);
  CHECK(world.bytes_to_hub < 24 * 3'600 / 15 * 200);
}

TEST_CASE("pair: lost, doubled and swapped frames corrupt nothing, and nothing stays stuck", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.fault = {static_cast<int>(seed % 60), static_cast<int>(seed * 7 % 100), static_cast<int>(seed * 13 % 100)};
    Machine& store = start_store(world, 50);
    for (int i = 0; i < 40; ++i) {
      store.sell(static_cast<int>(seed % 30));
      world.run_for(milliseconds(300 * static_cast<std::int64_t>(seed % 5)));
    }
    world.fault = {};
    REQUIRE(world.run_until_drained(seconds(300)));
    REQUIRE(world.all_arrived_once(store));
    REQUIRE(world.conflicts == 0);
    REQUIRE(store.rebases == 0);
  }
}

TEST_CASE("pair: reboots, cut lines and hub restarts at any moment lose and double nothing", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.fault = {static_cast<int>(seed % 20), static_cast<int>(seed % 30), static_cast<int>(seed % 40)};
    sync::Jitter random(seed);
    Machine& store = start_store(world, 200);
    for (int i = 0; i < 30; ++i) {
      store.sell(20);
      world.run_for(milliseconds(static_cast<std::int64_t>(random.next() % 700)));
      switch (random.next() % 4) {
        case 0: store.boot(); store.connect(); break;  // the old connections stay half open at the hub
        case 1: store.disconnect(); world.run_for(milliseconds(100)); store.connect(); break;
        case 2: world.restart_hub(); break;
        default: break;
      }
    }
    world.fault = {};
    REQUIRE(world.run_until_drained(seconds(300)));
    REQUIRE(world.all_arrived_once(store));
    REQUIRE(world.conflicts == 0);
    REQUIRE(store.rebases == 0);
  }
}

TEST_CASE("pair: a reboot behind a half-open link is no conflict", "[sim]") {
  World world(3);
  Machine& store = start_store(world, 2'000);
  world.run_for(milliseconds(30));
  store.boot();
  store.connect();
  CHECK(world.run_until_drained(seconds(30)));
  world.run_for(seconds(300));
  CHECK(world.conflicts == 0);
  CHECK_FALSE(store.paused);
  CHECK(world.all_arrived_once(store));
}

TEST_CASE("pair: a hello that comes late from a dead start gives the session back to the live one", "[sim]") {
  // The first start's frames crawl; it dies, and its hello arrives when the second has long been welcomed.
  World world(4);
  Machine& store = world.add_machine(FakeOutbox::fresh(1));
  world.link.one_way = seconds(5);
  store.boot();
  store.connect();
  world.link.one_way = milliseconds(10);
  store.boot();
  store.sell(10);
  store.connect();
  CHECK(world.run_until_drained(seconds(2)));
  world.run_for(seconds(10));
  store.sell(10);
  CHECK(world.run_until_drained(seconds(3)));
  world.run_for(seconds(300));
  CHECK(world.conflicts == 0);
  CHECK(store.reconnects == 0);
}

TEST_CASE("pair: two live machines with one key are a conflict, both are paused, and healing is noticed", "[sim]") {
  for (const bool idle : {false, true}) {
    INFO("idle " << idle);
    World world(5);
    Machine& original = start_store(world, 100);
    REQUIRE(world.run_until_drained(seconds(10)));
    Machine& clone = world.add_machine(original.outbox);
    clone.boot();
    clone.connect();
    for (int i = 0; i < 20; ++i) {
      if (!idle) original.sell(1);
      if (!idle) clone.sell(1);
      world.run_for(seconds(1));
    }
    world.run_for(seconds(90));
    CHECK(world.conflicts == 1);
    CHECK(original.paused == wire::FaultCode::kConflict);
    CHECK(clone.paused == wire::FaultCode::kConflict);
    CHECK_FALSE(world.hub_session->is_online());

    clone.power_off();
    original.sell(5);
    world.run_for(seconds(120));
    CHECK(original.paused == wire::FaultCode::kConflict);  // nobody has decided yet
    world.standing = hub::AgentStanding::kActive;
    CHECK(world.run_until_drained(seconds(80)));
    CHECK(all_arrived(world, original));
    CHECK(world.conflicts == 1);
  }
}

TEST_CASE("pair: a conflict that the registry could not record is found again", "[sim]") {
  World world(6);
  world.enrolled_by_conflict_event = false;
  Machine& original = start_store(world, 10);
  REQUIRE(world.run_until_drained(seconds(10)));
  Machine& clone = world.add_machine(original.outbox);
  clone.boot();
  clone.connect();
  for (int i = 0; i < 400; ++i) {
    original.sell(1);
    clone.sell(1);
    world.run_for(seconds(1));
  }
  CHECK(world.conflicts >= 2);
}

TEST_CASE("pair: a clone that sold while the original was off is found by the chain, and both histories arrive", "[sim]") {
  World world(7);
  Machine& original = start_store(world, 100);
  REQUIRE(world.run_until_drained(seconds(10)));
  Machine& clone = world.add_machine(original.outbox);
  original.power_off();
  original.sell(20);
  clone.boot();
  clone.sell(30);
  clone.connect();
  REQUIRE(world.run_until_drained(seconds(10)));
  clone.power_off();
  original.boot();
  original.connect();
  CHECK(world.run_until_drained(seconds(10)));
  CHECK(original.rebases == 1);
  CHECK(world.conflicts == 0);
  CHECK(world.all_arrived_once(original));
  CHECK(all_arrived(world, clone));
}

TEST_CASE("pair: an agent restored from a backup that sold on starts a new epoch with everything it holds", "[sim]") {
  World world(8);
  Machine& store = start_store(world, 100);
  REQUIRE(world.run_until_drained(seconds(10)));
  const FakeOutbox backup = store.outbox;
  store.sell(50);
  REQUIRE(world.run_until_drained(seconds(10)));
  store.power_off();
  store.outbox = backup;
  store.boot();
  store.sell(7);
  store.connect();
  CHECK(world.run_until_drained(seconds(10)));
  CHECK(store.rebases == 1);
  CHECK(store.outbox.state.first_seq == 1);
  CHECK(world.all_arrived_once(store));
}

TEST_CASE("pair: an agent restored from a backup without a sale since takes a new epoch as well", "[sim]") {
  World world(8);
  Machine& store = start_store(world, 100);
  const FakeOutbox backup = store.outbox;
  REQUIRE(world.run_until_drained(seconds(10)));
  store.power_off();
  store.sell(1);
  store.outbox = backup;  // nothing acknowledged in it
  store.boot();
  store.connect();
  CHECK(world.run_until_drained(seconds(10)));
  CHECK(store.rebases == 0);  // same epoch, same chain: the hub simply is ahead in acknowledging
  CHECK(world.all_arrived_once(store));
}

TEST_CASE("pair: a restored hub gets everything again that it forgot", "[sim]") {
  World world(9);
  Machine& store = start_store(world, 100);
  REQUIRE(world.run_until_drained(seconds(10)));
  const FakeLedger backup = world.ledger;
  store.sell(200);
  REQUIRE(world.run_until_drained(seconds(10)));
  world.restore_hub(backup);
  store.sell(10);
  CHECK(world.run_until_drained(seconds(30)));
  world.run_for(seconds(5));
  CHECK(store.rebases == 0);
  CHECK(world.all_arrived_once(store));
  CHECK(store.outbox.state.incarnation == world.ledger.incarnation);
}

TEST_CASE("pair: what a restored hub forgot and the agent no longer holds is declared as a gap", "[sim]") {
  World world(10);
  Machine& store = start_store(world, 100);
  REQUIRE(world.run_until_drained(seconds(10)));
  const FakeLedger backup = world.ledger;
  store.sell(200);
  REQUIRE(world.run_until_drained(seconds(10)));
  store.outbox.prune_below(151);
  world.restore_hub(backup);
  store.sell(10);
  CHECK(world.run_until_drained(seconds(30)));
  REQUIRE(world.ledger.gaps.size() == 1);
  CHECK(world.ledger.gaps[0].first_seq == 101);
  CHECK(world.ledger.gaps[0].last_seq == 150);
  CHECK(world.all_arrived_once(store));
}

TEST_CASE("pair: a new hub gets every row that is held, under a new epoch", "[sim]") {
  World world(11);
  Machine& store = start_store(world, 100);
  REQUIRE(world.run_until_drained(seconds(10)));
  store.outbox.prune_below(51);
  store.boot();
  store.connect();
  world.restore_hub({});
  CHECK(world.run_until_drained(seconds(30)));
  world.run_for(seconds(5));
  CHECK(store.rebases == 1);
  CHECK(world.all_arrived_once(store));
  CHECK(world.ledger.documents.size() == 50);
}

TEST_CASE("pair: both restored from older copies at different times still lose nothing that is held", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    sync::Jitter random(seed);
    world.fault = {static_cast<int>(seed % 30), static_cast<int>(seed % 30), static_cast<int>(seed % 30)};
    Machine& store = start_store(world, 20);
    FakeOutbox agent_copy = store.outbox;
    FakeLedger hub_copy = world.ledger;
    for (int i = 0; i < 25; ++i) {
      store.sell(static_cast<int>(random.next() % 20));
      world.run_for(milliseconds(static_cast<std::int64_t>(random.next() % 1'500)));
      switch (random.next() % 8) {
        case 0: agent_copy = store.outbox; break;
        case 1: hub_copy = world.ledger; break;
        case 2: world.restore_hub(hub_copy); break;
        case 3: store.power_off(); store.outbox = agent_copy; store.boot(); store.connect(); break;
        default: break;
      }
    }
    world.fault = {};
    REQUIRE(world.run_until_drained(seconds(600)));
    world.run_for(seconds(120));
    REQUIRE(world.run_until_drained(seconds(600)));
    REQUIRE(all_arrived(world, store));
    REQUIRE(world.conflicts == 0);
  }
}

TEST_CASE("pair: a rebase that fails is tried again, not in a storm", "[sim]") {
  World world(12);
  Machine& store = start_store(world, 10);
  REQUIRE(world.run_until_drained(seconds(10)));
  store.store_fails = true;
  world.restore_hub({});
  world.run_for(seconds(60));
  CHECK(store.rebases >= 4);
  CHECK(store.rebases <= 30);
  store.store_fails = false;
  world.run_for(seconds(20));
  CHECK(world.run_until_drained(seconds(30)));
  CHECK(all_arrived(world, store));
}

TEST_CASE("pair: a revoked agent gets nowhere from the next frame on, and goes on when it is let in again", "[sim]") {
  World world(13);
  Machine& store = start_store(world, 10);
  REQUIRE(world.run_until_drained(seconds(10)));
  world.standing = hub::AgentStanding::kRevoked;
  store.sell(10);
  world.run_for(seconds(30));
  CHECK(store.paused == wire::FaultCode::kRevoked);
  CHECK(world.ledger.documents.size() == 10);
  CHECK(world.hub_session->counters().revoked_frames >= 1);
  CHECK_FALSE(world.hub_session->is_online());
  world.standing = hub::AgentStanding::kActive;
  CHECK(world.run_until_drained(seconds(80)));
  CHECK(world.all_arrived_once(store));
}

TEST_CASE("pair: an unknown key is told so and nothing of it is taken", "[sim]") {
  World world(14);
  world.standing = hub::AgentStanding::kUnknown;
  Machine& store = start_store(world, 10);
  world.run_for(seconds(200));
  CHECK(store.paused == wire::FaultCode::kNotEnrolled);
  CHECK(world.ledger.documents.empty());
  CHECK(world.hub_session->counters().not_enrolled_frames >= 3);
}

TEST_CASE("pair: a full disk at the hub loses nothing and is not hammered", "[sim]") {
  World world(15);
  world.disk_full = true;
  Machine& store = start_store(world, 2'000);
  world.run_for(seconds(120));
  CHECK(world.ledger.documents.empty());
  CHECK(world.bytes_to_hub < 2'000'000);
  world.disk_full = false;
  CHECK(world.run_until_drained(seconds(60)));
  CHECK(world.all_arrived_once(store));
}

TEST_CASE("pair: a request waits for the document that it depends on", "[sim]") {
  World world(16);
  world.commit_time = seconds(1);
  Machine& store = start_store(world, 0);
  world.run_for(seconds(1));
  store.sell(1);
  store.request("r-1", store.outbox.state.last_seq);
  store.request("r-2", 0);
  world.run_for(milliseconds(500));
  CHECK(world.requests == std::vector<std::string>{"r-2"});
  CHECK(store.answered.contains("r-2"));
  world.run_for(seconds(1));
  CHECK(store.answered.contains("r-1"));
}

TEST_CASE("pair: a request that was made while the link was down is sent when it is up", "[sim]") {
  World world(17);
  Machine& store = world.add_machine(FakeOutbox::fresh(1));
  store.boot();
  store.request("r-1", 0);
  world.run_for(seconds(1));
  store.connect();
  world.run_for(seconds(1));
  CHECK(store.answered.contains("r-1"));
}

TEST_CASE("pair: the inbox fills in order and without doubles, whatever the network does", "[sim]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    World world(seed);
    world.fault = {static_cast<int>(seed), static_cast<int>(seed), static_cast<int>(2 * seed)};
    Machine& store = start_store(world, 1);
    for (int i = 0; i < 10; ++i) {
      world.put_in_inbox(30);
      world.run_for(seconds(2));
      if (i == 5) store.store_fails = true;
      if (i == 7) store.store_fails = false;
      if (i == 8) world.restart_hub();
    }
    world.fault = {};
    world.run_for(seconds(200));
    REQUIRE(store.inbox.size() == 300);
    for (std::size_t i = 0; i < store.inbox.size(); ++i) REQUIRE(store.inbox[i].no == i + 1);
  }
}

TEST_CASE("pair: 10,000 documents over 50 kbit/s and 600 ms leave room for requests, without a reconnect", "[sim]") {
  World world(18);
  world.link = {milliseconds(300), 6'250};
  Machine& store = start_store(world, 10'000);
  Duration worst{0};
  int asked = 0;
  while (store.outbox.state.acked_seq < store.outbox.state.last_seq && asked < 2'000) {
    const std::string id = "r-" + std::to_string(++asked);
    store.request(id, 0);
    world.run_for(seconds(3));
    if (asked == 1) continue;  // the link was not open yet
    REQUIRE(store.answered.contains(id));
    worst = std::max(worst, store.answered[id] - store.asked[id]);
  }
  CHECK(world.run_until_drained(seconds(10)));
  CHECK(worst <= milliseconds(2'500));
  CHECK(store.reconnects == 0);
  CHECK(world.all_arrived_once(store));
  // The line is used: what was sent would have taken little less at full speed.
  CHECK(world.bytes_to_hub * 1'000'000 / 6'250 >= static_cast<std::uint64_t>(world.now.micros) * 85 / 100);
}

TEST_CASE("pair: a line that falls silent is opened anew", "[sim]") {
  World world(19);
  Machine& store = start_store(world, 1);
  REQUIRE(world.run_until_drained(seconds(5)));
  world.fault.drop_permille = 1'000;
  store.sell(1);
  world.run_for(seconds(70));
  CHECK(store.reconnects >= 1);
  world.run_for(seconds(60));
  CHECK_FALSE(world.hub_session->is_online());
  world.fault = {};
  CHECK(world.run_until_drained(seconds(30)));
}
