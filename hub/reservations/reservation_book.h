// Writes steps into reservations, leases and positions in memory, in the order in which they are decided: the part of the decision
// that keeps its sums. Pure. Used by reservations.cpp and lease_desk.cpp only.
#pragma once

#include <string>
#include <string_view>

#include "hub/reservations/reservations.h"

namespace tillsync::hub {

/// Who and why, for the record.
struct Cause {
  std::string who, why;
  std::optional<std::int64_t> event_no;
};

class ReservationBook {
 public:
  ReservationBook(MicroBatch& batch, ReservationRows& rows, ReservationDecision& decision)
      : batch_(batch), rows_(rows), decision_(decision) {}

  /// A new reservation; parts are added behind it, under its first step.
  Reservation& open(Reservation reservation, std::string_view verb, const Cause& cause);
  /// Of the reservation that was opened last. position none: needs no stock, counts as handed over.
  void add_part(Reservation& reservation, std::int64_t line_no, Position* position, std::int64_t qty_milli, std::int64_t per_unit_milli);

  /// All that follows of `take` and `add_part` belongs to this step.
  void step(Reservation& reservation, std::string_view verb, ReservationState state, const Cause& cause);
  /// Takes units out of a part: freed, or handed over.
  void take(Reservation& reservation, std::size_t part, std::int64_t milli, bool is_fulfilled);
  /// The end: every open part is freed, under a step of its own. The state may not hold stock.
  void end(Reservation& reservation, std::string_view verb, ReservationState state, const Cause& cause);
  void set_expiry(Reservation& reservation, std::optional<Instant> expires_at);

  /// The sums of a position were wrong.
  void correct(Position& position, std::int64_t reserved_milli, std::int64_t leased_milli) { change(position, reserved_milli, leased_milli); }

  Lease& open_lease(Lease lease, const Cause& cause);
  /// change: of what counts as leased.
  void step(Lease& lease, std::string_view verb, LeaseState state, std::int64_t change_milli, const Cause& cause);
  /// Tells the lease's agent how it stands.
  void tell_agent(const Lease& lease);

  void raise(std::string_view code, std::string subject, std::string cause_key, const LocationId& location, std::string detail,
             std::optional<std::int64_t> event_no = {});
  void settle(std::string_view code, std::string subject, std::string why);

 private:
  void change(Position& position, std::int64_t reserved_milli, std::int64_t leased_milli);
  void touch(Reservation& reservation);
  void touch(Lease& lease);
  void add_entry(const ReservationPart& part, std::int64_t change_milli);

  MicroBatch& batch_;
  ReservationRows& rows_;
  ReservationDecision& decision_;
  std::int64_t step_no_ = 0;       // of the last step of a reservation
  std::int64_t step_entries_ = 0;  // under it
};

}  // namespace tillsync::hub
