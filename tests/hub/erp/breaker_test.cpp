#include "hub/erp/breaker.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {
const BreakerPolicy kPolicy{.failures_max = 3, .pause = seconds(1), .pause_max = seconds(3)};

Breaker stopped_at(Duration now) {
  Breaker breaker(kPolicy);
  for (int i = 0; i < 3; ++i) breaker.failed(now);
  return breaker;
}
}  // namespace

TEST_CASE("breaker: stops at the limit of failures in a row, not before", "[erp]") {
  Breaker breaker(kPolicy);
  breaker.failed(Duration{});
  breaker.failed(Duration{});
  breaker.succeeded();
  breaker.failed(Duration{});
  breaker.failed(Duration{});
  CHECK(breaker.state() == BreakerState::kFlowing);
  CHECK(breaker.allowed(8, Duration{}) == 8);
  breaker.failed(Duration{});
  CHECK(breaker.state() == BreakerState::kStopped);
  CHECK(breaker.allowed(8, Duration{}) == 0);
}

TEST_CASE("breaker: after the pause one probe goes; its success opens the way again", "[erp]") {
  Breaker breaker = stopped_at(Duration{});
  CHECK(breaker.allowed(8, seconds(1) - Duration{1}) == 0);
  CHECK(breaker.allowed(8, seconds(1)) == 1);
  CHECK(breaker.state() == BreakerState::kProbing);
  breaker.succeeded();
  CHECK(breaker.allowed(8, seconds(1)) == 8);
}

TEST_CASE("breaker: a failed probe doubles the pause up to its limit", "[erp]") {
  Breaker breaker = stopped_at(Duration{});
  Duration now = seconds(1);
  for (const std::int64_t pause : {2, 3, 3}) {
    CHECK(breaker.allowed(8, now) == 1);
    breaker.failed(now);
    CHECK(breaker.probe_at() == now + seconds(pause));
    now = breaker.probe_at();
  }
}

TEST_CASE("breaker: stragglers that fail while it is stopped do not put the probe off", "[erp]") {
  Breaker breaker = stopped_at(Duration{});
  breaker.failed(milliseconds(900));
  CHECK(breaker.probe_at() == seconds(1));
}
