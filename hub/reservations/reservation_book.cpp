#include "hub/reservations/reservation_book.h"

#include "hub/reservations/reservation_json.h"

namespace tillsync::hub {

void ReservationBook::change(Position& position, std::int64_t reserved_milli, std::int64_t leased_milli) {
  if (position.position_no == 0) position.position_no = rows_.next_position_no++;
  if (!position.is_changed) {
    position.is_changed = true;
    decision_.positions.push_back(&position);
  }
  position.is_moved = true;
  position.reserved_milli = minus(position.reserved_milli, minus(0, reserved_milli));
  position.leased_milli = minus(position.leased_milli, minus(0, leased_milli));
}

void ReservationBook::touch(Reservation& reservation) {
  if (std::exchange(reservation.is_changed, true)) return;
  decision_.reservations.push_back(&reservation);
}

void ReservationBook::touch(Lease& lease) {
  if (std::exchange(lease.is_changed, true)) return;
  decision_.leases.push_back(&lease);
}

void ReservationBook::add_entry(const ReservationPart& part, std::int64_t change_milli) {
  TS_CHECK(step_entries_ < kPartsPerReservation);
  decision_.entries.push_back({step_no_ * kPartsPerReservation + step_entries_++, part.part_no, change_milli});
}

Reservation& ReservationBook::open(Reservation reservation, std::string_view verb, const Cause& cause) {
  reservation.reservation_no = rows_.next_reservation_no++;
  reservation.created_at = batch_.now;
  const std::string id = reservation.id;
  Reservation& kept = rows_.reservations.insert_or_assign(id, std::move(reservation)).first->second;
  step(kept, verb, kept.state, cause);
  return kept;
}

void ReservationBook::add_part(Reservation& reservation, std::int64_t line_no, Position* position, std::int64_t qty_milli,
                               std::int64_t per_unit_milli) {
  TS_CHECK(static_cast<std::int64_t>(reservation.parts.size()) < kPartsPerReservation);
  ReservationPart part;
  part.part_no = reservation.reservation_no * kPartsPerReservation + static_cast<std::int64_t>(reservation.parts.size());
  part.line_no = line_no;
  part.position = position;
  part.qty_milli = qty_milli;
  part.per_unit_milli = per_unit_milli;
  part.is_changed = true;
  if (position == nullptr) {
    part.fulfilled_milli = qty_milli;
  } else {
    part.open_milli = qty_milli;
    change(*position, qty_milli, 0);
  }
  reservation.parts.push_back(part);
  touch(reservation);
}

void ReservationBook::step(Reservation& reservation, std::string_view verb, ReservationState state, const Cause& cause) {
  touch(reservation);
  step_no_ = rows_.next_step_no++;
  step_entries_ = 0;
  reservation.state = state;
  decision_.steps.push_back({step_no_, reservation.last_step_no, &reservation, verb, state, cause.who, cause.why, cause.event_no});
  reservation.last_step_no = step_no_;
  if (!is_breakable(state)) reservation.expires_at.reset();
}

void ReservationBook::take(Reservation& reservation, std::size_t index, std::int64_t milli, bool is_fulfilled) {
  ReservationPart& part = reservation.parts[index];
  TS_CHECK(milli > 0 && milli <= part.open_milli && part.position != nullptr);
  part.open_milli -= milli;
  if (is_fulfilled) part.fulfilled_milli += milli;
  part.is_changed = true;
  add_entry(part, -milli);
  change(*part.position, -milli, 0);
}

void ReservationBook::end(Reservation& reservation, std::string_view verb, ReservationState state, const Cause& cause) {
  TS_CHECK(!is_open(state));
  step(reservation, verb, state, cause);
  for (std::size_t index = 0; index < reservation.parts.size(); ++index) {
    if (const std::int64_t open = reservation.parts[index].open_milli; open > 0) take(reservation, index, open, false);
  }
}

void ReservationBook::set_expiry(Reservation& reservation, std::optional<Instant> expires_at) {
  reservation.expires_at = expires_at;
  touch(reservation);
}

Lease& ReservationBook::open_lease(Lease lease, const Cause& cause) {
  lease.lease_no = rows_.next_lease_no++;
  lease.granted_at = batch_.now;
  const std::int64_t qty = lease.qty_milli;
  const std::string id = lease.id;
  Lease& kept = rows_.leases.insert_or_assign(id, std::move(lease)).first->second;
  step(kept, "grant", LeaseState::kOpen, qty, cause);
  tell_agent(kept);
  return kept;
}

void ReservationBook::step(Lease& lease, std::string_view verb, LeaseState state, std::int64_t change_milli, const Cause& cause) {
  touch(lease);
  lease.state = state;
  lease.open_milli += change_milli;
  TS_CHECK(lease.open_milli >= 0);
  change(*lease.position, 0, change_milli);
  const std::int64_t step_no = rows_.next_lease_step_no++;
  decision_.lease_steps.push_back({step_no, lease.last_step_no, &lease, verb, state, change_milli, cause.who, cause.why, cause.event_no});
  lease.last_step_no = step_no;
}

void ReservationBook::tell_agent(const Lease& lease) {
  batch_.outbound.push_back({"agent:" + lease.agent_id.value, "lease/1", lease.id, lease_json(lease, rows_.wall_offset)});
}

void ReservationBook::raise(std::string_view code, std::string subject, std::string cause_key, const LocationId& location, std::string detail,
                            std::optional<std::int64_t> event_no) {
  ExceptionRaised raised;
  raised.code = code;
  raised.subject = std::move(subject);
  raised.cause_key = std::move(cause_key);
  raised.location = location;
  raised.event_no = event_no;
  raised.detail = std::move(detail);
  batch_.exceptions.push_back(std::move(raised));
}

void ReservationBook::settle(std::string_view code, std::string subject, std::string why) {
  batch_.settled.push_back({std::string(code), std::move(subject), std::move(why)});
}

}  // namespace tillsync::hub
