#include "hub/sync/fair_queue.h"

#include <catch2/catch.hpp>

#include <map>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

IncomingBatch backlog_batch(std::uint64_t first_seq, std::int64_t bytes) {
  IncomingBatch made;
  made.first_seq = first_seq;
  made.plain_bytes = bytes;
  return made;
}

}  // namespace

TEST_CASE("fair queue: batches of one agent keep their order", "[sync]") {
  FairQueue queue;
  for (std::uint64_t seq = 1; seq <= 5; ++seq) queue.push("a", backlog_batch(seq, 10));
  for (std::uint64_t seq = 1; seq <= 5; ++seq) CHECK(queue.take()->second.first_seq == seq);
  CHECK_FALSE(queue.take());
  CHECK(queue.size() == 0);
}

TEST_CASE("fair queue: an agent with a long backlog delays another by a turn, not by its backlog", "[sync]") {
  FairQueue queue;
  for (std::uint64_t seq = 1; seq <= 1'000; ++seq) queue.push("backlog", backlog_batch(seq, kTurnBytes));
  queue.take();
  queue.push("live", backlog_batch(1, 300));
  int before = 0;
  while (queue.take()->first != "live") ++before;
  CHECK(before <= 2);
}

TEST_CASE("fair queue: agents share by bytes, whatever the size of their batches", "[sync]") {
  FairQueue queue;
  for (std::uint64_t i = 0; i < 20'000; ++i) queue.push("small", backlog_batch(i, kTurnBytes / 16));
  for (std::uint64_t i = 0; i < 2'000; ++i) queue.push("large", backlog_batch(i, 4 * kTurnBytes));
  std::map<std::string, std::int64_t> bytes;
  while (bytes["small"] + bytes["large"] < 1'000 * kTurnBytes) {
    const auto taken = queue.take();
    bytes[taken->first] += taken->second.plain_bytes;
  }
  CHECK(bytes["small"] > 450 * kTurnBytes);
  CHECK(bytes["large"] > 450 * kTurnBytes);
}

TEST_CASE("fair queue: what is held keeps its place and lets the others pass", "[sync]") {
  FairQueue queue;
  queue.push("a", backlog_batch(1, 10));
  CHECK(queue.take()->first == "a");
  queue.hold("a");
  queue.push("a", backlog_batch(2, 10));
  CHECK_FALSE(queue.take());
  queue.push("b", backlog_batch(1, 10));
  CHECK(queue.take()->first == "b");
  CHECK_FALSE(queue.take());
  queue.release("a");
  CHECK(queue.take()->second.first_seq == 2);
  CHECK_FALSE(queue.has("a"));
}

TEST_CASE("fair queue: dropping one agent's batches leaves the others", "[sync]") {
  FairQueue queue;
  queue.push("a", backlog_batch(1, 10));
  queue.push("b", backlog_batch(7, 10));
  queue.push("a", backlog_batch(2, 10));
  const auto dropped = queue.drop("a");
  REQUIRE(dropped.size() == 2);
  CHECK(dropped[0].first_seq == 1);
  CHECK(dropped[1].first_seq == 2);
  CHECK(queue.drop("a").empty());
  CHECK(queue.size() == 1);
  CHECK(queue.take()->first == "b");
}

TEST_CASE("fair queue: a backlog_batch longer than many turns comes through", "[sync]") {
  FairQueue queue;
  queue.push("a", backlog_batch(1, 70 * kTurnBytes));
  CHECK(queue.take());
  queue.push("gap", backlog_batch(1, 0));
  CHECK(queue.take());
}
