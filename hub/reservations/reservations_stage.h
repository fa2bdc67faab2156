// Binds reservations, leases and availability into the writer's list of stages (behind the ledger). Keeps positions that something is
// spoken for at in memory from batch to batch; only this stage writes them. Writer thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "hub/reservations/availability_cache.h"
#include "hub/reservations/reservation_store.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

struct ReservationsOptions {
  ReservationPolicy policy;
  std::function<Duration()> steady;  // the machine's steady clock
  std::function<Instant()> wall;     // asked at start only; later each batch brings its own
  AvailabilityCache* book = nullptr;  // may be none
  std::function<std::vector<LeaseHolder>()> holders;  // agents, in a fixed order; none: no shelf is told, no lease follows the policy
};

/// What agents know of their shelves is at most about so old while they have a line.
inline constexpr Duration kShelfEvery = seconds(1);
inline constexpr std::size_t kShelvesMax = 500;            // told at once
inline constexpr Duration kLeaseRound = seconds(60);       // in which the policy looks at every agent's leases
inline constexpr Duration kLeaseStepMin = milliseconds(50);

class ReservationsStage final : public Stage {
 public:
  explicit ReservationsStage(ReservationsOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "reservations"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;
  void committed() override;
  void rolled_back() override;
  void masterdata_changed() override;
  std::optional<Duration> due_in() override;

 private:
  Result<void> reload(sql::Connection& connection);
  void apply_stock(const MicroBatch& batch, bool is_counted);
  void note_expiries();
  void forget_batch();
  ReservationStore::Upkeep take_upkeep(Duration steady);
  void note_shelf(const Position& position);

  ReservationsOptions options_;
  HoldClock clock_;
  SafetyStocks safety_;
  KnownCatalogue known_;
  ReservationRows rows_;
  ReservationDecision decision_;
  std::optional<Instant> next_expiry_;  // hold clock
  std::optional<Instant> committed_expiry_;  // what next_expiry_ was after the last commit
  bool looked_for_due_ = false;         // in this batch
  bool is_stale_ = false;               // a rollback: everything is loaded anew
  std::unordered_set<PositionKey, PositionKeyHash> told_, untold_;  // shelves: that agents know of; of which they are to be told
  std::vector<PositionKey> telling_;                                // in this batch
  std::unordered_set<std::string> agent_locations_;
  std::vector<LeaseHolder> holders_;                                // of this round
  std::size_t next_holder_ = 0;
  Duration shelf_at_, lease_at_;                                    // steady clock
  std::vector<AvailabilityCache::Move> moves_;
  std::vector<Position*> moved_;
};

}  // namespace tillsync::hub
