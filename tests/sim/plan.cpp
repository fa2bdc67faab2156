#include "tests/sim/plan.h"

#include <algorithm>
#include <array>

#include "common/sync/jitter.h"
#include "tests/sim/shop.h"
#include "tests/sim/sim_erp.h"

namespace tillsync::sim {
namespace {

constexpr std::array kNames = {"partition", "reset",   "noise", "slow_link",  "kill", "kill_at_write", "kill_at_send", "disk_full",  "disk_errors",
                               "backup",    "restore", "clone", "clock_jump", "erp",  "erp_refuses",   "put_product",  "prune",      "close_day",
                               "rotate_keys"};
constexpr std::size_t kFaults = static_cast<std::size_t>(ActionKind::kCloseDay);

class Drawer {
 public:
  explicit Drawer(std::uint64_t seed) : random_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  std::int64_t upto(std::int64_t limit) { return static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(limit + 1)); }
  std::int64_t between(std::int64_t low, std::int64_t high) { return low + upto(high - low); }
  bool one_in(std::int64_t n) { return upto(n - 1) == 0; }
  Duration time(Duration limit) { return random_.up_to(limit); }
  /// Mostly short, now and then long.
  Duration while_of(Duration shortest, Duration longest) {
    const Duration limit = one_in(3) ? longest : Duration{shortest.micros + (longest.micros - shortest.micros) / 10};
    return shortest + random_.up_to(limit - shortest);
  }

