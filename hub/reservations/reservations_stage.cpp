#include "hub/reservations/reservations_stage.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

/// Positions that are kept although nothing is spoken for at them; about 300 bytes each.
constexpr std::size_t kIdlePositionsMax = 100'000;
/// Products that are remembered; about 150 bytes each.
constexpr std::size_t kKnownProductsMax = 200'000;

}  // namespace

Result<void> ReservationsStage::start(sql::Connection& connection) {
  TS_RETURN_IF_ERROR(migrate_reservations(connection));
  ReservationStore store(connection, safety_);
  TS_ASSIGN_OR_RETURN(const auto mark, store.load_clock());
  clock_ = HoldClock(mark, options_.wall(), options_.steady());
  TS_RETURN_IF_ERROR(reload(connection));
  committed_expiry_ = next_expiry_;
  lease_at_ = options_.steady() + kShelfEvery;
  shelf_at_ = lease_at_;
  // What agents were told before is not known: all of it is told again.
  for (const auto& [key, position] : rows_.positions) untold_.insert(key);
  return {};
}

/// Every second the shelves that have changed; the leases of one agent after the other, all of them once in a round.
ReservationStore::Upkeep ReservationsStage::take_upkeep(Duration steady) {
  ReservationStore::Upkeep upkeep;
  upkeep.has_due = looked_for_due_ = next_expiry_ && *next_expiry_ <= rows_.hold_now;
  telling_.clear();
  if (!options_.holders) return upkeep;
  const bool is_lease_due = steady >= lease_at_;
  if (is_lease_due && next_holder_ >= holders_.size()) {
    holders_ = options_.holders();
    next_holder_ = 0;
    agent_locations_.clear();
    for (const LeaseHolder& holder : holders_) agent_locations_.insert(holder.location.value);
  }
  if (is_lease_due) {
    if (next_holder_ < holders_.size() && !options_.policy.leases.empty()) upkeep.lease_holder = holders_[next_holder_];
    const bool has_policy = !options_.policy.leases.empty();
    next_holder_ = has_policy ? next_holder_ + 1 : holders_.size();
    const auto agents = static_cast<std::int64_t>(std::max<std::size_t>(1, holders_.size()));
    lease_at_ = steady + (has_policy ? std::max(Duration{kLeaseRound.micros / agents}, kLeaseStepMin) : kLeaseRound);
  }
  if (steady < shelf_at_ || untold_.empty()) return upkeep;
  shelf_at_ = steady + kShelfEvery;
  std::size_t looked_at = 0;
  for (const PositionKey& key : untold_) {
    if (++looked_at > kShelvesMax) break;
    telling_.push_back(key);
    if (agent_locations_.contains(key.location.value)) upkeep.shelves.push_back(key);
  }
  return upkeep;
}

/// Agents are told of what is spoken for, and once more when it no longer is.
void ReservationsStage::note_shelf(const Position& position) {
  if (!options_.holders) return;
  if (position.is_spoken_for() || told_.contains(position.key)) untold_.insert(position.key);
}

Result<void> ReservationsStage::reload(sql::Connection& connection) {
  rows_ = ReservationRows{};
  known_ = KnownCatalogue{};
  ReservationStore store(connection, safety_);
  TS_ASSIGN_OR_RETURN(safety_, store.load_safety_stock());
  TS_RETURN_IF_ERROR(store.load_numbers(rows_));
  TS_RETURN_IF_ERROR(store.load_spoken_for(rows_.positions));
  TS_ASSIGN_OR_RETURN(rows_.epochs, store.lease_epochs());
  TS_ASSIGN_OR_RETURN(next_expiry_, store.next_expiry());
  is_stale_ = false;
  return {};
}

/// The ledger has booked: what is held in memory follows. is_counted: it was loaded in this transaction and has it already.
void ReservationsStage::apply_stock(const MicroBatch& batch, bool is_counted) {
  for (const StockChanged& change : batch.stock_changes) {
    if (!is_promisable(change)) continue;
    const PositionKey key{change.location, change.sku};
    const auto held = rows_.positions.find(key);
    if (held == rows_.positions.end()) {
      moves_.push_back({key, change.change.milli});
      continue;
    }
    Position& position = held->second;
    if (!is_counted) position.on_hand_milli = minus(position.on_hand_milli, minus(0, change.change.milli));
    if (!std::exchange(position.is_moved, true)) moved_.push_back(&position);
  }
}

