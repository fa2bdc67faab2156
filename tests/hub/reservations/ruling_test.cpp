#include "hub/reservations/ruling.h"

#include <catch2/catch.hpp>

#include <deque>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

/// One reservation of SKU A at location X.
struct Held {
  const char* name;
  std::int64_t units;
  std::int64_t priority = 0;
  std::int64_t minute = 0;        // of its creation
  std::int64_t price = 0;
  ReservationState state = ReservationState::kHeld;
  bool is_partial = false, may_split = false, is_promise = false, is_bundle = false;
  std::vector<const char*> elsewhere = {};
};

struct Case {
  const char* name;
  std::int64_t on_hand, leased;
  std::vector<Held> held;
  std::vector<std::pair<const char*, std::int64_t>> others;  // available elsewhere
  const char* expected;                                     // "act:name=units …", then what stays short
  std::vector<RulingKey> order = {RulingKey::kPriority, RulingKey::kAge, RulingKey::kValue};
  bool re_sources = true;
};

std::string ruled(const Case& one) {
  Position position;
  position.key = {LocationId("X"), Sku("A")};
  position.on_hand_milli = one.on_hand * 1'000;
  position.leased_milli = one.leased * 1'000;
  std::deque<Position> others;
  for (const auto& [location, units] : one.others) {
    Position& other = others.emplace_back();
    other.key = {LocationId(location), Sku("A")};
    other.on_hand_milli = units * 1'000;
  }
  std::deque<Reservation> reservations;
  std::vector<RulingCandidate> candidates;
  for (const Held& held : one.held) {
    Reservation& reservation = reservations.emplace_back();
    reservation.reservation_no = static_cast<std::int64_t>(reservations.size());
    reservation.id = held.name;
    reservation.state = held.state;
    reservation.created_at = Instant{held.minute * 60'000'000};
    reservation.request.priority = held.priority;
    reservation.request.policy = held.is_partial ? "partial" : "";
    reservation.request.split = held.may_split;
    if (held.is_promise) reservation.promised_by = AgentId("a_one");
    ReservationLine line;
    line.qty = Quantity{held.units * 1'000};
    line.unit_price = UnitPrice{held.price * 1'000'000};
    reservation.request.lines = {line};
    ReservationPart part;
    part.position = &position;
    part.qty_milli = part.open_milli = held.units * 1'000;
    reservation.parts = {part};
    position.reserved_milli += part.open_milli;
    RulingCandidate candidate{&reservation, 0, !held.is_bundle, {}};
    for (const char* location : held.elsewhere) {
      for (Position& other : others) {
        if (other.key.location.value == location) candidate.alternatives.push_back(&other);
      }
    }
    candidates.push_back(candidate);
  }
  ReservationPolicy policy;
  policy.ruling = one.order;
  policy.ruling_re_sources = one.re_sources;
  const Ruling ruling = rule(position, candidates, policy);
  for (const Position& other : others) CHECK(other.tentative_milli == 0);
  std::string text;
  for (const RulingStep& step : ruling.steps) {
    const char* act = step.act == RulingAct::kMove ? "move" : step.act == RulingAct::kShrink ? "shrink" : "break";
    text += std::string(act) + ":" + candidates[step.candidate].reservation->id + "=" + format_quantity(Quantity{step.milli});
    if (step.to != nullptr) text += ">" + step.to->key.location.value;
    text += " ";
  }
  return text + "short " + format_quantity(Quantity{ruling.uncovered_milli});
}

}  // namespace

