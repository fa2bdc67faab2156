// The types of this folder: a position (stock of one SKU at one location, and what of it is spoken for), a reservation with its
// parts, a lease; and the one table of steps in a reservation's life. Pure. Source: ARCHITECTURE section 6, CONTRACT reservation/1.
#pragma once

#include <algorithm>
#include <cstdint>
#include <expected>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/decimal.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "hub/writer/requests.h"

namespace tillsync::hub {

struct PositionKey {
  LocationId location;
  Sku sku;
  auto operator<=>(const PositionKey&) const = default;
};
struct PositionKeyHash {
  std::size_t operator()(const PositionKey& key) const noexcept {
    return std::hash<std::string>{}(key.sku.value) * 31 + std::hash<std::string>{}(key.location.value);
  }
};

/// What a location has of a SKU to sell (sellable, own stock, all lots), and what of it is spoken for. Thousandths of the base unit.
struct Position {
  PositionKey key;
  std::int64_t position_no = 0;  // 0: has no row yet
  std::int64_t on_hand_milli = 0, reserved_milli = 0, leased_milli = 0, safety_milli = 0;

  bool is_stored = false;   // its row
  bool is_changed = false;  // reserved or leased, in this batch
  bool is_moved = false;    // any figure, in this batch
  bool is_oversold = false; // the exception stands
  std::int64_t tentative_milli = 0;  // taken by the allotment that is being worked out

  bool is_spoken_for() const { return reserved_milli != 0 || leased_milli != 0; }
  /// ARCHITECTURE section 6. Below zero when more is promised than there is. Stays at the bounds of 64 bits.
  std::int64_t available_milli() const;
  /// How much less is there than is promised (an open lease counts as promised); 0 when all is covered.
  std::int64_t shortage_milli() const;
};
/// Saturating difference.
std::int64_t minus(std::int64_t a, std::int64_t b);

enum class ReservationState : std::uint8_t { kRefused, kHeld, kConfirmed, kPicked, kReady, kFulfilled, kReleased, kExpired, kBroken };
std::string_view to_string(ReservationState state);
std::optional<ReservationState> reservation_state(std::string_view text);
/// Holds stock.
bool is_open(ReservationState state);
/// A ruling may break it, and time may end it: its units are not on the pick-up shelf yet.
bool is_breakable(ReservationState state);

/// The state after `verb`; the same state when nothing is left to do. The error says in plain words why not.
std::expected<ReservationState, std::string> next_state(ReservationState from, ReservationVerb verb);
std::string_view to_string(ReservationVerb verb);

/// Units of one SKU that a reservation holds at one location.
struct ReservationPart {
  std::int64_t part_no = 0;  // reservation_no × kPartsPerReservation + place
  std::int64_t line_no = 0;
  Position* position = nullptr;           // none: what needs no stock
  std::int64_t qty_milli = 0, open_milli = 0, fulfilled_milli = 0;
  std::int64_t per_unit_milli = 1'000;    // of one unit of the line's SKU: other than 1 for parts of a bundle
  bool is_stored = false, is_changed = false;
};
inline constexpr std::int64_t kPartsPerReservation = 8'192;

struct Reservation {
  std::int64_t reservation_no = 0;
  std::string id;     // "r_…" of scope and key; of a promise: what the agent gave it
  std::string scope;  // in which its key is one
  ContentHash hash;
  ReservationState state = ReservationState::kHeld;
  ReservationRequest request;
  AgentId promised_by;               // of a promise; empty = arbitrated
  std::string answer;                // of a refused one
  Instant created_at;                // hub's clock
  std::optional<Instant> expires_at; // hold clock
  std::string correlation_id;
  std::int64_t last_step_no = 0;
  std::vector<ReservationPart> parts;

  bool is_stored = false, is_changed = false;

  std::int64_t open_milli() const;
  /// Price × asked quantity of all lines, millionths × thousandths of nobody's currency: only to compare.
  std::int64_t value() const;
};
inline constexpr std::string_view kReservationIdPrefix = "r_";
/// "r_" + base32 of a hash over scope and key.
std::string reservation_id_of(std::string_view scope, std::string_view key);
std::string lease_id_of(std::string_view scope, std::string_view key);

enum class LeaseState : std::uint8_t {
  kOpen,    // the agent may promise out of it
  kEnding,  // its time is over, or somebody has ended it: waits for the agent's lease-close
  kFrozen,  // the agent has lost its history, or its word and the records differ: a person decides
  kClosed,  // by the agent's word
  kForced,  // by a person, against the risk
};
std::string_view to_string(LeaseState state);
std::optional<LeaseState> lease_state(std::string_view text);
/// Its units are still set apart.
bool is_open(LeaseState state);

struct Lease {
  std::int64_t lease_no = 0;
  std::string id;
  AgentId agent_id;
  Position* position = nullptr;
  LeaseState state = LeaseState::kOpen;
  std::int64_t qty_milli = 0, used_milli = 0, open_milli = 0;  // open: what still counts as leased
  std::int64_t successor_milli = 0;                            // of a shrunken one: what the next one gets
  std::int64_t ttl_s = 0;
  EpochId epoch;                                               // of the agent, when it was granted; zero = it had none
  ContentHash hash;                                            // of the request that granted it
  bool is_by_policy = false;
  Instant granted_at;                                          // hub's clock
  Instant expires_at;                                          // hold clock
  std::int64_t last_step_no = 0;

  bool is_stored = false, is_changed = false;
};

}  // namespace tillsync::hub
