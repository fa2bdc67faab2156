#include "hub/reservations/reservation_store.h"

#include "common/sql/migrate.h"
#include "hub/reservations/reservation_loader.h"
#include "hub/reservations/reservation_rows.h"
#include "hub/reservations/schema.h"
#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kSelectSpokenFor =
    "SELECT location, sku FROM stock_position WHERE reserved_milli <> 0 OR leased_milli <> 0";
constexpr std::string_view kSelectNumbers =
    "SELECT (SELECT coalesce(max(position_no), 0) FROM stock_position), (SELECT coalesce(max(reservation_no), 0) FROM reservation),"
    " (SELECT coalesce(max(step_no), 0) FROM reservation_step), (SELECT coalesce(max(lease_no), 0) FROM lease),"
    " (SELECT coalesce(max(step_no), 0) FROM lease_step)";
constexpr std::string_view kSelectClock = "SELECT hold_at, wall_at FROM reservation_clock";
constexpr std::string_view kPutClock =
    "INSERT INTO reservation_clock (one, hold_at, wall_at) VALUES (1, $1, $2) ON CONFLICT (one) DO UPDATE SET hold_at = excluded.hold_at,"
    " wall_at = excluded.wall_at";
constexpr std::string_view kSelectSafety = "SELECT location, sku, qty_milli FROM safety_stock";
constexpr std::string_view kPutSafety =
    "INSERT INTO safety_stock (location, sku, qty_milli) VALUES ($1, $2, $3) ON CONFLICT (location, sku) DO UPDATE SET qty_milli = excluded.qty_milli";
constexpr std::string_view kDropSafety = "DELETE FROM safety_stock WHERE location = $1 AND sku = $2";
constexpr std::string_view kSelectNextExpiry =
    "SELECT min(at) FROM (SELECT min(expires_at) AS at FROM reservation WHERE expires_at IS NOT NULL"
    " UNION ALL SELECT min(expires_at) FROM lease WHERE state = 'open')";
constexpr std::string_view kSelectLeaseEpochs =
    "SELECT DISTINCT l.agent_id, coalesce((SELECT e.epoch FROM agent_epoch e WHERE e.agent_id = l.agent_id ORDER BY e.epoch_no DESC LIMIT 1), zeroblob(16))"
    " FROM lease l WHERE l.state IN ('open', 'ending', 'frozen')";

constexpr std::size_t kPositionWidth = 5;
constexpr std::string_view kInsertPosition = "INSERT INTO stock_position (position_no, location, sku, reserved_milli, leased_milli) VALUES";
constexpr std::string_view kUpdatePosition = "UPDATE stock_position SET reserved_milli = $2, leased_milli = $3 WHERE position_no = $1";
constexpr std::size_t kReservationWidth = 15;
constexpr std::string_view kInsertReservation =
    "INSERT INTO reservation (reservation_no, reservation_id, scope, content_hash, state, priority, channel, order_no, promised_by, created_at,"
    " expires_at, correlation_id, last_step_no, answer, request) VALUES";
constexpr std::string_view kUpdateReservation =
    "UPDATE reservation SET state = $2, expires_at = $3, last_step_no = $4 WHERE reservation_no = $1";
constexpr std::size_t kPartWidth = 7;
constexpr std::string_view kInsertPart =
    "INSERT INTO reservation_part (part_no, line_no, position_no, qty_milli, open_milli, fulfilled_milli, per_unit_milli) VALUES";
constexpr std::string_view kUpdatePart = "UPDATE reservation_part SET open_milli = $2, fulfilled_milli = $3 WHERE part_no = $1";
constexpr std::size_t kStepWidth = 9;
constexpr std::string_view kInsertStep =
    "INSERT INTO reservation_step (step_no, reservation_no, previous_step_no, at, verb, state, who, why, event_no) VALUES";
constexpr std::size_t kEntryWidth = 3;
constexpr std::string_view kInsertEntry = "INSERT INTO reservation_entry (entry_no, part_no, change_milli) VALUES";
constexpr std::string_view kInsertLease =
    "INSERT INTO lease (lease_no, lease_id, agent_id, position_no, state, qty_milli, used_milli, open_milli, successor_milli, ttl_s, epoch,"
    " content_hash, is_by_policy, granted_at, expires_at, last_step_no) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
constexpr std::string_view kUpdateLease =
    "UPDATE lease SET state = $2, used_milli = $3, open_milli = $4, successor_milli = $5, ttl_s = $6, epoch = $7, expires_at = $8, last_step_no = $9"
    " WHERE lease_no = $1";
