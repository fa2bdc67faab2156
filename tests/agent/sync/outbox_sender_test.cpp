#include "agent/sync/outbox_sender.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"

using namespace tillsync;
using namespace tillsync::agent;

namespace {

ChainHash chain_of(std::uint64_t seq) {
  ChainHash hash;
  for (std::size_t i = 0; i < 8; ++i) hash.data[i] = static_cast<char>(seq >> (8 * i));
  return hash;
}

std::vector<OutboxRow> rows(std::uint64_t first, std::size_t count, std::size_t payload_bytes = 100) {
  std::vector<OutboxRow> made;
  std::uint64_t state = first;
  for (std::uint64_t seq = first; seq < first + count; ++seq) {
    OutboxRow row{seq, chain_of(seq), {}};
    while (row.event.payload.size() < payload_bytes) {  // does not compress
      state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
      row.event.payload += static_cast<char>(state >> 56);
    }
    made.push_back(std::move(row));
  }
  return made;
}

OutboxSender started(std::uint64_t hub_seq, std::uint64_t last_seq, std::int64_t credit = 4'000'000) {
  OutboxSender sender;
  sender.start({7, EpochId{}, hub_seq, chain_of(hub_seq), credit}, last_seq);
  return sender;
}

template <class Frame>
Frame take(OutboxSender& sender, Duration now = {0}) {
  const auto bytes = sender.next_frame(now);
  REQUIRE(bytes);
  const auto message = wire::decode(*bytes);
  REQUIRE(message);
  REQUIRE(std::holds_alternative<Frame>(*message));
  return std::get<Frame>(*message);
}

wire::Ack ack(std::uint64_t seq, std::int64_t credit = 4'000'000) { return {7, EpochId{}, seq, chain_of(seq), credit}; }

}  // namespace

TEST_CASE("sender: asks for the rows behind the hub and sends them with their chain", "[sync]") {
  OutboxSender sender = started(10, 13);
  const auto wish = sender.next_wish();
  REQUIRE(wish);
  CHECK(wish->first_seq == 11);
  CHECK_FALSE(sender.next_wish());  // one at a time
  sender.rows_loaded(rows(11, 3));
  const auto events = take<wire::Events>(sender);
  CHECK(events.session == 7);
  CHECK(events.first_seq == 11);
  CHECK(events.events.size() == 3);
  CHECK(events.chain == chain_of(13));
  CHECK(sender.sent_seq() == 13);
  CHECK(sender.acked_seq() == 10);
  CHECK_FALSE(sender.next_wish());
  CHECK_FALSE(sender.next_frame({0}));
}

TEST_CASE("sender: the cursor moves by acknowledgements of what was sent, and by nothing else", "[sync]") {
  OutboxSender sender = started(0, 3);
  sender.next_wish();
  sender.rows_loaded(rows(1, 3));
  take<wire::Events>(sender);
  wire::Ack other_session = ack(3);
  other_session.session = 6;
  CHECK(sender.acknowledge(other_session, {1}) == AckVerdict::kStale);
  wire::Ack other_epoch = ack(3);
  other_epoch.epoch.data[0] = 1;
  CHECK(sender.acknowledge(other_epoch, {1}) == AckVerdict::kStale);
  wire::Ack other_chain = ack(3);
  other_chain.chain = chain_of(4);
  CHECK(sender.acknowledge(other_chain, {1}) == AckVerdict::kWrong);
  CHECK(sender.acknowledge(ack(4), {1}) == AckVerdict::kWrong);  // never sent
  CHECK(sender.acked_seq() == 0);
  CHECK(sender.acknowledge(ack(3), {1}) == AckVerdict::kTaken);
  CHECK(sender.acked_seq() == 3);
  CHECK_FALSE(sender.has_flight());
  CHECK(sender.acknowledge(ack(3), {1}) == AckVerdict::kStale);  // came twice
  CHECK(sender.acknowledge(ack(2), {1}) == AckVerdict::kStale);
  CHECK(sender.acked_seq() == 3);
}

