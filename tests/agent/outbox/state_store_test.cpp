#include "agent/outbox/state_store.h"

#include <catch2/catch.hpp>

#include "common/sync/chain.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {
namespace {

struct StateFixture {
  TemporaryFolder folder;
  std::unique_ptr<sql::Connection> connection = open_database(folder);
  std::unique_ptr<Outbox> outbox = std::move(*Outbox::open(*connection));

  void append(char number) {
    NewRow row;
    row.identity_key = Bytes(1, number);
    row.content_hash.data[0] = number;
    row.payload = "x";
    REQUIRE(in_transaction(*connection, [&] { return outbox->append({row}); }));
  }
  StoredState stored() { return (*load_state(*connection)).value(); }
};

}  // namespace

TEST_CASE("outbox state: a database without an outbox is an error, one without its row is empty", "[agent][outbox]") {
  TemporaryFolder folder;
  CHECK_FALSE(load_state(*open_database(folder)));

  StateFixture f;
  REQUIRE(f.connection->run("DELETE FROM outbox_state", {}));
  const auto missing = load_state(*f.connection);
  REQUIRE(missing);
  CHECK_FALSE(missing->has_value());
}

TEST_CASE("outbox state: before the first row the chain is the epoch's seed, then the last row's", "[agent][outbox]") {
  StateFixture f;
  const StoredState fresh = f.stored();
  CHECK(fresh.state.last_seq == 0);
  CHECK(fresh.state.first_seq == 1);
  CHECK(fresh.state.last_chain == sync::chain_seed(fresh.state.epoch));
  CHECK(fresh.held_chain == fresh.state.last_chain);
  f.append(1);
  f.append(2);
  const StoredState two = f.stored();
  CHECK(two.state.last_seq == 2);
  ContentHash first, second;
  first.data[0] = 1;
  second.data[0] = 2;
  CHECK(two.state.last_chain == sync::chain_next(sync::chain_next(fresh.state.last_chain, first), second));
}

TEST_CASE("outbox state: rows of an older epoch say nothing about the new one's chain", "[agent][outbox]") {
  StateFixture f;
  f.append(1);
  EpochId epoch;
  epoch.data[0] = 7;
  REQUIRE(in_transaction(*f.connection, [&] { return f.outbox->rebase(epoch, 2, IncarnationId{}); }));
  const StoredState stored = f.stored();
  CHECK(stored.state.epoch == epoch);
  CHECK(stored.state.last_seq == 1);
  CHECK(stored.state.acked_seq == 1);
  CHECK(stored.state.last_chain == sync::chain_seed(epoch));
}

TEST_CASE("outbox state: stored bytes of another length are no hash", "[agent][outbox]") {
  CHECK(fixed_from<ChainHash>(Bytes(31, 'x')) == ChainHash{});
  CHECK(fixed_from<ChainHash>(Bytes(33, 'x')) == ChainHash{});
  CHECK_FALSE(fixed_from<ChainHash>(Bytes(32, 'x')) == ChainHash{});
}

}  // namespace tillsync::agent