constexpr std::size_t kLeaseStepWidth = 10;
constexpr std::string_view kInsertLeaseStep =
    "INSERT INTO lease_step (step_no, lease_no, previous_step_no, at, verb, state, change_milli, who, why, event_no) VALUES";
constexpr std::string_view kPutAwaited =
    "INSERT INTO reservation_awaited (event_no, reservation_id, location, sku, qty_milli) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (reservation_id, event_no, location, sku) DO UPDATE SET qty_milli = qty_milli + excluded.qty_milli";
constexpr std::string_view kDropAwaited = "DELETE FROM reservation_awaited WHERE reservation_id = $1";
constexpr std::string_view kInsertCorrection =
    "INSERT INTO position_correction (position_no, at, reserved_before_milli, reserved_after_milli, leased_before_milli, leased_after_milli, who, why)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

Param or_null(const std::optional<Instant>& instant) { return instant ? Param(instant->micros) : Param(nullptr); }
Param or_null(const std::optional<std::int64_t>& number) { return number ? Param(*number) : Param(nullptr); }

Result<void> write_positions(sql::Connection& connection, const ReservationDecision& decision) {
  static const BulkInsert kInsert(kInsertPosition, kPositionWidth);
  std::vector<Param> fresh, changed;
  for (const Position* position : decision.positions) {
    if (position->is_stored)
      changed.insert(changed.end(), {position->position_no, position->reserved_milli, position->leased_milli});
    else
      fresh.insert(fresh.end(), {position->position_no, position->key.location.view(), position->key.sku.view(), position->reserved_milli,
                                 position->leased_milli});
  }
  TS_RETURN_IF_ERROR(kInsert.run(connection, fresh));
  TS_RETURN_IF_ERROR(connection.run_each(kUpdatePosition, 3, changed));
  return {};
}

Result<void> write_reservations(sql::Connection& connection, const ReservationDecision& decision) {
  static const BulkInsert kInsert(kInsertReservation, kReservationWidth), kInsertParts(kInsertPart, kPartWidth);
  std::vector<Param> fresh, changed, fresh_parts, changed_parts;
  std::vector<Bytes> requests;
  requests.reserve(decision.reservations.size());  // the params borrow them
  for (const Reservation* reservation : decision.reservations) {
    if (reservation->is_stored) {
      changed.insert(changed.end(), {reservation->reservation_no, to_string(reservation->state), or_null(reservation->expires_at), reservation->last_step_no});
    } else {
      const ReservationRequest& request = reservation->request;
      requests.push_back(encode_reservation(request));
      fresh.insert(fresh.end(), {reservation->reservation_no, std::string_view(reservation->id), std::string_view(reservation->scope),
                                 Blob{reservation->hash.view()}, to_string(reservation->state), request.priority, std::string_view(request.channel),
                                 std::string_view(request.order_no), reservation->promised_by.view(), reservation->created_at.micros,
                                 or_null(reservation->expires_at), std::string_view(reservation->correlation_id), reservation->last_step_no,
                                 std::string_view(reservation->answer), Blob{requests.back()}});
    }
    for (const ReservationPart& part : reservation->parts) {
      if (!part.is_changed) continue;
      if (part.is_stored)
        changed_parts.insert(changed_parts.end(), {part.part_no, part.open_milli, part.fulfilled_milli});
      else
        fresh_parts.insert(fresh_parts.end(), {part.part_no, part.line_no, part.position == nullptr ? std::int64_t{0} : part.position->position_no,
                                               part.qty_milli, part.open_milli, part.fulfilled_milli, part.per_unit_milli});
    }
  }
  TS_RETURN_IF_ERROR(kInsert.run(connection, fresh));
  TS_RETURN_IF_ERROR(connection.run_each(kUpdateReservation, 4, changed));
  TS_RETURN_IF_ERROR(kInsertParts.run(connection, fresh_parts));
  TS_RETURN_IF_ERROR(connection.run_each(kUpdatePart, 3, changed_parts));
  return {};
}

