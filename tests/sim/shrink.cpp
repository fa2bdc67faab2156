#include "tests/sim/shrink.h"

#include <algorithm>
#include <functional>

namespace tillsync::sim {

Plan shrink(const Plan& failing, const Failure& failure, std::size_t runs_max) {
  Plan best = failing;
  std::size_t runs = 0;
  const auto still_fails = [&](const Plan& plan) {
    if (runs >= runs_max) return false;
    ++runs;
    const RunResult result = run_plan(plan);
    return result.failure && result.failure->check == failure.check;
  };
  const auto try_to = [&](const std::function<void(Plan&)>& change) {
    Plan plan = best;
    change(plan);
    if (!still_fails(plan)) return false;
    best = plan;
    return true;
  };
  // Blocks of actions first, then single ones; whoever is not named by an action may go.
  for (std::size_t block = std::max<std::size_t>(best.actions.size() / 2, 1); block > 0; block /= 2) {
    for (std::size_t at = 0; at < best.actions.size();) {
      const bool gone = try_to([&](Plan& plan) {
        const auto begin = plan.actions.begin() + static_cast<std::ptrdiff_t>(at);
        plan.actions.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(block, plan.actions.size() - at)));
      });
      if (!gone) at += block;
    }
  }
  while (best.stores > 1 && std::ranges::none_of(best.actions, [&](const Action& action) { return action.who == best.stores - 1; }) &&
         try_to([](Plan& plan) { --plan.stores; })) {
  }
  if (best.sum_after.micros > 0) try_to([](Plan& plan) { plan.sum_after = {}; });
  while (best.tills > 1 && try_to([](Plan& plan) { --plan.tills; })) {
  }
  while (best.documents > 1 && try_to([](Plan& plan) { plan.documents /= 2; })) {
  }
  return best;
}

}  // namespace tillsync::sim
