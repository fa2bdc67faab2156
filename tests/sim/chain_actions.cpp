// The faults of a plan, and the end of them all.
#include <algorithm>

#include "tests/sim/chain_world.h"

namespace tillsync::sim {
namespace {

constexpr int kCloneTill = 9;
constexpr Duration kClearUpEvery = seconds(30);

}  // namespace

void ChainWorld::apply(const Action& action) {
  using enum ActionKind;
  note(to_text(action));
  const bool is_hub = action.who == kHub;
  SimAgent* agent = is_hub ? nullptr : agents_[static_cast<std::size_t>(action.who)].get();
  Link* link = is_hub ? nullptr : &links_[static_cast<std::size_t>(action.who)];
  SimDisk& disk = is_hub ? hub_.disk : agent->disk;
  const Duration until = now_ + action.lasts;
  switch (action.kind) {
    case kPartition:
      if ((action.a & 1) != 0) link->blocked_up_until = std::max(link->blocked_up_until, until);
      if ((action.a & 2) != 0) link->blocked_down_until = std::max(link->blocked_down_until, until);
      break;
    case kReset:
      for (const wire::Lane lane : {wire::Lane::kData, wire::Lane::kControl}) {
        const auto open = agent->connections_.find(lane);
        if (open == agent->connections_.end()) continue;
        close_at_agent(open->second, action.a == 0);
        agent->link_broken(lane);
      }
      break;
    case kNoise:
      link->noise_until = until;
      link->drop = action.a;
      link->twice = action.b;
      link->swap = action.c;
      break;
    case kSlowLink:
      link->slow_until = until;
      link->one_way_ms = action.a;
      link->bytes_per_second = action.b;
      break;
    case kKill: apply_kill(action); break;
    case kKillAtWrite:
      disk.kill_after(static_cast<std::uint64_t>(action.a));
      (is_hub ? hub_.power_lost_next : agent->power_lost_next) = action.b != 0;
      (is_hub ? hub_.down_next : agent->down_next) = action.lasts;
      break;
    case kKillAtSend:
      (is_hub ? hub_.kill_at_send : agent->kill_at_send) = static_cast<std::uint64_t>(action.a);
      (is_hub ? hub_.power_lost_next : agent->power_lost_next) = action.b != 0;
      (is_hub ? hub_.down_next : agent->down_next) = action.lasts;
      break;
    case kDiskFull:
      disk.set_capacity(disk.used());
      later(action.lasts, [&disk] { disk.set_capacity(std::nullopt); });
      break;
    case kDiskErrors: disk.fail_next(static_cast<std::uint64_t>(action.a)); break;
    case kBackup:
      (is_hub ? hub_.backup : agent->backup) = disk.copy();
      if (!is_hub) taken_since_backup_[agent->number].clear();
      if (!is_hub) backup_at_[agent->number] = now_;
      break;
    case kRestore: apply_restore(action); break;
    case kClone: apply_clone(action); break;
    case kClockJump:
      agent->clock_ahead = agent->clock_ahead + milliseconds(action.a);
      clock_jumped_ = true;
      break;
    case kErp: {
      erp_.mode = static_cast<ErpMode>(action.a);
      later(action.lasts, [this, count = ++erp_modes_] {
        if (count == erp_modes_) erp_.mode = ErpMode::kUp;
      });
      break;
    }
    case kErpRefuses: {
      const std::string sku = sku_name(static_cast<int>(action.a));
      erp_.unknown_skus.insert(sku);
      erp_refused_ = true;
      later(action.lasts, [this, sku] { erp_.unknown_skus.erase(sku); });
      break;
    }
    case kPutProduct:
      if (hub_.is_running()) hub_.put_product(static_cast<int>(action.a), ++product_versions_.try_emplace(static_cast<int>(action.a), 1).first->second);
      break;
    case kCloseDay:
      if (hub_.is_running()) hub_.close_day(store_name(action.who));
      day_closed_ = true;
      break;
    case kRotateKeys:
      if (hub_.is_running()) hub_.rotate_keys(agent->key);
      break;
    case kPrune:
      pruned_ = true;
      agent->prune();
      break;
  }
}

void ChainWorld::apply_kill(const Action& action) {
  count_kill();
  if (action.who == kHub) {
    if (!hub_.is_running()) return;
    hub_.die(action.b == 0, action.a != 0);
    return hub_.boot_later(action.lasts);
  }
  SimAgent& agent = *agents_[static_cast<std::size_t>(action.who)];
  if (!agent.is_running()) return;
  agent.die(action.b == 0, action.a != 0);
  agent.boot_later(action.lasts);
}

void ChainWorld::apply_restore(const Action& action) {
  if (action.who == kHub) {
    if (!hub_.backup) return;
    hub_.die(true);
    hub_.disk.put_back(*hub_.backup);
    if (action.a != 0) hub_.renew_incarnation_at_boot();
    hub_restored_ = judge_restored_hub_ = true;
    close_lost_ = close_lost_ || day_closed_;
    hub_cursors_.clear();
    seen_reservation_step_ = kNotSeen;  // what an older state of the hub granted has been judged
    return hub_.boot_later(action.lasts);
  }
  SimAgent& agent = *agents_[static_cast<std::size_t>(action.who)];
  if (!agent.backup) return;
  agent.die(true);
  agent.disk.put_back(*agent.backup);
  agent_restored_ = true;
  agent_cursors_.erase(&agent);
  lost_with(agent, std::exchange(taken_since_backup_[agent.number], {}));
  shoppers_.lost_with(agent, backup_at_[agent.number]);
  agent.boot_later(action.lasts);
}

void ChainWorld::apply_clone(const Action& action) {
  const SimAgent& original = *agents_[static_cast<std::size_t>(action.who)];
  const int number = static_cast<int>(agents_.size());
  agents_.push_back(std::make_unique<SimAgent>(*this, number, original.store, "pc" + std::to_string(number)));
  SimAgent& clone = *agents_.back();
  clone.disk.put_back(original.disk.copy());
  clone.sells = action.a != 0;
  cloned_ = true;
  clone.boot();
  if (clone.sells) tills_.open_at(clone, kCloneTill + number);
  later(action.lasts, [this, &clone] {
    note("clone " + std::to_string(clone.number) + " is taken away");
    clone.retire();
    clone.sells = false;
    lost_with(clone, std::exchange(taken_since_backup_[clone.number], {}));
  });
}

/// The documents are on no store PC any more: where the hub has not got them, nobody has.
void ChainWorld::lost_with(SimAgent&, const std::vector<int>& doc_ids) {
  for (const int id : doc_ids) {
    Doc& doc = docs_[static_cast<std::size_t>(id)];
    doc.at_agent = false;
    if (!hub_has(doc)) doc.may_be_missing = true;
  }
}

void ChainWorld::hub_started() {
  if (!std::exchange(judge_restored_hub_, false)) return;
  for (Doc& doc : docs_)
    if (!doc.at_agent && !hub_has(doc)) doc.may_be_missing = true;
}

void ChainWorld::mend() {
  if (!std::exchange(mended_, true)) {
    mended_at_ = now_;
    note("all is mended");
    for (Link& link : links_) {
      link.blocked_up_until = link.blocked_down_until = now_;
      link.noise_until = link.slow_until = now_;
    }
    for (const auto& agent : agents_) {
      agent->disk.set_capacity(std::nullopt);
      agent->disk.fail_next(0);
      agent->disk.kill_after(0);
      agent->kill_at_send = 0;
    }
    hub_.disk.set_capacity(std::nullopt);
    hub_.disk.fail_next(0);
    hub_.disk.kill_after(0);
    hub_.kill_at_send = 0;
    ++erp_modes_;
    erp_.mode = ErpMode::kUp;
    erp_.unknown_skus.clear();
  }
  if (hub_.is_running()) hub_.clear_up();
  later(kClearUpEvery, [this] { mend(); });
}

}  // namespace tillsync::sim
