#include "hub/reservations/availability_cache.h"

#include <mutex>

namespace tillsync::hub {

void AvailabilityCache::note_change(const Sku& sku) {
  const auto [entry, is_new] = changed_by_sku_.try_emplace(sku.value);
  if (!is_new) changed_.erase(entry->second);
  changed_.push_back({++last_change_, sku});
  entry->second = std::prev(changed_.end());
  if (changed_.size() <= skus_max_) return;
  forgotten_to_ = changed_.front().no;
  changed_by_sku_.erase(changed_.front().sku.value);
  changed_.pop_front();
}

void AvailabilityCache::publish(const std::vector<std::pair<PositionKey, PositionFigures>>& positions, const std::vector<Move>& moves) {
  if (positions.empty() && moves.empty()) return;
  const std::unique_lock lock(mutex_);
  ++generation_;
  if (positions_.size() + positions.size() > positions_max_) positions_.clear();
  for (const auto& [key, figures] : positions) {
    positions_.insert_or_assign(key, figures);
    note_change(key.sku);
  }
  for (const Move& move : moves) {
    if (const auto held = positions_.find(move.key); held != positions_.end())
      held->second.on_hand_milli = minus(held->second.on_hand_milli, minus(0, move.change_milli));
    note_change(move.key.sku);
  }
}

void AvailabilityCache::forget() {
  const std::unique_lock lock(mutex_);
  ++generation_;
  positions_.clear();
  changed_.clear();
  changed_by_sku_.clear();
  forgotten_to_ = ++last_change_;
}

std::optional<PositionFigures> AvailabilityCache::find(const PositionKey& key) const {
  const std::shared_lock lock(mutex_);
  const auto held = positions_.find(key);
  if (held == positions_.end()) return std::nullopt;
  return held->second;
}

std::uint64_t AvailabilityCache::generation() const {
  const std::shared_lock lock(mutex_);
  return generation_;
}

void AvailabilityCache::offer(const PositionKey& key, const PositionFigures& figures, std::uint64_t generation) {
  const std::unique_lock lock(mutex_);
  if (generation != generation_ || positions_.size() >= positions_max_) return;
  positions_.emplace(key, figures);
}

std::optional<std::vector<SkuChange>> AvailabilityCache::changes(std::uint64_t after, std::size_t limit) const {
  const std::shared_lock lock(mutex_);
  if (after < forgotten_to_ || after > last_change_) return std::nullopt;
  std::vector<SkuChange> found;
  // The newest stand at the end: who is nearly up to date walks a short way.
  auto from = changed_.end();
  while (from != changed_.begin() && std::prev(from)->no > after) --from;
  for (; from != changed_.end() && found.size() < limit; ++from) found.push_back(*from);
  return found;
}

std::uint64_t AvailabilityCache::last_change() const {
  const std::shared_lock lock(mutex_);
  return last_change_;
}

}  // namespace tillsync::hub
