#include "hub/reservations/reservation_rows.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kSelectReservation =
    "SELECT reservation_no, scope, content_hash, state, promised_by, created_at, expires_at, correlation_id, last_step_no, answer, request"
    " FROM reservation WHERE reservation_id = $1 /* for update */";
constexpr std::string_view kSelectParts =
    "SELECT p.part_no, p.line_no, p.qty_milli, p.open_milli, p.fulfilled_milli, p.per_unit_milli, s.location, s.sku FROM reservation_part p"
    " LEFT JOIN stock_position s ON s.position_no = p.position_no WHERE p.part_no >= $1 AND p.part_no < $2 ORDER BY p.part_no";
constexpr std::string_view kSelectLease =
    "SELECT l.lease_no, l.agent_id, l.state, l.qty_milli, l.used_milli, l.open_milli, l.successor_milli, l.ttl_s, l.epoch, l.content_hash,"
    " l.is_by_policy, l.granted_at, l.expires_at, l.last_step_no, s.location, s.sku FROM lease l"
    " JOIN stock_position s ON s.position_no = l.position_no WHERE l.lease_id = $1 /* for update */";
constexpr std::string_view kSelectPosition =
    "SELECT position_no, reserved_milli, leased_milli FROM stock_position WHERE location = $1 AND sku = $2 /* for update */";
constexpr std::string_view kSelectOnHand =
    "SELECT coalesce(sum(on_hand_milli), 0) FROM stock_balance WHERE location = $1 AND sku = $2 AND state = 'sellable' AND owner = ''";

std::unexpected<Error> damaged(std::string_view id, const std::string& what) {
  return fail(ErrorCode::kCorrupt, "read reservation " + std::string(id), what, "verify the database and restore a backup");
}

Result<void> read_parts(sql::Connection& connection, Reservation& reservation, const PositionOf& position_of) {
  const std::int64_t first = reservation.reservation_no * kPartsPerReservation;
  std::optional<Error> failed;
  TS_RETURN_IF_ERROR(connection.query(kSelectParts, {first, first + kPartsPerReservation}, [&](const Row& row) {
    ReservationPart part;
    part.part_no = row.integer(0);
    part.line_no = row.integer(1);
    part.qty_milli = row.integer(2);
    part.open_milli = row.integer(3);
    part.fulfilled_milli = row.integer(4);
    part.per_unit_milli = row.integer(5);
    part.is_stored = true;
    if (!row.is_null(6)) {
      auto position = position_of({LocationId(std::string(row.text(6))), Sku(std::string(row.text(7)))});
      if (position)
        part.position = *position;
      else
        failed = position.error();
    }
    reservation.parts.push_back(part);
  }));
  if (failed) return std::unexpected(*std::move(failed));
  return {};
}

}  // namespace

Result<std::optional<Reservation>> read_reservation(sql::Connection& connection, std::string_view id, const PositionOf& position_of) {
  std::optional<Reservation> found;
  std::string problem;
  TS_RETURN_IF_ERROR(connection.query(kSelectReservation, {id}, [&](const Row& row) {
    Reservation& reservation = found.emplace();
    reservation.id = id;
    reservation.reservation_no = row.integer(0);
    reservation.scope = row.text(1);
    if (const auto hash = ContentHash::from_view(row.blob(2))) reservation.hash = *hash;
    const auto state = reservation_state(row.text(3));
    if (!state) problem = "its state is '" + std::string(row.text(3)) + "'";
    reservation.state = state.value_or(ReservationState::kRefused);
    reservation.promised_by = AgentId(std::string(row.text(4)));
    reservation.created_at = Instant{row.integer(5)};
    if (!row.is_null(6)) reservation.expires_at = Instant{row.integer(6)};
    reservation.correlation_id = row.text(7);
    reservation.last_step_no = row.integer(8);
    reservation.answer = row.text(9);
    auto request = decode_reservation(row.blob(10));
    if (request)
      reservation.request = std::move(*request);
    else
      problem = request.error().detail;
    reservation.is_stored = true;
  }));
  if (!problem.empty()) return damaged(id, problem);
  if (found) TS_RETURN_IF_ERROR(read_parts(connection, *found, position_of));
  return found;
}

Result<std::optional<Lease>> read_lease(sql::Connection& connection, std::string_view id, const PositionOf& position_of) {
  std::optional<Lease> found;
  PositionKey key;
  std::string problem;
  TS_RETURN_IF_ERROR(connection.query(kSelectLease, {id}, [&](const Row& row) {
    Lease& lease = found.emplace();
    lease.id = id;
    lease.lease_no = row.integer(0);
    lease.agent_id = AgentId(std::string(row.text(1)));
    const auto state = lease_state(row.text(2));
    if (!state) problem = "its state is '" + std::string(row.text(2)) + "'";
    lease.state = state.value_or(LeaseState::kFrozen);
    lease.qty_milli = row.integer(3);
    lease.used_milli = row.integer(4);
    lease.open_milli = row.integer(5);
    lease.successor_milli = row.integer(6);
    lease.ttl_s = row.integer(7);
    if (const auto epoch = EpochId::from_view(row.blob(8))) lease.epoch = *epoch;
    if (const auto hash = ContentHash::from_view(row.blob(9))) lease.hash = *hash;
    lease.is_by_policy = row.integer(10) != 0;
    lease.granted_at = Instant{row.integer(11)};
    lease.expires_at = Instant{row.integer(12)};
    lease.last_step_no = row.integer(13);
    lease.is_stored = true;
    key = {LocationId(std::string(row.text(14))), Sku(std::string(row.text(15)))};
  }));
  if (!problem.empty()) return damaged(id, problem);
  if (!found) return found;
  TS_ASSIGN_OR_RETURN(found->position, position_of(key));
  return found;
}

Result<void> read_position(sql::Connection& connection, Position& position) {
  const std::string_view location = position.key.location.view(), sku = position.key.sku.view();
  TS_RETURN_IF_ERROR(connection.query(kSelectPosition, {location, sku}, [&position](const Row& row) {
    position.position_no = row.integer(0);
    position.reserved_milli = row.integer(1);
    position.leased_milli = row.integer(2);
    position.is_stored = true;
  }));
  return connection.query(kSelectOnHand, {location, sku}, [&position](const Row& row) { position.on_hand_milli = row.integer(0); });
}

}  // namespace tillsync::hub
