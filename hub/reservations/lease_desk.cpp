#include "hub/reservations/lease_desk.h"

#include "common/crypto/crypto.h"
#include "hub/reservations/reservation_json.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kPolicyName = "policy";

std::string quantity(std::int64_t milli) { return format_quantity(Quantity{milli}); }

/// What a promise asked, as a request: so that rulings and people see the same fields of both.
ReservationRequest request_of(const Promise& promise) {
  ReservationRequest request;
  request.idempotency_key = promise.promise_id;
  request.purpose = promise.purpose;
  request.order_no = promise.order_no;
  request.contact_ref = promise.contact_ref;
  request.hold_until = promise.hold_until;
  for (const PromiseLine& line : promise.lines) {
    ReservationLine asked;
    asked.line_no = line.line_no;
    asked.sku = line.sku;
    asked.qty = line.qty;
    request.lines.push_back(std::move(asked));
  }
  return request;
}

ContentHash hash_of(const GrantLease& wanted) {
  const auto digest = sha256({BytesView("tillsync-lease-1"), wanted.agent_id.view(), BytesView("\n"), wanted.location.view(), BytesView("\n"), wanted.sku.view(),
                              BytesView("\n"), quantity(wanted.qty.milli), BytesView("\n"), std::to_string(wanted.ttl_s)});
  return *ContentHash::from_view(BytesView(digest.data(), digest.size()));
}

}  // namespace

EpochId LeaseDesk::epoch_of(const AgentId& agent_id) const {
  const auto found = rows_.epochs.find(agent_id.value);
  return found == rows_.epochs.end() ? EpochId{} : found->second;
}

void LeaseDesk::freeze(const AgentId& agent_id, const EpochId& epoch) {
  for (auto& [id, lease] : rows_.leases) {
    if (lease.agent_id != agent_id || lease.epoch == epoch) continue;
    if (lease.epoch == EpochId{}) {
      // It had sent nothing when it was given the lease: this is its first history.
      lease.epoch = epoch;
      book_.step(lease, "epoch", lease.state, 0, {"hub", "the agent's first documents came", {}});
      continue;
    }
    if (lease.state != LeaseState::kOpen && lease.state != LeaseState::kEnding) continue;
    book_.step(lease, "freeze", LeaseState::kFrozen, 0, {"hub", "the agent began a new history: what it promised before may be lost", {}});
    book_.tell_agent(lease);
    book_.raise("lease_frozen", lease.id, "agent:" + agent_id.value, lease.position->key.location,
                quantity(lease.open_milli) + " of " + lease.position->key.sku.value + " stay set apart for agent " + agent_id.value);
  }
}

Reservation* LeaseDesk::promise(const IncomingDocument& incoming, const Promise& promise) {
  Reservation reservation;
  reservation.id = promise.promise_id.empty() ? event_id_text(incoming.event_id) : promise.promise_id;
  const bool is_taken = rows_.reservations.contains(reservation.id);
  if (is_taken) {
    book_.raise("promise_id_taken", event_id_text(incoming.event_id), "agent:" + incoming.agent_id.value, incoming.location,
                "a reservation has the id " + reservation.id + " already", incoming.event_no);
    reservation.id = event_id_text(incoming.event_id);
    if (rows_.reservations.contains(reservation.id)) return nullptr;
  }
  reservation.scope = incoming.agent_id.empty() ? "location:" + incoming.location.value : "agent:" + incoming.agent_id.value;
  reservation.hash = incoming.content_hash;
  reservation.state = ReservationState::kConfirmed;
  reservation.promised_by = incoming.agent_id.empty() ? AgentId(incoming.location.value) : incoming.agent_id;
  reservation.request = request_of(promise);
  reservation.correlation_id = incoming.correlation_id;
  if (promise.hold_until) {
    // The agent's clock said when; the measured difference makes it the hub's.
    const Instant until = *promise.hold_until + incoming.clock_skew.value_or(Duration{});
    reservation.expires_at = rows_.hold_now + std::max(until - batch_.now, Duration{0});
  }
  Reservation& kept = book_.open(std::move(reservation), "promise", {"agent:" + incoming.agent_id.value, "promised while it was dark", incoming.event_no});
  for (const PromiseLine& line : promise.lines) {
    if (line.qty.milli > 0 && !line.sku.empty()) use(incoming, promise, kept, line);
  }
  return &kept;
}

