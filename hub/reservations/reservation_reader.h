// Reads reservations, leases and what can be promised for the API and the command line, and checks their sums against their records.
// Any thread, with the connection of that thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reservations/availability_cache.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {

/// Empty fields do not filter; one of order_no, location + sku is read by an index, the others walk.
struct ReservationFilter {
  std::string state, order_no, channel;
  LocationId location;
  Sku sku;
  std::string text;                   // a reservation's id, or an order's number
  bool is_oldest_first = false;
  std::optional<std::int64_t> after;  // newest first: below this number; oldest first: above it
  std::size_t limit = 50;
};
inline constexpr std::int64_t kReservationsCountedMax = 10'000;  // of a list's total; beyond, it is "more than"
struct ReservationPage {
  std::vector<std::string> reservations;  // as reservation_json
  std::optional<std::int64_t> next;
};

/// What channels are told: one step of one reservation.
struct ReservationEvent {
  std::int64_t no = 0;
  std::string reservation_id, channel, order_no, verb, state, who, why;
  Instant at;
};

struct LeaseFilter {
  AgentId agent_id;
  LocationId location;
  Sku sku;
  std::string state;
  std::optional<std::int64_t> after;
  std::size_t limit = 50;
};
struct LeasePage {
  std::vector<std::string> leases;  // as lease_json
  std::optional<std::int64_t> next;
};

/// A sum that is not what its records say.
struct SumDifference {
  std::string what;  // reserved | leased | part | lease
  LocationId location;
  Sku sku;
  std::string id;    // of the reservation or lease; "" of a position
  Quantity stored, records;
};

/// What a line's SKU is made of: itself, or the parts of a bundle.
struct BundleParts {
  bool needs_stock = true;
  std::vector<std::pair<Sku, std::int64_t>> parts;  // SKU, thousandths per unit
};

class ReservationReader {
 public:
  explicit ReservationReader(sql::Connection& connection) : connection_(connection) {}

  /// reservation_json with a member `steps`; kNotFound.
  Result<std::string> show(std::string_view id);
  Result<ReservationPage> list(const ReservationFilter& filter);
  /// How many the filter finds, cursor and limit left aside; kReservationsCountedMax + 1 = more than that.
  Result<std::int64_t> count(const ReservationFilter& filter);
  /// Steps behind `after`, oldest first; channel "" = of all.
  Result<std::vector<ReservationEvent>> events(std::int64_t after, std::string_view channel, std::size_t limit);

  /// lease_json with a member `steps`; kNotFound.
  Result<std::string> show_lease(std::string_view id);
  Result<LeasePage> leases(const LeaseFilter& filter);

  Result<std::vector<SafetyStock>> safety_stock(std::size_t limit);

  /// Of one position, with safety stock.
  Result<PositionFigures> figures(const PositionKey& key);
  /// Locations that have or had the SKU.
  Result<std::vector<LocationId>> locations_with(const Sku& sku);
  Result<BundleParts> parts_of(const Sku& sku);
  /// Units (thousandths) that were sold per day of late, net of returns: over the newest kSellRateEntries entries of the shelf, at most
  /// kSellRateDays back from `until`. 0 = nothing sold.
  Result<std::int64_t> sold_per_day_milli(const PositionKey& key, Instant until);

  /// Walks every part, lease and position: seconds on a large database.
  Result<std::vector<SumDifference>> verify();

 private:
  Result<Duration> wall_offset();
  sql::Connection& connection_;
};

inline constexpr std::size_t kSellRateEntries = 500;
inline constexpr std::int64_t kSellRateDays = 28;

}  // namespace tillsync::hub
