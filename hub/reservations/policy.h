// The policy file: what the chain decides about holds, sourcing, rulings and leases. JSON; packaging/reservation-policy.json is the
// example. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/decimal.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"

namespace tillsync::hub {

/// What decides which reservation is broken first: the one with the lowest priority, the newest, the one worth least.
enum class RulingKey : std::uint8_t { kPriority, kAge, kValue };

/// What share of a class of SKUs each store's own agents may promise while they are dark.
struct LeaseRule {
  std::string stock_class;          // of product/1
  std::int64_t share_ppm = 0;       // of what is on hand, millionths
  Quantity min, max;                // of one lease; nothing is leased below min. max 0 = no bound
  std::int64_t ttl_s = 86'400;      // renewed at half of it, while the agent is heard
};

struct ReservationPolicy {
  std::int64_t hold_default_s = 900;     // of a request that says neither ttl_s nor hold_until
  std::vector<LocationId> nearest;       // where requests without locations look first; all others follow in the order of their names
  std::vector<RulingKey> ruling = {RulingKey::kPriority, RulingKey::kAge, RulingKey::kValue};
  bool ruling_re_sources = true;
  std::vector<LeaseRule> leases;
  std::int64_t dark_after_s = 120;       // a location that was not heard for so long is dark
};

/// kInvalid with what is wrong and where; an unknown member is an error that names the known ones.
Result<ReservationPolicy> parse_policy(std::string_view json);

inline constexpr std::size_t kPolicyBytesMax = 1'000'000;
inline constexpr std::int64_t kLeaseSecondsMin = 60;
inline constexpr std::int64_t kLeaseSecondsMax = 90 * 86'400;
inline constexpr std::int64_t kPpm = 1'000'000;

}  // namespace tillsync::hub