Result<void> write_steps(sql::Connection& connection, Instant now, const ReservationDecision& decision) {
  static const BulkInsert kSteps(kInsertStep, kStepWidth), kEntries(kInsertEntry, kEntryWidth), kLeaseSteps(kInsertLeaseStep, kLeaseStepWidth);
  std::vector<Param> steps, entries, lease_steps;
  for (const ReservationStep& step : decision.steps)
    steps.insert(steps.end(), {step.step_no, step.reservation->reservation_no, step.previous_step_no, now.micros, step.verb, to_string(step.state),
                               std::string_view(step.who), std::string_view(step.why), or_null(step.event_no)});
  for (const ReservationEntry& entry : decision.entries) entries.insert(entries.end(), {entry.entry_no, entry.part_no, entry.change_milli});
  for (const LeaseStep& step : decision.lease_steps)
    lease_steps.insert(lease_steps.end(), {step.step_no, step.lease->lease_no, step.previous_step_no, now.micros, step.verb, to_string(step.state),
                                           step.change_milli, std::string_view(step.who), std::string_view(step.why), or_null(step.event_no)});
  TS_RETURN_IF_ERROR(kSteps.run(connection, steps));
  TS_RETURN_IF_ERROR(kEntries.run(connection, entries));
  TS_RETURN_IF_ERROR(kLeaseSteps.run(connection, lease_steps));
  return {};
}

Result<void> write_leases(sql::Connection& connection, const ReservationDecision& decision) {
  for (const Lease* lease : decision.leases) {
    if (lease->is_stored) {
      TS_RETURN_IF_ERROR(connection.run(kUpdateLease, {lease->lease_no, to_string(lease->state), lease->used_milli, lease->open_milli, lease->successor_milli,
                                                       lease->ttl_s, Blob{lease->epoch.view()}, lease->expires_at.micros, lease->last_step_no}));
    } else {
      TS_RETURN_IF_ERROR(connection.run(
          kInsertLease, {lease->lease_no, std::string_view(lease->id), lease->agent_id.view(), lease->position->position_no, to_string(lease->state),
                         lease->qty_milli, lease->used_milli, lease->open_milli, lease->successor_milli, lease->ttl_s, Blob{lease->epoch.view()},
                         Blob{lease->hash.view()}, std::int64_t{lease->is_by_policy}, lease->granted_at.micros, lease->expires_at.micros,
                         lease->last_step_no}));
    }
  }
  return {};
}

Result<void> write_awaited(sql::Connection& connection, const ReservationDecision& decision) {
  for (const std::string& id : decision.awaited_done) TS_RETURN_IF_ERROR(connection.run(kDropAwaited, {std::string_view(id)}));
  for (const AwaitedSale& sale : decision.awaited)
    TS_RETURN_IF_ERROR(connection.run(kPutAwaited, {sale.event_no, std::string_view(sale.reservation_id), sale.key.location.view(), sale.key.sku.view(),
                                                    sale.qty_milli}));
  return {};
}

Result<void> write_safety_stock(sql::Connection& connection, const ReservationDecision& decision) {
  for (const SafetyStock& entry : decision.safety_stock) {
    if (entry.qty)
      TS_RETURN_IF_ERROR(connection.run(kPutSafety, {entry.location.view(), entry.sku.view(), entry.qty->milli}));
    else
      TS_RETURN_IF_ERROR(connection.run(kDropSafety, {entry.location.view(), entry.sku.view()}));
  }
  return {};
}

Result<void> write_corrections(sql::Connection& connection, Instant now, const ReservationDecision& decision) {
  for (const PositionDifference& difference : decision.corrections) {
    TS_RETURN_IF_ERROR(connection.run(kInsertCorrection, {difference.position->position_no, now.micros, difference.reserved_before_milli,
                                                          difference.reserved_milli, difference.leased_before_milli, difference.leased_milli,
                                                          std::string_view(decision.corrected_by), std::string_view(decision.correction_reason)}));
  }
  return {};
}

bool is_empty(const ReservationDecision& decision) {
  return decision.positions.empty() && decision.reservations.empty() && decision.leases.empty() && decision.awaited.empty() &&
         decision.awaited_done.empty() && decision.safety_stock.empty() && decision.corrections.empty();
}

}  // namespace

Result<void> migrate_reservations(sql::Connection& connection) {
  return sql::migrate(connection, "hub/reservations", reservations_schema::migrations());
}

std::int64_t safety_of(const SafetyStocks& safety, const PositionKey& key) {
  if (safety.empty()) return 0;
  using Texts = std::pair<std::string, std::string>;
  for (const Texts& candidate : {Texts{key.location.value, key.sku.value}, Texts{"", key.sku.value}, Texts{key.location.value, ""}, Texts{"", ""}}) {
    if (const auto found = safety.find(candidate); found != safety.end()) return found->second;
  }
  return 0;
}

