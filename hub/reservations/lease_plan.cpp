#include "hub/reservations/lease_plan.h"

#include <algorithm>

#include "hub/masterdata/product_facts.h"

namespace tillsync::hub {
namespace {

__extension__ using Int128 = __int128;

}  // namespace

std::int64_t lease_target_milli(const LeaseRule& rule, std::int64_t on_hand_milli, std::int64_t agents_there) {
  if (on_hand_milli <= 0 || agents_there <= 0) return 0;
  const Int128 share = static_cast<Int128>(on_hand_milli) * rule.share_ppm / kPpm / agents_there;
  std::int64_t target = static_cast<std::int64_t>(share) / kUnitMilli * kUnitMilli;
  if (rule.max.milli > 0) target = std::min(target, rule.max.milli);
  return target < std::max<std::int64_t>(rule.min.milli, 1) ? 0 : target;
}

std::optional<LeaseWish> plan_lease(const LeaseHolder& holder, const LeaseRule* rule, Position& position, Lease* lease, Instant hold_now) {
  if (!holder.is_heard) return std::nullopt;
  const std::int64_t target = rule == nullptr ? 0 : lease_target_milli(*rule, position.on_hand_milli, holder.agents_there);
  LeaseWish wish{holder.agent_id, &position, target, rule == nullptr ? 0 : rule->ttl_s, lease};
  if (lease == nullptr) return target > 0 ? std::optional(wish) : std::nullopt;
  if (lease->state != LeaseState::kOpen) return std::nullopt;
  if (target == 0) return wish;
  if (lease->open_milli > 2 * target) return wish;
  wish.qty_milli = lease->open_milli;  // as large as it is
  const bool is_half_over = lease->expires_at - hold_now <= Duration{seconds(lease->ttl_s).micros / 2};
  return is_half_over ? std::optional(wish) : std::nullopt;
}

}  // namespace tillsync::hub