 private:
  sync::Jitter random_;
};

int draw_stores(Drawer& draw) {
  const std::int64_t dice = draw.upto(99);
  if (dice < 40) return 1;
  if (dice < 80) return static_cast<int>(draw.between(2, 3));
  if (dice < 98) return static_cast<int>(draw.between(4, 8));
  return static_cast<int>(draw.between(20, 50));
}

Action draw_action(Drawer& draw, ActionKind kind, const Plan& plan) {
  Action action;
  action.kind = kind;
  action.at = seconds(1) + draw.time(plan.trade - seconds(1));  // the hub is set up by then
  action.who = static_cast<int>(draw.upto(plan.stores - 1));
  const bool at_hub = draw.one_in(3);
  switch (kind) {
    case ActionKind::kPartition:
      action.a = draw.between(1, 3);
      action.lasts = draw.while_of(milliseconds(50), seconds(900));
      break;
    case ActionKind::kReset: action.a = draw.upto(1); break;
    case ActionKind::kNoise:
      action.a = draw.upto(100);
      action.b = draw.upto(100);
      action.c = draw.upto(100);
      action.lasts = draw.while_of(seconds(1), seconds(600));
      break;
    case ActionKind::kSlowLink:
      action.a = draw.between(1, 600);
      action.b = draw.between(5'000, 1'000'000);
      action.lasts = draw.while_of(seconds(10), seconds(1'200));
      break;
    case ActionKind::kKill:
      if (at_hub) action.who = kHub;
      action.a = draw.upto(1);
      action.b = draw.upto(1);
      action.lasts = draw.while_of(milliseconds(100), seconds(600));
      break;
    case ActionKind::kKillAtWrite:
    case ActionKind::kKillAtSend:
      if (at_hub) action.who = kHub;
      action.a = draw.between(1, 40);
      action.b = draw.upto(1);
      action.lasts = draw.while_of(milliseconds(100), seconds(60));
      break;
    case ActionKind::kDiskFull:
      if (at_hub) action.who = kHub;
      action.lasts = draw.while_of(seconds(1), seconds(300));
      break;
    case ActionKind::kDiskErrors:
      if (at_hub) action.who = kHub;
      action.a = draw.between(1, 6);
      break;
    case ActionKind::kBackup:
    case ActionKind::kRestore:
      if (at_hub) action.who = kHub;
      action.a = draw.upto(1);
      action.lasts = draw.while_of(seconds(1), seconds(120));
      break;
    case ActionKind::kClone:
      action.a = draw.upto(1);
      action.lasts = draw.while_of(seconds(30), seconds(600));
      break;
    case ActionKind::kClockJump: action.a = draw.one_in(2) ? draw.between(-7'200'000, 7'200'000) : draw.between(-30'000, 30'000); break;
    case ActionKind::kErp:
      action.who = kHub;
      action.a = draw.between(1, static_cast<int>(ErpMode::kLast));
      action.lasts = draw.while_of(seconds(1), seconds(900));
      break;
    case ActionKind::kErpRefuses:
      action.who = kHub;
      action.a = draw.upto(kSkus - 1);
      action.lasts = draw.while_of(seconds(10), seconds(900));
      break;
    case ActionKind::kPutProduct:
      action.who = kHub;
      action.a = draw.upto(kSkus - 1);
      break;
    case ActionKind::kPrune:
    case ActionKind::kCloseDay:
    case ActionKind::kRotateKeys: break;
  }
  return action;
}

}  // namespace

std::string to_text(const Action& action) {
  std::string text = std::to_string(action.at.micros / 1'000) + " ms " + kNames[static_cast<std::size_t>(action.kind)] + " " +
                     (action.who == kHub ? "hub" : "store " + std::to_string(action.who));
  if (action.a != 0 || action.b != 0 || action.c != 0)
    text += " " + std::to_string(action.a) + "," + std::to_string(action.b) + "," + std::to_string(action.c);
  if (action.lasts.micros != 0) text += " for " + std::to_string(action.lasts.micros / 1'000) + " ms";
  return text;
}

Plan draw_plan(std::uint64_t seed, const PlanOptions& options) {
  Drawer draw(seed);
  Plan plan;
  plan.seed = seed;
  plan.stores = options.stores.value_or(draw_stores(draw));
  plan.tills = plan.stores > 8 ? 1 : static_cast<int>(draw.between(1, 3));
  plan.documents = plan.stores > 8 ? 8 : static_cast<int>(draw.between(5, 60));
  plan.trade = seconds(draw.between(300, 5'400));
  if (options.hours) plan.trade = seconds(static_cast<std::int64_t>(*options.hours * 3'600));
  // A few kinds of fault each time, some of them often: what never comes together in the average plan does in some.
  for (std::size_t kind = 0; kind < kFaults; ++kind) {
    if (!draw.one_in(3)) continue;
    const auto what = static_cast<ActionKind>(kind);
    const bool is_heavy = what == ActionKind::kClone || what == ActionKind::kRestore;
    for (std::int64_t left = draw.between(1, is_heavy ? 2 : 6); left > 0; --left) {
      const Action action = draw_action(draw, what, plan);
      if (what == ActionKind::kRestore) {
        // Mostly of a while ago: what has happened since is what it is about.
        Action backup;
        backup.kind = ActionKind::kBackup;
        backup.who = action.who;
        backup.at = std::max(seconds(1), action.at - draw.while_of(seconds(5), seconds(1'800)));
        plan.actions.push_back(backup);
      }
      plan.actions.push_back(action);
    }
  }
  // Behind all else, so that what else the plans of older seeds hold stays what it was.
  if (!draw.one_in(4)) {
    plan.holds = static_cast<int>(draw.between(5, 25 * std::min(plan.stores, 3)));
    plan.leases = static_cast<int>(draw.upto(8 * std::min(plan.stores, 5)));
    plan.leases_by_policy = draw.one_in(3);
    // Stores go dark for long enough to know it, and to promise on their own.
    for (std::int64_t left = plan.leases > 0 ? draw.between(1, 2 * std::min(plan.stores, 4)) : 0; left > 0; --left) {
      Action action = draw_action(draw, ActionKind::kPartition, plan);
      action.a = 3;
      action.lasts = seconds(draw.between(120, 2'400));
      plan.actions.push_back(action);
    }
  }
  if (draw.one_in(3)) plan.sum_after = seconds(draw.between(30, 900));
  if (draw.one_in(3))
    for (std::int64_t left = draw.between(1, 3); left > 0; --left) plan.actions.push_back(draw_action(draw, ActionKind::kCloseDay, plan));
  if (draw.one_in(3)) {
    for (std::int64_t left = draw.between(1, 2 * std::min(plan.stores, 4)); left > 0; --left) {
      const Action action = draw_action(draw, ActionKind::kRotateKeys, plan);
      // A disk from before the change is refused for good, as it should be: nothing that ends by itself.
      const bool has_copies = std::ranges::any_of(plan.actions, [&](const Action& other) {
        return other.who == action.who && (other.kind == ActionKind::kClone || other.kind == ActionKind::kRestore);
      });
      if (!has_copies) plan.actions.push_back(action);
    }
  }
  std::ranges::stable_sort(plan.actions, {}, &Action::at);
  return plan;
}

}  // namespace tillsync::sim
