#include "agent/control/outbox_check.h"

#include "tests/agent/control/outbox_fixture.h"

using namespace tillsync;
using namespace tillsync::agent;

namespace {

OutboxCheck checked(OutboxFixture& fixture) {
  const auto check = check_outbox(*fixture.connection, [] { return true; });
  REQUIRE(check);
  return *check;
}

}  // namespace

TEST_CASE("outbox check: an empty one and a whole one are sound", "[control]") {
  OutboxFixture fixture;
  CHECK(checked(fixture).documents == 0);
  CHECK(checked(fixture).is_sound());
  fixture.sell(1, 300);  // more than one bite
  const OutboxCheck check = checked(fixture);
  CHECK(check.documents == 300);
  CHECK(check.first_seq == 1);
  CHECK(check.last_seq == 300);
  CHECK(check.is_sound());
}

TEST_CASE("outbox check: changed bytes and a broken link are each found", "[control]") {
  OutboxFixture fixture;
  fixture.sell(1, 5);
  fixture.run("UPDATE outbox SET payload = (SELECT payload FROM outbox WHERE seq = 1) WHERE seq = 2");
  CHECK(checked(fixture).changed == 1);
  CHECK(checked(fixture).broken == 0);
  fixture.run("UPDATE outbox SET payload = x'00' WHERE seq = 3");
  CHECK(checked(fixture).changed == 2);
  fixture.run("UPDATE outbox SET chain = (SELECT chain FROM outbox WHERE seq = 1) WHERE seq = 4");
  CHECK(checked(fixture).broken == 2);  // the link to it, and the one from it
  CHECK_FALSE(checked(fixture).is_sound());
}

TEST_CASE("outbox check: after a new epoch in the middle, and after pruning, it is sound", "[control]") {
  OutboxFixture fixture;
  fixture.sell(1, 6);
  EpochId epoch;
  epoch.data[0] = 'n';
  REQUIRE(in_transaction(*fixture.connection, [&] { return fixture.outbox->rebase(epoch, 3, {}); }));
  fixture.sell(7, 2);
  CHECK(checked(fixture).is_sound());
  CHECK(checked(fixture).documents == 8);
  REQUIRE(in_transaction(*fixture.connection, [&]() -> Result<int> {
    TS_ASSIGN_OR_RETURN(const auto chain, OutboxReader(*fixture.connection).chain_at(6));
    TS_RETURN_IF_ERROR(fixture.outbox->acknowledge({}, 6, *chain));
    TS_ASSIGN_OR_RETURN([[maybe_unused]] const auto pruned, fixture.outbox->prune(Instant{2'000}, Instant{}));
    return 0;
  }));
  const OutboxCheck check = checked(fixture);
  CHECK(check.first_seq == 7);
  CHECK(check.is_sound());
  CHECK(check.acked_seq == 6);
}

TEST_CASE("outbox check: given up when the agent stops", "[control]") {
  OutboxFixture fixture;
  fixture.sell(1, 1);
  CHECK_FALSE(check_outbox(*fixture.connection, [] { return false; }));
}
