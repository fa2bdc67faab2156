// Loads what a micro-batch touches of reservations, leases and positions, and writes what was decided. Writer thread, in its
// transaction. Used by reservations_stage.cpp only.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/reservations/lease_plan.h"
#include "hub/reservations/reservations.h"

namespace tillsync::hub {

Result<void> migrate_reservations(sql::Connection& connection);

/// What is remembered of other folders' tables between batches; dropped when they change.
struct KnownCatalogue {
  std::unordered_map<std::string, ProductFacts> products;
  std::optional<std::vector<LocationId>> sources;  // where orders may come from that name no location, best first
};

/// By (location, SKU); "" = all.
using SafetyStocks = std::map<std::pair<std::string, std::string>, std::int64_t>;
std::int64_t safety_of(const SafetyStocks& safety, const PositionKey& key);

class ReservationStore {
 public:
  ReservationStore(sql::Connection& connection, const SafetyStocks& safety) : connection_(connection), safety_(safety) {}

  /// At start: every position that something is spoken for at.
  Result<void> load_spoken_for(Positions& positions);
  Result<void> load_numbers(ReservationRows& rows);
  Result<std::optional<HoldClockMark>> load_clock();
  Result<SafetyStocks> load_safety_stock();
  /// The hold time of the next expiry; none = nothing expires.
  Result<std::optional<Instant>> next_expiry();
  /// Agents with open leases, with their newest epoch: leases of older ones were frozen when it came.
  Result<std::map<std::string, EpochId, std::less<>>> lease_epochs();

  /// Everything that the batch and the clock ask for.
  struct Upkeep {
    bool has_due = false;                    // something runs out
    std::vector<PositionKey> shelves;        // to be told to the agents of their locations
    std::optional<LeaseHolder> lease_holder; // whose leases the policy looks at
  };
  Result<void> load(const MicroBatch& batch, KnownCatalogue& known, const ReservationPolicy& policy, const Upkeep& upkeep, ReservationRows& rows);
  Result<void> write(const MicroBatch& batch, const ReservationRows& rows, const ReservationDecision& decision);

 private:
  sql::Connection& connection_;
  const SafetyStocks& safety_;
};

/// Reservations and leases whose time is over that one batch ends.
inline constexpr std::size_t kDueMax = 500;

}  // namespace tillsync::hub
