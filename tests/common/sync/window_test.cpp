#include "common/sync/window.h"

#include <catch2/catch.hpp>

#include <deque>

using namespace tillsync;
using namespace tillsync::sync;

namespace {

/// A way with a speed and a delay: a batch waits for those before it, then travels, then its acknowledgement comes back.
struct Link {
  Link(std::int64_t speed, Duration way) : bytes_per_second(speed), round_trip(way) {}
  std::int64_t bytes_per_second;
  Duration round_trip;
  Duration now{0};
  Duration free_at{0};  // when the last byte that was handed in has left
  Window window;
  struct Batch {
    Window::Sample sample;
    Duration acked_at;
  };
  std::deque<Batch> batches;
  std::int64_t delivered = 0;
  Duration worst_queue{0};  // since the last look: what a small request would have waited behind

  void fill() {
    const std::size_t bytes = window.batch_bytes();
    while (window.may_send(bytes)) {
      free_at = std::max(free_at, now) + Duration{static_cast<std::int64_t>(bytes) * 1'000'000 / bytes_per_second};
      batches.push_back({window.sent(bytes, now), free_at + round_trip});
      worst_queue = std::max(worst_queue, free_at - now);
      if (batches.size() > 10'000) return;
    }
  }
  void run_until(Duration end) {
    fill();
    while (!batches.empty() && batches.front().acked_at <= end) {
      now = batches.front().acked_at;
      delivered += static_cast<std::int64_t>(batches.front().sample.bytes);
      window.acknowledged(batches.front().sample, now);
      batches.pop_front();
      fill();
    }
    now = end;
  }
};

}  // namespace

TEST_CASE("window: on 50 kbit/s with 600 ms a request never waits long behind bulk, and the link stays full", "[sync]") {
  Link link(6'250, milliseconds(600));
  link.window.round_trip(milliseconds(600), Duration{0});
  link.run_until(seconds(10));
  // From the first byte on: queue + round trip stay below the 2.5 s that a request may take.
  CHECK(link.worst_queue + milliseconds(600) <= milliseconds(2'200));
  link.worst_queue = {0};
  link.delivered = 0;
  link.run_until(seconds(610));
  CHECK(link.worst_queue + milliseconds(600) <= milliseconds(2'200));
  CHECK(link.delivered >= 600 * 6'250 * 95 / 100);
}

TEST_CASE("window: without a first measurement the slow link settles all the same", "[sync]") {
  Link link(6'250, milliseconds(600));
  link.run_until(seconds(300));
  link.worst_queue = {0};
  link.delivered = 0;
  link.run_until(seconds(900));
  CHECK(link.worst_queue + milliseconds(600) <= milliseconds(2'500));
  CHECK(link.delivered >= 600 * 6'250 * 95 / 100);
}

TEST_CASE("window: on a fast way it is whole within a few round trips", "[sync]") {
  Link link(2'000'000'000, milliseconds(2));
  link.window.round_trip(milliseconds(1), Duration{0});
  link.run_until(milliseconds(14));  // seven round trips
  CHECK(link.window.limit() == kWindowBytesMax);
}

TEST_CASE("window: a link that becomes slow makes it small within seconds", "[sync]") {
  Link link(1'000'000, milliseconds(50));
  link.run_until(seconds(5));
  REQUIRE(link.window.limit() > 200'000);
  link.bytes_per_second = 20'000;
  link.run_until(seconds(60));
  CHECK(link.window.limit() <= 20'000 * 2);
  link.worst_queue = {0};
  link.run_until(seconds(70));
  CHECK(link.worst_queue <= milliseconds(1'500));
}

TEST_CASE("window: a way that becomes longer is learnt, not taken for a queue for ever", "[sync]") {
  Link link(100'000, milliseconds(20));
  link.run_until(seconds(30));
  link.round_trip = milliseconds(1'500);
  link.run_until(seconds(300));
  link.delivered = 0;
  link.run_until(seconds(600));
  CHECK(link.delivered >= 300 * 80'000);
}

TEST_CASE("window: a sender with little to say does not widen it", "[sync]") {
  Window window;
  for (int i = 0; i < 100; ++i) window.acknowledged(window.sent(100, milliseconds(i)), milliseconds(i + 1));
  CHECK(window.limit() == kWindowBytesFirst);
  CHECK(window.flight() == 0);
}

TEST_CASE("window: one batch may always be on its way, however large", "[sync]") {
  Window window;
  CHECK(window.may_send(kBatchBytesMax));
  window.sent(kBatchBytesMax, Duration{0});
  CHECK_FALSE(window.may_send(1));
}

TEST_CASE("window: the limit is held at the byte", "[sync]") {
  Window window;
  window.sent(kWindowBytesFirst - 10, Duration{0});
  CHECK(window.may_send(10));
  CHECK_FALSE(window.may_send(11));
}

TEST_CASE("window: it never grows past kWindowBytesMax nor falls below kWindowBytesMin", "[sync]") {
  Link fast(4'000'000'000, milliseconds(1));
  fast.run_until(milliseconds(100));
  CHECK(fast.window.limit() == kWindowBytesMax);
  Link crawling(50, milliseconds(600));
  crawling.window.round_trip(milliseconds(600), Duration{0});
  crawling.run_until(seconds(2'000));
  CHECK(crawling.window.limit() >= kWindowBytesMin);
  CHECK(crawling.window.batch_bytes() >= kWindowBytesMin / kWindowBatches / 4);
}

TEST_CASE("window: a new session forgets what was on its way and keeps what was learnt; a new connection forgets both", "[sync]") {
  Link link(2'000'000'000, milliseconds(2));
  link.run_until(milliseconds(50));
  REQUIRE(link.window.flight() > 0);
  link.window.forget_flight();
  CHECK(link.window.flight() == 0);
  CHECK(link.window.limit() == kWindowBytesMax);
  link.window.reset();
  CHECK(link.window.limit() == kWindowBytesFirst);
}
