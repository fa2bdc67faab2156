// The ledger's own types: what stock is kept by, a balance with its chain of entries, an entry. Pure.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"

namespace tillsync::hub {

/// Stock is kept by these five. A group is the same without the lot: what a count counts.
struct StockKey {
  LocationId location;
  Sku sku;
  std::string state;
  std::string owner;
  std::string lot;
  auto operator<=>(const StockKey&) const = default;

  StockKey group() const { return {location, sku, state, owner, {}}; }
};
struct StockKeyHash {
  std::size_t operator()(const StockKey& key) const noexcept {
    const std::hash<std::string_view> hash;
    std::size_t value = hash(key.sku.value);
    for (const std::string_view part : {key.location.view(), std::string_view(key.state), std::string_view(key.owner), std::string_view(key.lot)})
      value = value * 31 + hash(part);
    return value;
  }
};

/// An entry as a count needs it.
struct DatedChange {
  Instant at;
  std::int64_t change_milli = 0;
  bool is_movement = true;  // false: a count or its correction
};

inline constexpr Instant kNever{std::numeric_limits<std::int64_t>::min()};

struct Balance {
  StockKey key;
  std::int64_t balance_no = 0;
  bool is_stored = false;
  std::int64_t on_hand_milli = 0;
  std::int64_t entries = 0;
  std::int64_t last_entry_no = 0;
  Instant latest_at = kNever;
  std::optional<Instant> counted_at;  // on the balance of lot "" only
  std::int64_t counted_milli = 0;
  std::string count_id;

  bool is_known_sku = false;      // master data has it
  bool is_changed = false;
  bool was_negative = false;      // when it was loaded
  std::int64_t last_event_no = 0; // that changed it in this batch
  /// Set where a count of the batch may ask: the entries later than the earliest time that it may ask for. New balances keep all of theirs.
  bool is_watched = false;
  std::vector<DatedChange> recent;
};
/// Makes a balance of a committed batch ready for the next one.
inline void settle(Balance& balance) {
  balance.is_stored = balance.balance_no != 0;
  balance.is_changed = false;
  balance.was_negative = balance.on_hand_milli < 0;
  balance.last_event_no = 0;
  balance.is_watched = false;
  balance.recent.clear();
}
using Balances = std::unordered_map<StockKey, Balance, StockKeyHash>;

/// entry_no = event_no × this + position in the event.
inline constexpr std::int64_t kEntriesPerEventMax = std::int64_t{1} << 22;

struct StockEntry {
  std::int64_t entry_no = 0;
  const Balance* balance = nullptr;
  std::int64_t change_milli = 0;
  Instant occurred_at;
  std::string_view movement;  // a constant of movement_plan.h
  std::int64_t line_no = 0;
  std::int64_t unit_cost_micro = 0;
  std::int64_t previous_entry_no = 0;
  Instant latest_at;
};

}  // namespace tillsync::hub
