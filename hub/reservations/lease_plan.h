// What the policy wants of one agent's leases: a share of what is on hand of the SKUs of a class. Pure. Source: ARCHITECTURE section 6
// "Quota leases", packaging/reservation-policy.json.
#pragma once

#include <cstdint>
#include <optional>

#include "hub/reservations/policy.h"
#include "hub/reservations/reservations.h"

namespace tillsync::hub {

/// An agent that may hold leases of its location's stock.
struct LeaseHolder {
  AgentId agent_id;
  LocationId location;
  bool is_heard = false;          // of late: what it is told reaches it
  std::int64_t agents_there = 1;  // at the location, itself among them
};

/// Whole units: the share of what is on hand, parted among the location's agents, within the rule's bounds; 0 when that is below its
/// least.
std::int64_t lease_target_milli(const LeaseRule& rule, std::int64_t on_hand_milli, std::int64_t agents_there);

/// What is to be done about one SKU, `lease` being the open one by policy. A lease is renewed from half of its time on, shrunk when it is
/// more than twice the target, so that sales do not make it go to and fro, and ended when nothing is left to lease or the SKU has left the
/// class (rule none). Nothing is granted to, or asked of, an agent that is not heard.
std::optional<LeaseWish> plan_lease(const LeaseHolder& holder, const LeaseRule* rule, Position& position, Lease* lease, Instant hold_now);

}  // namespace tillsync::hub
