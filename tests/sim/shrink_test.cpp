#include "tests/sim/shrink.h"

#include <catch2/catch.hpp>

namespace tillsync::sim {

TEST_CASE("shrink: what the failure does not need goes, and it still fails the same way", "[sim]") {
  Plan plan = draw_plan(5, {.stores = 3, .hours = 0.5});
  plan.bug = PlantedBug::kStockWrong;  // fails by itself, whatever the faults
  const RunResult result = run_plan(plan);
  REQUIRE(result.failure);
  const Plan shortest = shrink(plan, *result.failure, 60);
  CHECK(shortest.actions.empty());
  CHECK(shortest.stores == 1);
  const RunResult again = run_plan(shortest);
  REQUIRE(again.failure);
  CHECK(again.failure->check == result.failure->check);
}

}  // namespace tillsync::sim