TEST_CASE("sender: several batches are on their way, and one acknowledgement may speak for many", "[sync]") {
  OutboxSender sender = started(0, 100);
  std::size_t batches = 0;
  for (std::uint64_t next = 1; next <= 100;) {
    if (const auto wish = sender.next_wish()) {
      const std::size_t count = std::min<std::size_t>(20, 101 - wish->first_seq);
      sender.rows_loaded(rows(wish->first_seq, count));
    }
    if (!sender.next_frame({0})) break;
    next = sender.sent_seq() + 1;
    ++batches;
  }
  CHECK(batches >= 3);
  CHECK(sender.sent_seq() < 100);  // the window is full
  const std::uint64_t sent = sender.sent_seq();
  CHECK(sender.acknowledge(ack(sent), {1'000}) == AckVerdict::kTaken);
  CHECK(sender.window().flight() == 0);
}

TEST_CASE("sender: a batch holds no more documents and bytes than a frame may", "[sync]") {
  OutboxSender sender = started(0, 2'000);
  sender.next_wish();
  sender.rows_loaded(rows(1, kBatchEventsMax + 88, 1));
  std::uint64_t last = 0;
  while (auto bytes = sender.next_frame({0})) {
    const auto events = std::get<wire::Events>(*wire::decode(*bytes));
    CHECK(events.events.size() <= kBatchEventsMax);
    last = sender.sent_seq();
    sender.acknowledge(ack(last), {1'000});
  }
  CHECK(last == kBatchEventsMax + 88);
}

TEST_CASE("sender: one document may be larger than window and credit", "[sync]") {
  OutboxSender sender = started(0, 2, 1'000);
  sender.next_wish();
  sender.rows_loaded(rows(1, 1, kDocumentBytesMax));
  CHECK_FALSE(sender.next_wish());  // enough is in memory
  CHECK(take<wire::Events>(sender).events.size() == 1);
  sender.next_wish();
  sender.rows_loaded(rows(2, 1));
  CHECK_FALSE(sender.next_frame({0}));  // but nothing beside it
  CHECK(sender.acknowledge(ack(1), {1'000'000}) == AckVerdict::kTaken);
  CHECK(take<wire::Events>(sender).first_seq == 2);
}

TEST_CASE("sender: the hub's credit bounds what is on its way", "[sync]") {
  const auto size = static_cast<std::int64_t>(wire::size_of(rows(1, 1, 1'000).front().event));
  OutboxSender sender = started(0, 10, 2 * size);
  for (int i = 0; i < 4; ++i)
    if (const auto wish = sender.next_wish()) sender.rows_loaded(rows(wish->first_seq, 1, 1'000));
  std::int64_t sent = 0;
  while (sender.next_frame({0})) sent = static_cast<std::int64_t>(sender.sent_seq());
  CHECK(sent * size <= 2 * size);
  sender.set_credit(100 * size);
  CHECK(sender.next_frame({0}));
}

TEST_CASE("sender: rows that are gone are declared as a gap before the rows behind them", "[sync]") {
  OutboxSender sender = started(10, 30);
  sender.next_wish();
  sender.rows_loaded(rows(21, 10));
  CHECK_FALSE(sender.next_frame({0}));  // the chain is not known yet
  CHECK(sender.next_chain_wish() == 20);
  CHECK_FALSE(sender.next_chain_wish());
  CHECK(sender.gap_chain_loaded(20, chain_of(20)));
  const auto gap = take<wire::Gap>(sender);
  CHECK(gap.first_seq == 11);
  CHECK(gap.last_seq == 20);
  CHECK(gap.chain == chain_of(20));
  CHECK_FALSE(gap.reason.empty());
  CHECK(take<wire::Events>(sender).first_seq == 21);
}

TEST_CASE("sender: a gap whose chain is gone as well is told", "[sync]") {
  OutboxSender sender = started(10, 30);
  sender.next_wish();
  sender.rows_loaded(rows(21, 10));
  sender.next_chain_wish();
  CHECK_FALSE(sender.gap_chain_loaded(20, std::nullopt));
}

TEST_CASE("sender: a document that no frame can hold does not stop those behind it", "[sync]") {
  OutboxSender sender = started(0, 2);
  sender.next_wish();
  auto loaded = rows(1, 1, kBatchBytesMax);
  loaded.push_back(rows(2, 1).front());
  sender.rows_loaded(std::move(loaded));
  const auto gap = take<wire::Gap>(sender);
  CHECK(gap.first_seq == 1);
  CHECK(gap.last_seq == 1);
  CHECK(gap.chain == chain_of(1));
  CHECK(take<wire::Events>(sender).first_seq == 2);
}

TEST_CASE("sender: rows that could not be read are asked for again, not at once", "[sync]") {
  OutboxSender sender = started(0, 5);
  sender.next_wish();
  sender.rows_loaded({});
  CHECK(sender.is_stalled());
  CHECK_FALSE(sender.next_wish());
  sender.try_again();
  CHECK(sender.next_wish());
}

TEST_CASE("sender: rows out of order are not sent", "[sync]") {
  OutboxSender sender = started(0, 5);
  sender.next_wish();
  auto loaded = rows(1, 2);
  loaded.push_back(rows(5, 1).front());
  sender.rows_loaded(std::move(loaded));
  CHECK(sender.is_stalled());
  CHECK_FALSE(sender.next_frame({0}));
}

TEST_CASE("sender: rows that were asked for in an earlier session are dropped when they come", "[sync]") {
  OutboxSender sender = started(0, 5);
  sender.next_wish();
  sender.start({8, EpochId{}, 3, chain_of(3), 4'000'000}, 5);
  CHECK_FALSE(sender.next_wish());  // the first answer is still awaited
  sender.rows_loaded(rows(1, 5));
  CHECK_FALSE(sender.next_frame({0}));
  const auto wish = sender.next_wish();
  REQUIRE(wish);
  CHECK(wish->first_seq == 4);
}

TEST_CASE("sender: what is not acknowledged in time is overdue, later when more is on its way", "[sync]") {
  OutboxSender sender = started(0, 1);
  CHECK_FALSE(sender.overdue_at(seconds(45)));
  sender.next_wish();
  sender.rows_loaded(rows(1, 1, 1'000'000));
  take<wire::Events>(sender, seconds(10));
  const auto overdue = sender.overdue_at(seconds(45));
  REQUIRE(overdue);
  CHECK(*overdue >= seconds(10 + 45 + 500));
  CHECK(*overdue <= seconds(10 + 45 + 502));
  sender.acknowledge(ack(1), seconds(20));
  CHECK_FALSE(sender.overdue_at(seconds(45)));
}

TEST_CASE("sender: stopped, it sends and asks nothing", "[sync]") {
  OutboxSender sender = started(0, 5);
  sender.next_wish();
  sender.rows_loaded(rows(1, 5));
  sender.stop();
  CHECK_FALSE(sender.next_frame({0}));
  CHECK_FALSE(sender.next_wish());
  CHECK_FALSE(sender.next_chain_wish());
  CHECK(sender.acknowledge(ack(1), {0}) == AckVerdict::kStale);
}
