#include "hub/sync/batch_receiver.h"

#include <catch2/catch.hpp>

#include "common/sync/chain.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

constexpr std::int64_t kCredit = 1'000'000;

EpochId sent_epoch() {
  EpochId id;
  id.data[0] = 'e';
  return id;
}

wire::Event document(std::uint64_t seq, std::size_t bytes = 10) {
  wire::Event event;
  event.content_hash.data[0] = static_cast<char>(seq);
  event.payload.assign(bytes, 'p');
  return event;
}

ChainHash chain_at(std::uint64_t seq) {
  ChainHash chain = sync::chain_seed(sent_epoch());
  for (std::uint64_t i = 1; i <= seq; ++i) chain = sync::chain_next(chain, document(i).content_hash);
  return chain;
}

wire::Events batch(std::uint64_t first, std::uint64_t last, std::size_t bytes = 10) {
  wire::Events events{5, sent_epoch(), first, chain_at(last), {}};
  for (std::uint64_t seq = first; seq <= last; ++seq) events.events.push_back(document(seq, bytes));
  return events;
}

BatchReceiver opened(std::uint64_t seq) {
  BatchReceiver receiver;
  receiver.open(5, {sent_epoch(), seq, chain_at(seq)});
  return receiver;
}

}  // namespace

TEST_CASE("receiver: takes what follows, before the batch in front is committed", "[sync]") {
  BatchReceiver receiver = opened(10);
  const TakenEvents first = receiver.take(batch(11, 13), kCredit);
  CHECK(first.verdict == TakeVerdict::kTaken);
  CHECK(first.chains == std::vector{chain_at(11), chain_at(12), chain_at(13)});
  CHECK(receiver.take(batch(14, 14), kCredit).verdict == TakeVerdict::kTaken);
  CHECK(receiver.committed_position().seq == 10);
  CHECK(receiver.committed(sent_epoch(), 13, chain_at(13)));
  CHECK(receiver.committed_position().seq == 13);
  CHECK(receiver.has_pending());
  CHECK(receiver.committed(sent_epoch(), 14, chain_at(14)));
  CHECK_FALSE(receiver.has_pending());
  CHECK(receiver.pending_bytes() == 0);
}

TEST_CASE("receiver: a hole, an overlap, another chain, another epoch and nothing at all are out of step", "[sync]") {
  BatchReceiver receiver = opened(10);
  CHECK(receiver.take(batch(12, 13), kCredit).verdict == TakeVerdict::kOutOfStep);
  CHECK(receiver.take(batch(10, 11), kCredit).verdict == TakeVerdict::kOutOfStep);
  wire::Events other_chain = batch(11, 12);
  other_chain.chain = chain_at(11);
  CHECK(receiver.take(other_chain, kCredit).verdict == TakeVerdict::kOutOfStep);
  wire::Events other_document = batch(11, 12);
  other_document.events[0].content_hash.data[5] = 1;
  CHECK(receiver.take(other_document, kCredit).verdict == TakeVerdict::kOutOfStep);
  wire::Events other_epoch = batch(11, 12);
  other_epoch.epoch.data[1] = 1;
  CHECK(receiver.take(other_epoch, kCredit).verdict == TakeVerdict::kOutOfStep);
  wire::Events empty = batch(11, 11);
  empty.events.clear();
  CHECK(receiver.take(empty, kCredit).verdict == TakeVerdict::kOutOfStep);
  wire::Events endless = batch(11, 11);
  endless.first_seq = std::numeric_limits<std::uint64_t>::max();
  CHECK(receiver.take(endless, kCredit).verdict == TakeVerdict::kOutOfStep);
  CHECK_FALSE(receiver.has_pending());
}

TEST_CASE("receiver: what is here already is a duplicate", "[sync]") {
  BatchReceiver receiver = opened(10);
  CHECK(receiver.take(batch(5, 10), kCredit).verdict == TakeVerdict::kDuplicate);
  receiver.take(batch(11, 12), kCredit);
  CHECK(receiver.take(batch(11, 12), kCredit).verdict == TakeVerdict::kDuplicate);
  CHECK(receiver.committed(sent_epoch(), 12, chain_at(12)));
}

