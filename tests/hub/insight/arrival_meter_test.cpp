#include "hub/insight/arrival_meter.h"

#include <catch2/catch.hpp>

using namespace tillsync::hub;

TEST_CASE("arrival meter: adds up, and begins anew when it was read", "[sample]") {
  ArrivalMeter meter;
  Arrivals some;
  some.documents = 2;
  some.exceptions = 1;
  some.delays[5] = 2;
  meter.add(some);
  meter.add(some);
  const Arrivals taken = meter.take();
  CHECK(taken.documents == 4);
  CHECK(taken.exceptions == 2);
  CHECK(taken.delays[5] == 4);
  CHECK(meter.take().documents == 0);
}