Result<void> ReservationsStage::load(sql::Connection& connection, const MicroBatch& batch) {
  moves_.clear();
  moved_.clear();
  const bool was_stale = is_stale_;
  if (was_stale) TS_RETURN_IF_ERROR(reload(connection));
  rows_.are_epochs_doubtful = was_stale;
  rows_.reservations.clear();
  rows_.leases.clear();
  rows_.demands.clear();
  rows_.lease_positions.clear();
  rows_.due_reservations.clear();
  rows_.due_leases.clear();
  rows_.awaited.clear();
  rows_.candidates.clear();
  rows_.leases_at.clear();
  rows_.differences.clear();
  rows_.wishes.clear();
  rows_.shelves.clear();
  const Duration steady = options_.steady();
  rows_.hold_now = clock_.now(steady);
  rows_.wall_offset = clock_.to_wall(rows_.hold_now, batch.now, steady) - rows_.hold_now;
  apply_stock(batch, was_stale);
  return ReservationStore(connection, safety_).load(batch, known_, options_.policy, take_upkeep(steady), rows_);
}

void ReservationsStage::decide(MicroBatch& batch) { decision_ = decide_reservations(batch, rows_, options_.policy); }

Result<void> ReservationsStage::write(sql::Connection& connection, const MicroBatch& batch) {
  ReservationStore store(connection, safety_);
  TS_RETURN_IF_ERROR(store.write(batch, rows_, decision_));
  if (looked_for_due_) {
    TS_ASSIGN_OR_RETURN(next_expiry_, store.next_expiry());
  } else {
    note_expiries();
  }
  return {};
}

/// An earlier time than the true one (what was to end was released) only means that the database is asked once more.
void ReservationsStage::note_expiries() {
  const auto note = [this](Instant expires_at) {
    if (!next_expiry_ || expires_at < *next_expiry_) next_expiry_ = expires_at;
  };
  for (const Reservation* reservation : decision_.reservations) {
    if (reservation->expires_at) note(*reservation->expires_at);
  }
  for (const Lease* lease : decision_.leases) {
    if (lease->state == LeaseState::kOpen) note(lease->expires_at);
  }
}

void ReservationsStage::committed() {
  committed_expiry_ = next_expiry_;
  std::vector<std::pair<PositionKey, PositionFigures>> published;
  for (Position* position : decision_.positions) {
    position->is_stored = true;
    position->is_changed = false;
    if (std::ranges::find(moved_, position) == moved_.end()) moved_.push_back(position);
  }
  for (Position* position : moved_) {
    position->is_moved = false;
    position->is_oversold = position->shortage_milli() > 0;
    published.emplace_back(position->key, figures_of(*position));
  }
  for (const PositionKey& key : telling_) untold_.erase(key);
  for (const Position* shelf : rows_.shelves) {
    if (shelf->is_spoken_for())
      told_.insert(shelf->key);
    else
      told_.erase(shelf->key);
  }
  // What this batch has moved it has told as it was decided; what it did not tell waits for the next round.
  for (const Position* position : moved_) {
    if (std::ranges::find(rows_.shelves, position) == rows_.shelves.end()) note_shelf(*position);
  }
  for (const SafetyStock& entry : decision_.safety_stock) {
    const std::pair key(entry.location.value, entry.sku.value);
    if (entry.qty)
      safety_[key] = entry.qty->milli;
    else
      safety_.erase(key);
  }
  if (!decision_.safety_stock.empty()) {
    for (auto& [key, position] : rows_.positions) position.safety_milli = safety_of(safety_, key);
  }
  if (options_.book != nullptr) {
    options_.book->publish(published, moves_);
    if (!decision_.safety_stock.empty()) options_.book->forget();
  }
  forget_batch();
  if (rows_.positions.size() > kIdlePositionsMax) std::erase_if(rows_.positions, [](const auto& entry) { return !entry.second.is_spoken_for(); });
  if (known_.products.size() > kKnownProductsMax) known_.products.clear();
}

/// A group of tasks alone comes to committed() as well, without a load before it: nothing of an earlier batch may be left for it.
void ReservationsStage::forget_batch() {
  decision_ = ReservationDecision{};
  rows_.reservations.clear();
  rows_.leases.clear();
  rows_.shelves.clear();
  moved_.clear();
  moves_.clear();
  telling_.clear();
}

void ReservationsStage::rolled_back() {
  is_stale_ = true;
  next_expiry_ = committed_expiry_;  // what the batch has ended, it has not
  forget_batch();
  rows_ = ReservationRows{};
  known_ = KnownCatalogue{};
}

void ReservationsStage::masterdata_changed() { known_ = KnownCatalogue{}; }

std::optional<Duration> ReservationsStage::due_in() {
  const Duration steady = options_.steady();
  std::optional<Duration> due;
  const auto at = [&due](Duration in) { due = std::max(due ? std::min(*due, in) : in, Duration{0}); };
  if (next_expiry_) at(*next_expiry_ - clock_.now(steady));
  if (!options_.holders) return due;
  if (!untold_.empty()) at(shelf_at_ - steady);
  at(lease_at_ - steady);
  return due;
}

}  // namespace tillsync::hub
