#include "common/sync/jitter.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::sync;

TEST_CASE("jitter: the seed decides, the same on every machine", "[sync][golden]") {
  // The first outputs of splitmix64 for the seed 1234567, as its authors publish them.
  Jitter jitter(1'234'567);
  CHECK(jitter.next() == 6'457'827'717'110'365'317ULL);
  CHECK(jitter.next() == 3'203'168'211'198'807'973ULL);
}

TEST_CASE("jitter: stays within the limit and reaches both ends", "[sync]") {
  Jitter jitter(1);
  bool lowest = false, highest = false;
  for (int i = 0; i < 1'000; ++i) {
    const Duration drawn = jitter.up_to(Duration{3});
    REQUIRE(drawn >= Duration{0});
    REQUIRE(drawn <= Duration{3});
    lowest = lowest || drawn == Duration{0};
    highest = highest || drawn == Duration{3};
  }
  CHECK(lowest);
  CHECK(highest);
  CHECK(jitter.up_to(Duration{0}) == Duration{0});
  CHECK(jitter.up_to(Duration{-5}) == Duration{0});
}
