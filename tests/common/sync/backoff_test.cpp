#include "common/sync/backoff.h"

#include <catch2/catch.hpp>

#include <set>

using namespace tillsync;
using namespace tillsync::sync;

TEST_CASE("backoff: pauses stay between the floor and a highest that doubles up to the longest", "[sync]") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff(milliseconds(10), milliseconds(100), milliseconds(350), seed);
    for (const std::int64_t highest : {100, 200, 350, 350, 350}) {
      const Duration pause = backoff.next();
      CHECK(pause >= milliseconds(10));
      CHECK(pause <= milliseconds(highest));
    }
  }
}

TEST_CASE("backoff: agents with other seeds do not come back in step", "[sync]") {
  std::set<std::int64_t> pauses;
  for (std::uint64_t seed = 0; seed < 500; ++seed) pauses.insert(Backoff(Duration{0}, seconds(1), seconds(8), seed).next().micros);
  CHECK(pauses.size() > 490);
  CHECK(*pauses.begin() < milliseconds(50).micros);
  CHECK(*pauses.rbegin() > milliseconds(950).micros);
}

TEST_CASE("backoff: the same seed gives the same pauses", "[sync]") {
  Backoff one(Duration{0}, seconds(1), seconds(60), 7), other(Duration{0}, seconds(1), seconds(60), 7);
  for (int i = 0; i < 10; ++i) CHECK(one.next() == other.next());
}

TEST_CASE("backoff: after a success the pauses are short again", "[sync]") {
  Backoff backoff(Duration{0}, milliseconds(10), seconds(60), 1);
  for (int i = 0; i < 20; ++i) backoff.next();
  CHECK(backoff.tries() == 20);
  backoff.reset();
  CHECK(backoff.next() <= milliseconds(10));
}

TEST_CASE("backoff: a floor above the first pause is the pause", "[sync]") {
  Backoff backoff(seconds(1), milliseconds(1), milliseconds(2), 1);
  CHECK(backoff.next() == seconds(1));
  CHECK(backoff.next() == seconds(1));
}
