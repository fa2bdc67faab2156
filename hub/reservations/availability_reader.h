// What can be promised of a SKU, per location and in all, with the age of the information. Answered from the book in memory; what it
// does not hold is read from the database. Any thread, with the connection of that thread. Source: ARCHITECTURE section 6.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/reservations/availability_cache.h"
#include "hub/reservations/reservation_reader.h"

namespace tillsync::hub {

inline constexpr std::size_t kAvailabilitySkusMax = 100;       // of one request
inline constexpr std::size_t kAvailabilityLocationsMax = 500;  // of one SKU

struct AvailabilityQuery {
  std::vector<Sku> skus;
  std::vector<LocationId> locations;      // empty = wherever the SKU is or was
  std::optional<std::int64_t> max_age_s;  // older information does not count in the sums
};

/// What may be expected to be there still, where a location was not heard for `silence` and sells `sold_per_day`: never above what is
/// available, never below zero, whole units rounded down where the available figure is whole.
std::int64_t confident_milli(std::int64_t available_milli, std::int64_t sold_per_day_milli, Duration silence);

/// When a location's newest agent was heard. nullopt: it has none, the hub itself is its source, and its stock is never old.
using LastHeard = std::function<std::optional<Instant>(const LocationId& location)>;

class AvailabilityReader {
 public:
  AvailabilityReader(sql::Connection& connection, AvailabilityCache& book) : connection_(connection), book_(book) {}

  /// {"as_of", "items": [{"sku", "needs_stock", "available", "confident", "locations": [{"location", "available", "confident", "on_hand",
  /// "reserved", "leased", "safety_stock", "as_of", "age_s", "is_dark", "is_fresh"}]}]}. dark_after: silence from which a location is
  /// dark. kInvalid: no SKU, or more than the limits.
  Result<std::string> answer(const AvailabilityQuery& query, const LastHeard& heard, Duration dark_after, Instant now);

 private:
  Result<PositionFigures> figures(const PositionKey& key);
  sql::Connection& connection_;
  AvailabilityCache& book_;
};

}  // namespace tillsync::hub
