#include "packaging/demo.d/random.h"

#include <catch2/catch.hpp>
#include <set>

using namespace tillsync::demo;

TEST_CASE("random: a seed gives the same numbers on every machine", "[demo]") {
  // First outputs of splitmix64 for the seed 1234567, as its authors publish them.
  Random random(1234567);
  CHECK(random.next() == 6457827717110365317ULL);
  CHECK(random.next() == 3203168211198807973ULL);
  CHECK(random.next() == 9817491932198370423ULL);
}

TEST_CASE("random: below stays below its bound and reaches every value", "[demo]") {
  Random random(7);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random.below(5));
  CHECK(seen == std::set<std::int64_t>{0, 1, 2, 3, 4});
  for (int i = 0; i < 100; ++i) CHECK(random.below(1) == 0);
}

TEST_CASE("random: the stable hash is FNV-1a", "[demo]") {
  CHECK(stable_hash("") == 0xCBF29CE484222325ULL);
  CHECK(stable_hash("a") == 0xAF63DC4C8601EC8CULL);
  CHECK(stable_hash("foobar") == 0x85944171F73967E8ULL);
}
