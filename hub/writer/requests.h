// What can be asked of the hub's stock, beside the facts that documents state: reservations, leases, safety stock, corrections.
// Unlike a fact a request may be refused. Producers (sync loop, API) make them, the reservations stage decides them in the
// transaction of the micro-batch. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/decimal.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/reservation.h"

namespace tillsync::hub {

/// Hold stock.
struct ReserveStock {
  ReservationRequest request;
  ContentHash hash;  // reservation_hash
};

enum class ReservationVerb : std::uint8_t { kConfirm, kPick, kReady, kRelease, kExtend, kBreak };

/// One step in the life of a reservation.
struct StepReservation {
  std::string reservation_id;
  ReservationVerb verb = ReservationVerb::kConfirm;
  std::optional<std::int64_t> ttl_s;   // kExtend: needed, this or hold_until; kConfirm: a new time limit, none when neither is given
  std::optional<Instant> hold_until;
  std::string reason;
};

/// Lease units of a SKU at a location to an agent.
struct GrantLease {
  std::string idempotency_key;
  AgentId agent_id;
  LocationId location;
  Sku sku;
  Quantity qty;
  std::int64_t ttl_s = 0;
  std::string reason;
};

enum class LeaseVerb : std::uint8_t {
  kRenew,   // ttl_s from now
  kShrink,  // to qty: the agent closes it and gets a smaller one
  kEnd,     // the agent closes it
  kForce,   // free what is left of a frozen or ended lease without the agent's word
};
struct StepLease {
  std::string lease_id;
  LeaseVerb verb = LeaseVerb::kEnd;
  Quantity qty;
  std::int64_t ttl_s = 0;
  std::string reason;
};

/// What is never promised. Location or SKU "" = all of them; the most exact entry counts: location and SKU, SKU, location, all.
struct SafetyStock {
  LocationId location;
  Sku sku;
  std::optional<Quantity> qty;  // none: the entry goes
};
struct PutSafetyStock {
  std::vector<SafetyStock> entries;
};

/// Make the sums of a position what its records say, as a recorded correction.
struct CorrectPositions {
  std::string reason;
};

using StockDemand = std::variant<ReserveStock, StepReservation, GrantLease, StepLease, PutSafetyStock, CorrectPositions>;

struct StockRequest {
  std::string scope;    // in which an idempotency key is one: a token's name, "agent:a_…"
  std::string who;      // recorded with each step
  LocationId location;  // of the agent that asks; "" = API
  std::string correlation_id;
  StockDemand demand;
};

/// As an HTTP answer: status and JSON body (a problem from 400 on).
struct StockAnswer {
  int status = 0;
  std::string body;
};

}  // namespace tillsync::hub
