#include "hub/reservations/reservation.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("reservation: the table of steps", "[reservations]") {
  using enum ReservationState;
  struct Case {
    ReservationVerb verb;
    // From held, confirmed, picked, ready, fulfilled, released, expired, broken; "-" = refused.
    const char* to[8];
  };
  const ReservationState from[] = {kHeld, kConfirmed, kPicked, kReady, kFulfilled, kReleased, kExpired, kBroken};
  const Case cases[] = {
      {ReservationVerb::kConfirm, {"confirmed", "confirmed", "picked", "ready", "fulfilled", "-", "-", "-"}},
      {ReservationVerb::kPick, {"-", "picked", "picked", "ready", "fulfilled", "-", "-", "-"}},
      {ReservationVerb::kReady, {"-", "ready", "ready", "ready", "fulfilled", "-", "-", "-"}},
      {ReservationVerb::kRelease, {"released", "released", "released", "released", "-", "released", "expired", "broken"}},
      {ReservationVerb::kExtend, {"held", "confirmed", "-", "-", "-", "-", "-", "-"}},
      {ReservationVerb::kBreak, {"broken", "broken", "broken", "broken", "-", "-", "-", "broken"}},
  };
  for (const Case& one : cases) {
    for (std::size_t i = 0; i < 8; ++i) {
      INFO(to_string(one.verb) << " from " << to_string(from[i]));
      const auto next = next_state(from[i], one.verb);
      CHECK((next ? std::string(to_string(*next)) : "-") == one.to[i]);
      if (!next) CHECK_FALSE(next.error().empty());
    }
  }
}

TEST_CASE("reservation: states have names, and know what they hold", "[reservations]") {
  using enum ReservationState;
  for (const ReservationState state : {kRefused, kHeld, kConfirmed, kPicked, kReady, kFulfilled, kReleased, kExpired, kBroken})
    CHECK(reservation_state(to_string(state)) == state);
  CHECK_FALSE(reservation_state("lost"));
  CHECK((is_open(kHeld) && is_open(kConfirmed) && is_open(kPicked) && is_open(kReady)));
  CHECK_FALSE((is_open(kFulfilled) || is_open(kReleased) || is_open(kExpired) || is_open(kBroken) || is_open(kRefused)));
  CHECK((is_breakable(kHeld) && is_breakable(kConfirmed)));
  CHECK_FALSE((is_breakable(kPicked) || is_breakable(kReady)));
  for (const LeaseState state : {LeaseState::kOpen, LeaseState::kEnding, LeaseState::kFrozen, LeaseState::kClosed, LeaseState::kForced})
    CHECK(lease_state(to_string(state)) == state);
  CHECK((is_open(LeaseState::kEnding) && is_open(LeaseState::kFrozen)));
  CHECK_FALSE((is_open(LeaseState::kClosed) || is_open(LeaseState::kForced)));
}

TEST_CASE("reservation: an id is of scope and key, and of nothing else", "[reservations]") {
  CHECK(reservation_id_of("web", "1") == reservation_id_of("web", "1"));
  CHECK(reservation_id_of("web", "1") != reservation_id_of("market", "1"));
  CHECK(reservation_id_of("web", "12") != reservation_id_of("web1", "2"));
  CHECK(reservation_id_of("web", "1").starts_with("r_"));
  CHECK(reservation_id_of("web", "1").size() == 28);
  CHECK(lease_id_of("web", "1").substr(2) != reservation_id_of("web", "1").substr(2));
}

TEST_CASE("reservation: figures of a position stay at the bounds of 64 bits", "[reservations]") {
  Position position;
  position.on_hand_milli = INT64_MIN;
  position.reserved_milli = 5;
  CHECK(position.available_milli() == INT64_MIN);
  CHECK(position.shortage_milli() == INT64_MAX);
  position.on_hand_milli = 7;
  position.leased_milli = 1;
  position.safety_milli = 2;
  CHECK(position.available_milli() == -1);
  CHECK(position.shortage_milli() == 0);
  position.on_hand_milli = 4;
  CHECK(position.shortage_milli() == 2);
  position.reserved_milli = 0;
  position.leased_milli = 0;
  position.on_hand_milli = -3;
  CHECK(position.shortage_milli() == 0);  // nothing is promised

  Reservation reservation;
  ReservationLine line;
  line.unit_price = UnitPrice{INT64_MAX};
  line.qty = Quantity{2};
  reservation.request.lines = {line};
  CHECK(reservation.value() == INT64_MAX);
}
