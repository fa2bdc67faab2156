// The oversell ruling: late facts have left less on hand than is promised. Deterministic: same input, same ruling. Pure.
// Source: ARCHITECTURE section 6 "Oversell ruling".
#pragma once

#include <cstdint>
#include <vector>

#include "hub/reservations/policy.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {

/// A reservation that holds units at the position that is short.
struct RulingCandidate {
  Reservation* reservation = nullptr;
  std::size_t part = 0;                 // index, of the part at the position
  bool can_move = true;                 // false: part of a bundle, which comes from one place
  std::vector<Position*> alternatives;  // where its SKU may come from instead, best first
};

enum class RulingAct : std::uint8_t {
  kMove,    // `milli` of the part come from `to`
  kShrink,  // `milli` of the part are not to be had: the request takes less than it asked for
  kBreak,   // the whole reservation goes
};
struct RulingStep {
  RulingAct act = RulingAct::kBreak;
  std::size_t candidate = 0;  // index into the candidates that were given
  Position* to = nullptr;
  std::int64_t milli = 0;
};
struct Ruling {
  std::vector<RulingStep> steps;
  std::int64_t uncovered_milli = 0;  // what stays short: picked, ready and leased units are not broken
};

/// Looks only. First every candidate is tried elsewhere, in the order of breaking; then they are broken, those that were promised out
/// of leases last, until the rest is covered. Of equals (all keys of the policy) the one with the higher number goes first.
Ruling rule(const Position& position, const std::vector<RulingCandidate>& candidates, const ReservationPolicy& policy);

}  // namespace tillsync::hub
