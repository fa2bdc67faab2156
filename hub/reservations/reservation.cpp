#include "hub/reservations/reservation.h"

#include <array>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kReservationDomain = "tillsync-reservation-id-1";
constexpr std::string_view kLeaseDomain = "tillsync-lease-id-1";
constexpr std::size_t kIdBytes = 16;

constexpr std::array<std::pair<std::string_view, ReservationState>, 9> kStates = {{{"refused", ReservationState::kRefused},
                                                                                  {"held", ReservationState::kHeld},
                                                                                  {"confirmed", ReservationState::kConfirmed},
                                                                                  {"picked", ReservationState::kPicked},
                                                                                  {"ready", ReservationState::kReady},
                                                                                  {"fulfilled", ReservationState::kFulfilled},
                                                                                  {"released", ReservationState::kReleased},
                                                                                  {"expired", ReservationState::kExpired},
                                                                                  {"broken", ReservationState::kBroken}}};
constexpr std::array<std::pair<std::string_view, LeaseState>, 5> kLeaseStates = {{{"open", LeaseState::kOpen},
                                                                                  {"ending", LeaseState::kEnding},
                                                                                  {"frozen", LeaseState::kFrozen},
                                                                                  {"closed", LeaseState::kClosed},
                                                                                  {"forced", LeaseState::kForced}}};

template <class Table, class Enum>
std::string_view name_of(const Table& table, Enum value) {
  for (const auto& [name, entry] : table)
    if (entry == value) return name;
  TS_CHECK(false);
}

template <class Table>
auto find_name(const Table& table, std::string_view text) -> std::optional<decltype(table[0].second)> {
  for (const auto& [name, entry] : table)
    if (name == text) return entry;
  return std::nullopt;
}

/// The length before each part: no two pairs give the same bytes.
std::string id_of(std::string_view prefix, std::string_view domain, std::string_view scope, std::string_view key) {
  const auto digest = sha256({BytesView(domain), BytesView(std::to_string(scope.size())), BytesView("/"), BytesView(scope), BytesView(key)});
  return std::string(prefix) + to_base32(BytesView(digest.data(), kIdBytes));
}

}  // namespace

std::int64_t minus(std::int64_t a, std::int64_t b) {
  std::int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

std::int64_t Position::available_milli() const {
  return minus(minus(minus(minus(on_hand_milli, reserved_milli), leased_milli), safety_milli), tentative_milli);
}

std::int64_t Position::shortage_milli() const {
  if (!is_spoken_for()) return 0;
  return std::max<std::int64_t>(0, minus(minus(reserved_milli, minus(0, leased_milli)), on_hand_milli));
}

std::string_view to_string(ReservationState state) { return name_of(kStates, state); }
std::optional<ReservationState> reservation_state(std::string_view text) { return find_name(kStates, text); }
std::string_view to_string(LeaseState state) { return name_of(kLeaseStates, state); }
std::optional<LeaseState> lease_state(std::string_view text) { return find_name(kLeaseStates, text); }

bool is_open(ReservationState state) { return is_breakable(state) || state == ReservationState::kPicked || state == ReservationState::kReady; }
bool is_breakable(ReservationState state) { return state == ReservationState::kHeld || state == ReservationState::kConfirmed; }
bool is_open(LeaseState state) { return state != LeaseState::kClosed && state != LeaseState::kForced; }

std::string_view to_string(ReservationVerb verb) {
  switch (verb) {
    case ReservationVerb::kConfirm: return "confirm";
    case ReservationVerb::kPick: return "pick";
    case ReservationVerb::kReady: return "ready";
    case ReservationVerb::kRelease: return "release";
    case ReservationVerb::kExtend: return "extend";
    case ReservationVerb::kBreak: return "break";
  }
  TS_CHECK(false);
}

std::expected<ReservationState, std::string> next_state(ReservationState from, ReservationVerb verb) {
  using enum ReservationState;
  const bool is_on_shelf = from == kPicked || from == kReady;
  const auto refuse = [&](std::string_view instead) -> std::expected<ReservationState, std::string> {
    return std::unexpected("it is " + std::string(to_string(from)) + (instead.empty() ? "" : "; " + std::string(instead)));
  };
  switch (verb) {
    case ReservationVerb::kConfirm:
      if (from == kHeld) return kConfirmed;
      if (from == kConfirmed || is_on_shelf || from == kFulfilled) return from;
      return refuse("its units are free again: ask for a new reservation");
    case ReservationVerb::kPick:
      if (from == kConfirmed) return kPicked;
      if (is_on_shelf || from == kFulfilled) return from;
      return refuse(from == kHeld ? "confirm it first" : "");
    case ReservationVerb::kReady:
      if (from == kConfirmed || from == kPicked) return kReady;
      if (from == kReady || from == kFulfilled) return from;
      return refuse(from == kHeld ? "confirm it first" : "");
    case ReservationVerb::kRelease:
      if (is_open(from)) return kReleased;
      if (from == kFulfilled) return refuse("what comes back is a return");
      return from;
    case ReservationVerb::kExtend:
      if (is_breakable(from)) return from;
      return refuse(is_on_shelf ? "what is on the pick-up shelf does not expire" : "");
    case ReservationVerb::kBreak:
      if (is_open(from)) return kBroken;
      if (from == kBroken) return from;
      return refuse("");
  }
  TS_CHECK(false);
}

std::int64_t Reservation::open_milli() const {
  std::int64_t open = 0;
  for (const ReservationPart& part : parts) open += part.open_milli;
  return open;
}

std::int64_t Reservation::value() const {
  std::int64_t sum = 0;
  for (const ReservationLine& line : request.lines) {
    std::int64_t product = 0;
    // Beyond 64 bits everything is worth the most.
    if (__builtin_mul_overflow(line.unit_price.micro, line.qty.milli, &product)) return std::numeric_limits<std::int64_t>::max();
    sum = checked_add(sum, product).value_or(std::numeric_limits<std::int64_t>::max());
  }
  return sum;
}

std::string reservation_id_of(std::string_view scope, std::string_view key) { return id_of(kReservationIdPrefix, kReservationDomain, scope, key); }
std::string lease_id_of(std::string_view scope, std::string_view key) { return id_of("l_", kLeaseDomain, scope, key); }

}  // namespace tillsync::hub
