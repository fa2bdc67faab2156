#include "hub/erp/retry.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {
// With this much randomness the delay is the highest that the attempt allows.
Duration highest(std::int64_t attempt) {
  const RetryPolicy policy;
  Duration best{};
  const std::int64_t ceiling = std::min(policy.cap.micros, policy.base.micros << std::min<std::int64_t>(attempt - 1, 30));
  best = retry_delay(policy, attempt, static_cast<std::uint64_t>(ceiling), std::nullopt);
  return best;
}
}  // namespace

TEST_CASE("retry: the ceiling doubles with each attempt up to the cap", "[erp]") {
  CHECK(highest(1) == seconds(1));
  CHECK(highest(2) == seconds(2));
  CHECK(highest(9) == seconds(256));
  CHECK(highest(10) == seconds(300));
  CHECK(highest(1'000'000) == seconds(300));
}

TEST_CASE("retry: full jitter reaches down to nothing and never beyond the ceiling", "[erp]") {
  CHECK(retry_delay({}, 5, 0, std::nullopt) == Duration{0});
  for (std::uint64_t random : {1ULL, 16'000'000ULL, 16'000'001ULL, ~0ULL}) {
    CHECK(retry_delay({}, 5, random, std::nullopt) <= seconds(16));
  }
}

TEST_CASE("retry: the ERP's own wish is respected, within reason", "[erp]") {
  CHECK(retry_delay({}, 1, 0, seconds(60)) == seconds(60));
  CHECK(retry_delay({}, 9, 200'000'000, seconds(60)) == seconds(200));
  CHECK(retry_delay({}, 1, 0, seconds(86'400)) == seconds(3'600));
}