TEST_CASE("ruling: a table of cases", "[reservations][ruling]") {
  using enum ReservationState;
  const Case cases[] = {
      {"enough is there", 5, 2, {{"a", 3}}, {}, "short 0"},
      {"the lowest priority goes first", 2, 0, {{"low", 2, 1, 1}, {"high", 2, 9, 5}}, {}, "break:low=2 short 0"},
      {"of one priority the newest", 2, 0, {{"old", 2, 1, 1}, {"new", 2, 1, 5}}, {}, "break:new=2 short 0"},
      {"of one age the one worth least", 2, 0, {{"dear", 2, 1, 1, 9}, {"cheap", 2, 1, 1, 2}}, {}, "break:cheap=2 short 0"},
      {"of equals the one with the higher number", 2, 0, {{"first", 2}, {"second", 2}}, {}, "break:second=2 short 0"},
      {"the policy's order counts", 2, 0, {{"cheap", 2, 9, 1, 1}, {"dear", 2, 1, 5, 9}}, {}, "break:cheap=2 short 0", {RulingKey::kValue, RulingKey::kAge}},
      {"as many as it takes", 1, 0, {{"a", 1, 0, 1}, {"b", 1, 0, 2}, {"c", 1, 0, 3}}, {}, "break:c=1 break:b=1 short 0"},
      {"all or nothing frees more than is short", 4, 0, {{"a", 5}}, {}, "break:a=5 short 0"},
      {"partial gives up what is short", 4, 0, {{"a", 5, 0, 0, 0, kHeld, true}}, {}, "shrink:a=1 short 0"},
      {"picked and ready stay", 0, 0, {{"p", 2, 0, 0, 0, kPicked}, {"r", 1, 0, 0, 0, kReady}, {"h", 1, 9}}, {}, "break:h=1 short 3"},
      {"confirmed is not safer than held", 1, 0, {{"c", 1, 0, 5, 0, kConfirmed}, {"h", 1, 0, 1}}, {}, "break:c=1 short 0"},
      {"an open lease counts as promised", 3, 2, {{"a", 2}}, {}, "break:a=2 short 0"},
      {"leases are not broken", 1, 2, {}, {}, "short 1"},
      {"what was promised out of leases goes last", 1, 0, {{"promise", 1, 0, 9, 0, kConfirmed, false, false, true}, {"web", 1, 5, 1}}, {}, "break:web=1 short 0"},
      {"and then as well", 0, 0, {{"promise", 1, 0, 9, 0, kConfirmed, false, false, true}, {"web", 1, 5, 1}}, {}, "break:web=1 break:promise=1 short 0"},
      {"elsewhere before anything is broken", 2, 0, {{"new", 2, 0, 9}, {"old", 2, 0, 1, 0, kHeld, false, false, false, false, {"Y"}}}, {{"Y", 2}}, "move:old=2>Y short 0"},
      {"in the order of breaking", 2, 0,
       {{"old", 2, 0, 1, 0, kHeld, false, false, false, false, {"Y"}}, {"new", 2, 0, 9, 0, kHeld, false, false, false, false, {"Y"}}}, {{"Y", 2}}, "move:new=2>Y short 0"},
      {"the first place that has it", 0, 0, {{"a", 2, 0, 0, 0, kHeld, false, false, false, false, {"Y", "Z"}}}, {{"Y", 1}, {"Z", 2}}, "move:a=2>Z short 0"},
      {"one place's stock is given once", 0, 0,
       {{"a", 2, 0, 1, 0, kHeld, false, false, false, false, {"Y"}}, {"b", 2, 0, 2, 0, kHeld, false, false, false, false, {"Y"}}}, {{"Y", 3}}, "move:b=2>Y break:a=2 short 0"},
      {"a line that may be split moves in part", 3, 0, {{"a", 4, 0, 0, 0, kHeld, false, true, false, false, {"Y"}}}, {{"Y", 1}}, "move:a=1>Y short 0"},
      {"a bundle stays in one place", 0, 0, {{"a", 1, 0, 0, 0, kHeld, false, false, false, true, {"Y"}}}, {{"Y", 9}}, "break:a=1 short 0"},
      {"the policy may forbid it", 0, 0, {{"a", 1, 0, 0, 0, kHeld, false, false, false, false, {"Y"}}}, {{"Y", 9}}, "break:a=1 short 0", {RulingKey::kAge}, false},
      {"stock below zero", -5, 0, {{"a", 1}}, {}, "break:a=1 short 5"},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    CHECK(ruled(one) == one.expected);
    CHECK(ruled(one) == one.expected);  // the same input, the same ruling
  }
}
