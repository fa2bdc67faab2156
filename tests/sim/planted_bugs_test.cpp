// Each checker of the simulator, shown to work: a bug is built in, and must be caught, by the checker that is there for it, within
// so many seeds.
#include <catch2/catch.hpp>
#include <algorithm>
#include <set>

#include "common/log/log.h"
#include "tests/sim/chain_world.h"
#include "tests/sim/sim_random.h"

namespace tillsync::sim {
namespace {

const bool kSimRandomInstalled = [] {
  install_random();  // before libsodium is used first
  return true;
}();

struct Planted {
  PlantedBug bug;
  std::uint64_t from;             // seeds that bring together what the bug needs
  std::set<std::string> caught_by;
};

constexpr std::uint64_t kSeedsPerBug = 60;

const Planted kPlanted[] = {
    {PlantedBug::kAnswerBeforeCommit, 1, {"nothing is lost"}},
    {PlantedBug::kAckBeforeCommit, 1, {"acknowledged before committed"}},
    {PlantedBug::kNoDedupe, 24, {"exactly once at the hub"}},
    {PlantedBug::kCursorOffByOne, 1, {"liveness: link"}},
    {PlantedBug::kAgentCursorBack, 1, {"agent's cursor goes back"}},
    {PlantedBug::kConflictMerged, 1, {"conflicts are reported"}},
    {PlantedBug::kStockWrong, 1, {"stock"}},
    {PlantedBug::kCountIgnoresOrder, 1, {"stock"}},
    {PlantedBug::kErpTimeoutMeansNotSent, 1, {"ERP twice"}},
    {PlantedBug::kErpOrderIgnored, 1, {"order at the ERP"}},
    {PlantedBug::kPostingSkipped, 1, {"liveness: postings"}},
    {PlantedBug::kLostInbox, 1, {"liveness: inbox"}},
    {PlantedBug::kHubCursorBack, 1, {"hub's cursor goes back"}},
    {PlantedBug::kChainWrong, 1, {"histories differ"}},
    {PlantedBug::kLineLost, 1, {"as it was sent"}},
    {PlantedBug::kDocumentInvented, 1, {"only what was sold"}},
    {PlantedBug::kAlarmInvented, 1, {"only what happened is reported"}},
    {PlantedBug::kErpKeyChanges, 1, {"everything at the ERP", "exactly once at the ERP"}},
    {PlantedBug::kErpStockWrong, 1, {"stock at the ERP"}},
    {PlantedBug::kErpAmountWrong, 1, {"money"}},
    {PlantedBug::kAckNeverStored, 1, {"liveness: outbox"}},
    {PlantedBug::kConflictNeverHealed, 1, {"liveness: pause"}},
    {PlantedBug::kSalesForgotten, 1, {"no oversell at grant"}},
    {PlantedBug::kReservedDrifts, 1, {"sums: reserved sums"}},
    {PlantedBug::kPromiseCut, 1, {"no promise lost"}},
    {PlantedBug::kSentForgotten, 265, {"one key, one hold"}},
    {PlantedBug::kHoldsRunFast, 1, {"expiry"}},
    {PlantedBug::kHoldsNeverEnd, 1, {"expiry"}},
    {PlantedBug::kShelfForgotten, 1, {"sums: rulings spare the pick-up shelf"}},
    {PlantedBug::kLeaseFreedByTime, 1, {"sums: leased sums"}},
    {PlantedBug::kHandOverForgotten, 1, {"handed over"}},
    {PlantedBug::kCloseCountsTwice, 1, {"only what happened is reported"}},
    {PlantedBug::kFrozenIsOpen, 1000, {"a new epoch freezes"}},
    {PlantedBug::kSumTakenTwice, 1, {"exactly once at the ERP"}},
    {PlantedBug::kSumLosesOne, 1, {"everything at the ERP"}},
    {PlantedBug::kCloseSumsNothing, 1, {"closing sums the day"}},
    {PlantedBug::kNextKeyNotStored, 1, {"liveness: pause"}},
    {PlantedBug::kPartNotFreed, 1, {"sums: parts", "sums: what has ended holds nothing", "sums: reserved sums"}},
};

}  // namespace

TEST_CASE("simulator: each planted bug is caught by its checker", "[sim]") {
  REQUIRE(kSimRandomInstalled);
  REQUIRE(log::start({log::Level::kError, log::Format::kText, "/dev/null"}));
  for (const Planted& planted : kPlanted) {
    INFO(kPlantedBugNames[static_cast<std::size_t>(planted.bug)]);
    std::set<std::string> broken;
    bool caught = false;
    for (std::uint64_t seed = planted.from; seed < planted.from + kSeedsPerBug && !caught; ++seed) {
      PlanOptions options;
      options.stores = 1 + static_cast<int>(seed % 3);
      // These were found among plans of any size.
      const bool is_of_any_size = planted.bug == PlantedBug::kNoDedupe || planted.bug == PlantedBug::kSentForgotten || planted.bug == PlantedBug::kFrozenIsOpen;
      Plan plan = draw_plan(seed, is_of_any_size ? PlanOptions{} : options);
      plan.bug = planted.bug;
      if (is_of_any_size) {
        // And before postings were summed and days closed.
        plan.sum_after = {};
        std::erase_if(plan.actions, [](const Action& action) { return action.kind == ActionKind::kCloseDay; });
      }
      if (planted.bug == PlantedBug::kCloseSumsNothing) {
        plan.sum_after = seconds(900);
        for (const std::int64_t quarter : {1, 2, 3}) plan.actions.push_back({Duration{plan.trade.micros * quarter / 4}, ActionKind::kCloseDay, 0, 0, 0, 0, {}});
        std::ranges::stable_sort(plan.actions, {}, &Action::at);
      }
      const RunResult result = run_plan(plan);
      if (!result.failure) continue;
      broken.insert(result.failure->check);
      caught = planted.caught_by.contains(result.failure->check);
    }
    std::string all;
    for (const auto& check : broken) all += check + "; ";
    INFO("broken: " << all);
    CHECK(caught);
  }
}

TEST_CASE("simulator: every planted bug stands in the table of this test", "[sim]") {
  CHECK(std::size(kPlanted) + 1 == std::size(kPlantedBugNames));
}

TEST_CASE("simulator: the same seed is the same run", "[sim]") {
  REQUIRE(log::start({log::Level::kError, log::Format::kText, "/dev/null"}));
  for (const std::uint64_t seed : {7U, 8U, 9U}) {
    std::vector<std::string> first, second;
    const Plan plan = draw_plan(seed);
    const RunResult one = run_plan(plan, [&](const std::string& line) { first.push_back(line); });
    const RunResult two = run_plan(plan, [&](const std::string& line) { second.push_back(line); });
    CHECK(first == second);
    CHECK(one.statistics.events == two.statistics.events);
    CHECK(one.statistics.erp_creates == two.statistics.erp_creates);
    CHECK(one.statistics.documents > 0);
  }
}

}  // namespace tillsync::sim