Result<void> ReservationStore::load_spoken_for(Positions& positions) {
  std::vector<PositionKey> keys;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSpokenFor, {}, [&keys](const Row& row) {
    keys.push_back({LocationId(std::string(row.text(0))), Sku(std::string(row.text(1)))});
  }));
  for (PositionKey& key : keys) {
    Position position;
    position.key = key;
    TS_RETURN_IF_ERROR(read_position(connection_, position));
    position.safety_milli = safety_of(safety_, key);
    position.is_oversold = position.shortage_milli() > 0;
    positions.emplace(std::move(key), std::move(position));
  }
  return {};
}

Result<void> ReservationStore::load_numbers(ReservationRows& rows) {
  return connection_.query(kSelectNumbers, {}, [&rows](const Row& row) {
    rows.next_position_no = row.integer(0) + 1;
    rows.next_reservation_no = row.integer(1) + 1;
    rows.next_step_no = row.integer(2) + 1;
    rows.next_lease_no = row.integer(3) + 1;
    rows.next_lease_step_no = row.integer(4) + 1;
  });
}

Result<std::optional<HoldClockMark>> ReservationStore::load_clock() {
  std::optional<HoldClockMark> mark;
  TS_RETURN_IF_ERROR(connection_.query(kSelectClock, {}, [&mark](const Row& row) { mark = HoldClockMark{Instant{row.integer(0)}, Instant{row.integer(1)}}; }));
  return mark;
}

Result<SafetyStocks> ReservationStore::load_safety_stock() {
  SafetyStocks safety;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSafety, {}, [&safety](const Row& row) {
    safety[{std::string(row.text(0)), std::string(row.text(1))}] = row.integer(2);
  }));
  return safety;
}

Result<std::optional<Instant>> ReservationStore::next_expiry() {
  std::optional<Instant> next;
  TS_RETURN_IF_ERROR(connection_.query(kSelectNextExpiry, {}, [&next](const Row& row) {
    if (!row.is_null(0)) next = Instant{row.integer(0)};
  }));
  return next;
}

Result<std::map<std::string, EpochId, std::less<>>> ReservationStore::lease_epochs() {
  std::map<std::string, EpochId, std::less<>> epochs;
  TS_RETURN_IF_ERROR(connection_.query(kSelectLeaseEpochs, {}, [&epochs](const Row& row) {
    if (const auto epoch = EpochId::from_view(row.blob(1))) epochs[std::string(row.text(0))] = *epoch;
  }));
  return epochs;
}

Result<void> ReservationStore::load(const MicroBatch& batch, KnownCatalogue& known, const ReservationPolicy& policy, const Upkeep& upkeep, ReservationRows& rows) {
  ReservationLoader loader(connection_, safety_, known, policy, rows);
  TS_RETURN_IF_ERROR(loader.load_documents(batch));
  TS_RETURN_IF_ERROR(loader.load_requests(batch));
  if (upkeep.has_due) TS_RETURN_IF_ERROR(loader.load_due());
  for (const PositionKey& key : upkeep.shelves) {
    TS_ASSIGN_OR_RETURN(Position * shelf, loader.position(key));
    rows.shelves.push_back(shelf);
  }
  if (upkeep.lease_holder) TS_RETURN_IF_ERROR(loader.load_wishes(*upkeep.lease_holder));
  return loader.load_suspects(batch);
}

Result<void> ReservationStore::write(const MicroBatch& batch, const ReservationRows& rows, const ReservationDecision& decision) {
  if (is_empty(decision)) return {};
  TS_RETURN_IF_ERROR(write_positions(connection_, decision));
  TS_RETURN_IF_ERROR(write_reservations(connection_, decision));
  TS_RETURN_IF_ERROR(write_leases(connection_, decision));
  TS_RETURN_IF_ERROR(write_steps(connection_, batch.now, decision));
  TS_RETURN_IF_ERROR(write_awaited(connection_, decision));
  TS_RETURN_IF_ERROR(write_safety_stock(connection_, decision));
  TS_RETURN_IF_ERROR(write_corrections(connection_, batch.now, decision));
  // The wall clock as it is shown, so that readers show the same times.
  TS_RETURN_IF_ERROR(connection_.run(kPutClock, {rows.hold_now.micros, (rows.hold_now + rows.wall_offset).micros}));
  return {};
}

}  // namespace tillsync::hub
