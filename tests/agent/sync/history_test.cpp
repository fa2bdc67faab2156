#include "agent/sync/history.h"

#include <catch2/catch.hpp>

#include "common/sync/chain.h"

using namespace tillsync;
using namespace tillsync::agent;

namespace {

IncarnationId life(char name) {
  IncarnationId id;
  id.data[0] = name;
  return id;
}

ChainHash chain(char name) {
  ChainHash hash;
  hash.data[0] = name;
  return hash;
}

/// Rows 51…100 are held, epoch from 81, acknowledged up to 90 by hub life 'h'.
OutboxState outbox() {
  OutboxState state;
  state.epoch.data[0] = 'e';
  state.first_seq = 81;
  state.last_seq = 100;
  state.acked_seq = 90;
  state.oldest_held_seq = 51;
  state.incarnation = life('h');
  return state;
}

wire::Welcome welcome(char hub_life, std::uint64_t seq, char at_seq) {
  wire::Welcome said;
  said.incarnation = life(hub_life);
  said.epoch_known = true;
  said.seq = seq;
  said.chain = chain(at_seq);
  return said;
}

wire::Welcome epoch_unknown(char hub_life) {
  wire::Welcome said;
  said.incarnation = life(hub_life);
  return said;
}

ChainLookup found(char at_seq) { return {true, chain(at_seq)}; }

}  // namespace

TEST_CASE("history: the chain is looked up before anything is decided", "[sync]") {
  const auto decision = compare_histories(outbox(), welcome('h', 95, 'a'), {});
  CHECK(decision.verdict == HistoryVerdict::kNeedChain);
  CHECK(decision.seq == 95);
}

TEST_CASE("history: the same chain at the hub's seq goes on behind it", "[sync]") {
  for (const std::uint64_t seq : {80u, 85u, 95u, 100u}) {
    const auto decision = compare_histories(outbox(), welcome('h', seq, 'a'), found('a'));
    CHECK(decision.verdict == HistoryVerdict::kContinue);
    CHECK(decision.seq == seq);
    CHECK(decision.chain == chain('a'));
  }
}

TEST_CASE("history: another chain at the hub's seq begins a new epoch with everything that is held", "[sync]") {
  const auto decision = compare_histories(outbox(), welcome('h', 95, 'a'), found('b'));
  CHECK(decision.verdict == HistoryVerdict::kRebase);
  CHECK(decision.seq == 51);
}

TEST_CASE("history: another chain under another hub life begins a new epoch at the oldest row held", "[sync]") {
  const auto decision = compare_histories(outbox(), welcome('x', 95, 'a'), found('b'));
  CHECK(decision.verdict == HistoryVerdict::kRebase);
  CHECK(decision.seq == 51);
}

TEST_CASE("history: a hub that is ahead shows a restored copy, whatever the chain", "[sync]") {
  for (const ChainLookup& lookup : {ChainLookup{}, found('a')}) {
    const auto decision = compare_histories(outbox(), welcome('h', 101, 'a'), lookup);
    CHECK(decision.verdict == HistoryVerdict::kRebase);
    CHECK(decision.seq == 51);
  }
}

TEST_CASE("history: a seq before the epoch's beginning cannot be of this epoch", "[sync]") {
  CHECK(compare_histories(outbox(), welcome('h', 79, 'a'), {}).verdict == HistoryVerdict::kRebase);
}

TEST_CASE("history: a hub behind what it acknowledged is followed where the chain is the same", "[sync]") {
  const auto decision = compare_histories(outbox(), welcome('x', 85, 'a'), found('a'));
  CHECK(decision.verdict == HistoryVerdict::kContinue);
  CHECK(decision.seq == 85);
}

TEST_CASE("history: a chain that is pruned does not stop the same epoch", "[sync]") {
  const auto decision = compare_histories(outbox(), welcome('x', 82, 'a'), {true, std::nullopt});
  CHECK(decision.verdict == HistoryVerdict::kContinue);
  CHECK(decision.seq == 82);
}

TEST_CASE("history: an epoch that the hub does not know is sent from its beginning when nothing of it is acknowledged", "[sync]") {
  OutboxState state = outbox();
  state.acked_seq = 80;
  for (const IncarnationId remembered : {life('h'), IncarnationId{}}) {
    state.incarnation = remembered;
    const auto decision = compare_histories(state, epoch_unknown('h'), {});
    CHECK(decision.verdict == HistoryVerdict::kContinue);
    CHECK(decision.seq == 80);
    CHECK(decision.chain == sync::chain_seed(state.epoch));
  }
}

TEST_CASE("history: an epoch that the hub has acknowledged and does not know any more begins anew with all that is held", "[sync]") {
  const auto decision = compare_histories(outbox(), epoch_unknown('h'), {});
  CHECK(decision.verdict == HistoryVerdict::kRebase);
  CHECK(decision.seq == 51);
}

TEST_CASE("history: another hub life that does not know the epoch gets all that is held", "[sync]") {
  OutboxState state = outbox();
  state.acked_seq = 80;
  const auto decision = compare_histories(state, epoch_unknown('x'), {});
  CHECK(decision.verdict == HistoryVerdict::kRebase);
  CHECK(decision.seq == 51);
}

TEST_CASE("history: a new epoch of an empty outbox begins with the next row", "[sync]") {
  OutboxState state;
  state.incarnation = life('h');
  state.epoch.data[0] = 'e';
  const auto decision = compare_histories(state, welcome('h', 5, 'a'), {});
  CHECK(decision.verdict == HistoryVerdict::kRebase);
  CHECK(decision.seq == 1);
}
