#include "hub/access/token_bucket.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

constexpr Instant kFirst{1'300'000'000'000'000};
constexpr CallRate kTen{10, 2};

int calls_at(TokenBucket& bucket, Instant now) {
  int calls = 0;
  while (bucket.take(kTen, now) == Duration{}) ++calls;
  return calls;
}

}  // namespace

TEST_CASE("rate: a reserve for bursts, and then so many a second", "[access]") {
  TokenBucket bucket;
  CHECK(calls_at(bucket, kFirst) == 20);
  CHECK(bucket.take(kTen, kFirst) == milliseconds(100));
  CHECK(calls_at(bucket, kFirst + milliseconds(100) - Duration{1}) == 0);
  CHECK(calls_at(bucket, kFirst + milliseconds(100)) == 1);
  CHECK(calls_at(bucket, kFirst + seconds(1)) == 9);
}

TEST_CASE("rate: a long silence fills the reserve and no more", "[access]") {
  TokenBucket bucket;
  CHECK(calls_at(bucket, kFirst) == 20);
  CHECK(calls_at(bucket, kFirst + seconds(1'000'000)) == 20);
}

TEST_CASE("rate: a clock that goes back brings nothing, and takes nothing", "[access]") {
  TokenBucket bucket;
  CHECK(calls_at(bucket, kFirst) == 20);
  CHECK(calls_at(bucket, kFirst - seconds(3'600)) == 0);
  CHECK(calls_at(bucket, kFirst + seconds(1)) == 10);
}

TEST_CASE("rate: zero is no limit", "[access]") {
  TokenBucket bucket;
  for (int i = 0; i < 100'000; ++i) REQUIRE(bucket.take({0}, kFirst) == Duration{});
}
