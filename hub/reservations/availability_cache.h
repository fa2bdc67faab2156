// What can be promised, for readers on other threads: figures as of the last commit, in memory, so that no reader waits for the
// writer or the disk. It holds what was asked for or changed lately; what it does not hold is read from the database. It also knows
// which SKUs changed, in the order of their last change, for channels. Any thread. Publishing: the reservations stage.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/ids.h"
#include "hub/reservations/reservation.h"

namespace tillsync::hub {

struct PositionFigures {
  std::int64_t on_hand_milli = 0, reserved_milli = 0, leased_milli = 0, safety_milli = 0;
  bool operator==(const PositionFigures&) const = default;
};
inline PositionFigures figures_of(const Position& position) {
  return {position.on_hand_milli, position.reserved_milli, position.leased_milli, position.safety_milli};
}
inline std::int64_t available_milli(const PositionFigures& figures) {
  return minus(minus(minus(figures.on_hand_milli, figures.reserved_milli), figures.leased_milli), figures.safety_milli);
}

struct SkuChange {
  std::uint64_t no = 0;
  Sku sku;
};

class AvailabilityCache {
 public:
  /// positions_max: figures held, about 200 bytes each; skus_max: changed SKUs remembered, about 150 bytes each.
  explicit AvailabilityCache(std::size_t positions_max = 500'000, std::size_t skus_max = 200'000) : positions_max_(positions_max), skus_max_(skus_max) {}

  // ---- the stage, after a commit

  struct Move {
    PositionKey key;
    std::int64_t change_milli = 0;  // of on hand
  };
  /// positions: whole figures. moves: of positions that the stage does not hold.
  void publish(const std::vector<std::pair<PositionKey, PositionFigures>>& positions, const std::vector<Move>& moves);
  /// Everything may have changed (safety stock, a correction): readers ask the database again.
  void forget();

  // ---- readers

  std::optional<PositionFigures> find(const PositionKey& key) const;
  /// Counts commits; asked before the database is read.
  std::uint64_t generation() const;
  /// Keeps what was read from the database, unless something was committed since `generation`.
  void offer(const PositionKey& key, const PositionFigures& figures, std::uint64_t generation);

  /// SKUs that changed behind `after`, in the order of their last change, each once. nullopt: so much has changed since that the list
  /// is no longer whole: everything is to be read anew. 0 = the beginning of this process's list.
  std::optional<std::vector<SkuChange>> changes(std::uint64_t after, std::size_t limit) const;
  std::uint64_t last_change() const;

 private:
  void note_change(const Sku& sku);

  std::size_t positions_max_, skus_max_;
  mutable std::shared_mutex mutex_;  // guards what follows
  std::uint64_t generation_ = 0;
  std::unordered_map<PositionKey, PositionFigures, PositionKeyHash> positions_;
  std::list<SkuChange> changed_;     // oldest first
  std::unordered_map<std::string, std::list<SkuChange>::iterator> changed_by_sku_;
  std::uint64_t last_change_ = 0, forgotten_to_ = 0;
};

}  // namespace tillsync::hub
