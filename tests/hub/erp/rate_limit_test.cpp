#include "hub/erp/rate_limit.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("rate limit: a second's worth at once, then evenly", "[erp]") {
  RateLimit limit(4);
  int taken = 0;
  while (limit.take(seconds(10))) ++taken;
  CHECK(taken == 4);
  CHECK(limit.next_at(seconds(10)) == seconds(10) + Duration{250'001});
  CHECK_FALSE(limit.take(seconds(10) + milliseconds(249)));
  CHECK(limit.take(seconds(10) + milliseconds(251)));
  CHECK_FALSE(limit.take(seconds(10) + milliseconds(252)));
  taken = 0;
  while (limit.take(seconds(100))) ++taken;
  CHECK(taken == 4);
}

TEST_CASE("rate limit: less than one in a second, and none at all", "[erp]") {
  RateLimit slow(0.5);
  CHECK(slow.take(seconds(1)));
  CHECK_FALSE(slow.take(seconds(2)));
  CHECK(slow.take(seconds(3)));
  RateLimit none(0);
  for (int i = 0; i < 1'000; ++i) REQUIRE(none.take({}));
  CHECK(none.next_at(seconds(7)) == seconds(7));
}