void LeaseDesk::use(const IncomingDocument& incoming, const Promise& promise, Reservation& reservation, const PromiseLine& line) {
  const auto found = rows_.leases.find(line.lease_id);
  Lease* lease = found == rows_.leases.end() ? nullptr : &found->second;
  if (lease != nullptr && lease->position->key.sku != line.sku) lease = nullptr;
  Position* position = lease != nullptr ? lease->position : nullptr;
  if (position == nullptr) {
    const auto own = rows_.positions.find(PositionKey{incoming.location, line.sku});
    if (own == rows_.positions.end()) return;
    position = &own->second;
  }
  book_.add_part(reservation, line.line_no, position, line.qty.milli, 1'000);
  const std::int64_t covered = lease == nullptr ? 0 : std::min(lease->open_milli, line.qty.milli);
  if (lease != nullptr) {
    lease->used_milli += line.qty.milli;
    book_.step(*lease, "promise", lease->state, -covered, {"agent:" + incoming.agent_id.value, promise.promise_id, incoming.event_no});
  }
  if (covered < line.qty.milli)
    book_.raise("promise_beyond_lease", event_id_text(incoming.event_id), "agent:" + incoming.agent_id.value, incoming.location,
                quantity(line.qty.milli - covered) + " of " + line.sku.value + " promised beyond lease " +
                    (line.lease_id.empty() ? std::string("(none named)") : line.lease_id),
                incoming.event_no);
}

void LeaseDesk::close(const IncomingDocument& incoming, const LeaseClose& close) {
  const auto found = rows_.leases.find(close.lease_id);
  if (found == rows_.leases.end()) {
    book_.raise("lease_unknown", event_id_text(incoming.event_id), "agent:" + incoming.agent_id.value, incoming.location,
                "lease " + close.lease_id + " is not known here", incoming.event_no);
    return;
  }
  Lease& lease = found->second;
  const Cause cause{"agent:" + incoming.agent_id.value, close.reason ? close.reason->text.value : std::string(), incoming.event_no};
  // A frozen lease is a person's to decide: the agent's word comes from a history with a hole.
  if (lease.state == LeaseState::kFrozen || !is_open(lease.state)) return;
  const std::int64_t free = std::clamp<std::int64_t>(close.unused.milli, 0, lease.open_milli);
  const bool agrees = free == lease.open_milli && close.unused.milli == lease.open_milli && close.used.milli == lease.used_milli;
  if (!agrees) {
    book_.step(lease, "close", LeaseState::kFrozen, -free, cause);
    book_.tell_agent(lease);
    book_.raise("lease_mismatch", lease.id, "agent:" + lease.agent_id.value, lease.position->key.location,
                "the agent says " + quantity(close.used.milli) + " used and " + quantity(close.unused.milli) + " unused, the records " +
                    quantity(lease.used_milli) + " and " + quantity(lease.open_milli + free),
                incoming.event_no);
    return;
  }
  book_.step(lease, "close", LeaseState::kClosed, -free, cause);
  book_.tell_agent(lease);
  if (lease.successor_milli == 0) return;
  const std::int64_t next = std::min(lease.successor_milli, lease.position->available_milli());
  if (next <= 0) return;
  Position& position = *lease.position;
  grant(lease_id_of(lease.id, "successor"), lease.agent_id, position, next, lease.ttl_s, lease.hash, lease.is_by_policy,
        {std::string(kPolicyName), "what is left of " + lease.id, {}});
}

void LeaseDesk::end(Lease& lease, std::string_view verb, const Cause& cause) {
  if (lease.state != LeaseState::kOpen) return;
  book_.step(lease, verb, LeaseState::kEnding, 0, cause);
  book_.tell_agent(lease);
}

void LeaseDesk::expire(Lease& lease) { end(lease, "expire", {"hub", "its time is over", {}}); }

void LeaseDesk::recall(Lease& lease) { end(lease, "end", {"hub", "less is on hand than is promised", {}}); }

void LeaseDesk::renew(Lease& lease, std::int64_t ttl_s, const Cause& cause) {
  lease.ttl_s = ttl_s;
  lease.expires_at = rows_.hold_now + seconds(ttl_s);
  book_.step(lease, "renew", LeaseState::kOpen, 0, cause);
  book_.tell_agent(lease);
}

Lease& LeaseDesk::grant(const std::string& id, const AgentId& agent_id, Position& position, std::int64_t qty_milli, std::int64_t ttl_s, const ContentHash& hash,
                        bool is_by_policy, const Cause& cause) {
  Lease lease;
  lease.id = id;
  lease.agent_id = agent_id;
  lease.position = &position;
  lease.qty_milli = qty_milli;
  lease.ttl_s = ttl_s;
  lease.hash = hash;
  lease.is_by_policy = is_by_policy;
  lease.epoch = epoch_of(agent_id);
  lease.expires_at = rows_.hold_now + seconds(ttl_s);
  return book_.open_lease(std::move(lease), cause);
}

StockAnswer LeaseDesk::grant(const StockRequest& request, const GrantLease& wanted, Position* position) {
  const std::string id = lease_id_of(request.scope, wanted.idempotency_key);
  const ContentHash hash = hash_of(wanted);
  if (const auto found = rows_.leases.find(id); found != rows_.leases.end()) {
    if (found->second.hash == hash) return {201, lease_json(found->second, rows_.wall_offset)};
    return problem_answer(422, "idempotency_key_reused", "Idempotency-Key was used for something else",
                          "this key was used for another lease; take a new key for a new request");
  }
  TS_CHECK(position != nullptr);
  const std::int64_t available = position->available_milli();
  if (wanted.qty.milli > available)
    return problem_answer(409, "insufficient_stock", "Not enough stock",
                          wanted.sku.value + ": " + quantity(wanted.qty.milli) + " asked, " + quantity(std::max<std::int64_t>(0, available)) + " available");
  const Lease& lease = grant(id, wanted.agent_id, *position, wanted.qty.milli, wanted.ttl_s, hash, false, {request.who, wanted.reason, {}});
  return {201, lease_json(lease, rows_.wall_offset)};
}

StockAnswer LeaseDesk::step(const StockRequest& request, const StepLease& wanted) {
  const auto found = rows_.leases.find(wanted.lease_id);
  if (found == rows_.leases.end()) return problem_answer(404, "not_found", "Not found", "no lease " + wanted.lease_id);
  Lease& lease = found->second;
  const Cause cause{request.who, wanted.reason, {}};
  const auto conflict = [&lease](std::string_view instead) {
    return problem_answer(409, "wrong_state", "Not now", "the lease is " + std::string(to_string(lease.state)) + "; " + std::string(instead));
  };
  switch (wanted.verb) {
    case LeaseVerb::kRenew:
      if (lease.state != LeaseState::kOpen) return conflict("grant a new one");
      renew(lease, wanted.ttl_s, cause);
      break;
    case LeaseVerb::kShrink:
      if (lease.state != LeaseState::kOpen) return conflict("only an open one can become smaller");
      if (wanted.qty.milli >= lease.open_milli)
        return problem_answer(422, "bad_quantity", "A quantity is not above zero and below what is leased",
                              quantity(lease.open_milli) + " are leased; grant another lease for more", "/qty");
      lease.successor_milli = wanted.qty.milli;
      end(lease, "shrink", cause);
      break;
    case LeaseVerb::kEnd:
      if (lease.state == LeaseState::kFrozen) return conflict("decide whether to force it");
      lease.successor_milli = 0;
      end(lease, "end", cause);
      break;
    case LeaseVerb::kForce:
      if (lease.state == LeaseState::kForced || lease.state == LeaseState::kClosed) break;
      if (lease.state == LeaseState::kOpen) return conflict("end it first: only the agent knows what it has promised");
      if (wanted.reason.empty())
        return problem_answer(422, "missing_field", "A field that is needed is not given",
                              "say why: what the agent promised out of it and has not told is sold twice", "/reason");
      book_.step(lease, "force", LeaseState::kForced, -lease.open_milli, cause);
      book_.tell_agent(lease);
      book_.settle("lease_frozen", lease.id, "forced by " + request.who);
      book_.settle("lease_mismatch", lease.id, "forced by " + request.who);
      break;
  }
  return {200, lease_json(lease, rows_.wall_offset)};
}

void LeaseDesk::follow_policy(const LeaseWish& wish) {
  const Cause cause{std::string(kPolicyName), "share of the class", {}};
  if (wish.lease != nullptr) {
    if (wish.lease->state != LeaseState::kOpen) return;
    if (wish.qty_milli == 0) {
      end(*wish.lease, "end", cause);
    } else if (wish.qty_milli < wish.lease->open_milli) {
      wish.lease->successor_milli = wish.qty_milli;
      end(*wish.lease, "shrink", cause);
    } else {
      renew(*wish.lease, wish.ttl_s, cause);
    }
    return;
  }
  const std::int64_t qty = std::min(wish.qty_milli, wish.position->available_milli());
  if (qty <= 0) return;
  const std::string key = wish.position->key.location.value + "\n" + wish.position->key.sku.value + "\n" + std::to_string(rows_.next_lease_no);
  grant(lease_id_of("policy/" + wish.agent_id.value, key), wish.agent_id, *wish.position, qty, wish.ttl_s, ContentHash{}, true, cause);
}

}  // namespace tillsync::hub
