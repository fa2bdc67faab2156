#include "hub/sync/arrivals.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

ArrivedFrame frame(const std::string& connection, std::size_t size, char fill = 'x') { return {connection, "key", Bytes(size, fill)}; }
constexpr std::size_t kLarge = kSmallFrameBytesMax + 1;

}  // namespace

TEST_CASE("arrivals: small frames pass those that are large, at the limit and one beyond", "[hub][sync][limits]") {
  Arrivals arrivals;
  CHECK_FALSE(arrivals.sort(frame("a", kLarge)));
  CHECK(arrivals.sort(frame("b", kSmallFrameBytesMax)));
  CHECK_FALSE(arrivals.sort(frame("b", kSmallFrameBytesMax + 1)));
  CHECK(arrivals.sort(frame("c", 1)));
  CHECK(arrivals.take()->connection == "a");
  CHECK(arrivals.take()->connection == "b");
  CHECK_FALSE(arrivals.take());
  CHECK(arrivals.empty());
}

TEST_CASE("arrivals: of one connection nothing overtakes", "[hub][sync]") {
  Arrivals arrivals;
  CHECK_FALSE(arrivals.sort(frame("a", kLarge, '1')));
  CHECK_FALSE(arrivals.sort(frame("b", kLarge, '1')));
  CHECK_FALSE(arrivals.sort(frame("a", 1, '2')));  // small, but behind a large one of its own
  CHECK_FALSE(arrivals.sort(frame("a", kLarge, '3')));
  std::string of_a;
  while (const auto next = arrivals.take()) {
    if (next->connection == "a") of_a += next->frame[0];
  }
  CHECK(of_a == "123");
  CHECK(arrivals.sort(frame("a", 1)));  // nothing of it waits any more
}

TEST_CASE("arrivals: what waits is bounded", "[hub][sync][limits]") {
  Arrivals arrivals;
  const std::size_t half = kLargeFramesBytesMax / 2;
  CHECK_FALSE(arrivals.sort(frame("a", half)));
  CHECK_FALSE(arrivals.sort(frame("a", half - 1)));
  CHECK_FALSE(arrivals.is_full());
  CHECK_FALSE(arrivals.sort(frame("a", 1)));
  CHECK(arrivals.is_full());
  CHECK(arrivals.take());
  CHECK_FALSE(arrivals.is_full());
}