TEST_CASE("receiver: frames of another session, or of none, are stale", "[sync]") {
  BatchReceiver receiver = opened(10);
  wire::Events late = batch(11, 12);
  late.session = 4;
  CHECK(receiver.take(late, kCredit).verdict == TakeVerdict::kStale);
  CHECK(receiver.take(wire::Gap{4, sent_epoch(), 11, 12, chain_at(12), ""}) == TakeVerdict::kStale);
  receiver.close();
  CHECK(receiver.take(batch(11, 12), kCredit).verdict == TakeVerdict::kStale);
  BatchReceiver never;
  wire::Events zero = batch(11, 12);
  zero.session = 0;
  CHECK(never.take(zero, kCredit).verdict == TakeVerdict::kStale);
}

TEST_CASE("receiver: credit is held at the byte; one batch is always taken", "[sync]") {
  const auto size = static_cast<std::int64_t>(wire::size_of(document(11, 100)));
  BatchReceiver at_limit = opened(10);
  CHECK(at_limit.take(batch(11, 11, 100), 2 * size).verdict == TakeVerdict::kTaken);
  CHECK(at_limit.take(batch(12, 12, 100), 2 * size).verdict == TakeVerdict::kTaken);
  CHECK(at_limit.pending_bytes() == 2 * size);
  BatchReceiver beyond = opened(10);
  CHECK(beyond.take(batch(11, 11, 100), 2 * size - 1).verdict == TakeVerdict::kTaken);
  CHECK(beyond.take(batch(12, 12, 100), 2 * size - 1).verdict == TakeVerdict::kOverCredit);
  BatchReceiver large = opened(10);
  CHECK(large.take(batch(11, 11, 1'000), 1).verdict == TakeVerdict::kTaken);
}

TEST_CASE("receiver: a gap moves the position to its end", "[sync]") {
  BatchReceiver receiver = opened(10);
  CHECK(receiver.take(wire::Gap{5, sent_epoch(), 12, 15, chain_at(15), ""}) == TakeVerdict::kOutOfStep);
  CHECK(receiver.take(wire::Gap{5, sent_epoch(), 11, 10, chain_at(10), ""}) == TakeVerdict::kOutOfStep);
  CHECK(receiver.take(wire::Gap{5, sent_epoch(), 11, 15, chain_at(15), ""}) == TakeVerdict::kTaken);
  CHECK(receiver.take(wire::Gap{5, sent_epoch(), 11, 15, chain_at(15), ""}) == TakeVerdict::kDuplicate);
  CHECK(receiver.take(batch(16, 17), kCredit).verdict == TakeVerdict::kTaken);
}

TEST_CASE("receiver: a failed batch is forgotten, and is not acknowledged by those behind it", "[sync]") {
  BatchReceiver receiver = opened(10);
  receiver.take(batch(11, 12), kCredit);
  receiver.take(batch(13, 14), kCredit);
  receiver.failed(sent_epoch(), 11);
  CHECK(receiver.has_pending());
  receiver.failed(sent_epoch(), 13);
  CHECK_FALSE(receiver.has_pending());
  CHECK(receiver.pending_bytes() == 0);
  CHECK(receiver.committed_position().seq == 10);
  receiver.failed(sent_epoch(), 13);  // told twice
  CHECK(receiver.pending_bytes() == 0);
}

TEST_CASE("receiver: a commit of a closed session clears what waits and says nothing", "[sync]") {
  BatchReceiver receiver = opened(10);
  receiver.take(batch(11, 12), kCredit);
  receiver.close();
  CHECK_FALSE(receiver.committed(sent_epoch(), 12, chain_at(12)));
  CHECK_FALSE(receiver.has_pending());
}
