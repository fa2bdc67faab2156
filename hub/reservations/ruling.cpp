#include "hub/reservations/ruling.h"

#include <algorithm>
#include <numeric>

namespace tillsync::hub {
namespace {

/// Whether a is broken before b.
bool goes_before(const Reservation& a, const Reservation& b, const ReservationPolicy& policy) {
  const bool a_promised = !a.promised_by.empty(), b_promised = !b.promised_by.empty();
  if (a_promised != b_promised) return b_promised;
  for (const RulingKey key : policy.ruling) {
    switch (key) {
      case RulingKey::kPriority:
        if (a.request.priority != b.request.priority) return a.request.priority < b.request.priority;
        break;
      case RulingKey::kAge:
        if (a.created_at != b.created_at) return a.created_at > b.created_at;
        break;
      case RulingKey::kValue:
        if (a.value() != b.value()) return a.value() < b.value();
        break;
    }
  }
  return a.reservation_no > b.reservation_no;
}

class Ruler {
 public:
  Ruler(const Position& position, const std::vector<RulingCandidate>& candidates, const ReservationPolicy& policy)
      : position_(position), candidates_(candidates), policy_(policy), left_(position.shortage_milli()) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const Reservation& reservation = *candidates[i].reservation;
      if (is_breakable(reservation.state) && reservation.parts[candidates[i].part].open_milli > 0) order_.push_back(i);
    }
    std::ranges::sort(order_, [this](std::size_t a, std::size_t b) {
      return goes_before(*candidates_[a].reservation, *candidates_[b].reservation, policy_) ||
             (candidates_[a].reservation == candidates_[b].reservation && candidates_[a].part < candidates_[b].part);
    });
  }

  Ruling run() {
    if (policy_.ruling_re_sources) move_elsewhere();
    break_rest();
    for (const auto& [position, milli] : taken_) position->tentative_milli -= milli;
    ruling_.uncovered_milli = left_;
    return std::move(ruling_);
  }

 private:
  std::int64_t open_of(std::size_t candidate) const { return candidates_[candidate].reservation->parts[candidates_[candidate].part].open_milli; }

  void move_elsewhere() {
    std::vector<std::size_t> staying;
    for (const std::size_t candidate : order_) {
      if (left_ <= 0 || !move(candidate)) staying.push_back(candidate);
    }
    order_ = std::move(staying);
  }

  bool move(std::size_t candidate) {
    const RulingCandidate& tried = candidates_[candidate];
    if (!tried.can_move) return false;
    // A line that may not be split moves as a whole.
    const std::int64_t milli = tried.reservation->request.split ? std::min(open_of(candidate), left_) : open_of(candidate);
    for (Position* to : tried.alternatives) {
      if (to == &position_ || to->available_milli() < milli) continue;
      to->tentative_milli += milli;
      taken_.emplace_back(to, milli);
      ruling_.steps.push_back({RulingAct::kMove, candidate, to, milli});
      left_ -= milli;
      // What is left of a part that was split may still be broken.
      return milli == open_of(candidate);
    }
    return false;
  }

  std::int64_t moved_of(std::size_t candidate) const {
    std::int64_t moved = 0;
    for (const RulingStep& step : ruling_.steps) {
      if (step.candidate == candidate) moved += step.milli;
    }
    return moved;
  }

  void break_rest() {
    std::vector<const Reservation*> broken;
    for (const std::size_t candidate : order_) {
      if (left_ <= 0) return;
      const Reservation* reservation = candidates_[candidate].reservation;
      if (std::ranges::find(broken, reservation) != broken.end()) continue;
      if (reservation->request.policy == "partial") {
        const std::int64_t milli = std::min(open_of(candidate) - moved_of(candidate), left_);
        if (milli <= 0) continue;
        ruling_.steps.push_back({RulingAct::kShrink, candidate, nullptr, milli});
        left_ -= milli;
        continue;
      }
      // All of its parts here go at once.
      std::int64_t freed = 0;
      for (std::size_t other = 0; other < candidates_.size(); ++other) {
        if (candidates_[other].reservation == reservation) freed += open_of(other) - moved_of(other);
      }
      ruling_.steps.push_back({RulingAct::kBreak, candidate, nullptr, freed});
      broken.push_back(reservation);
      left_ -= freed;
    }
    left_ = std::max<std::int64_t>(left_, 0);
  }

  const Position& position_;
  const std::vector<RulingCandidate>& candidates_;
  const ReservationPolicy& policy_;
  std::int64_t left_;
  std::vector<std::size_t> order_;
  std::vector<std::pair<Position*, std::int64_t>> taken_;
  Ruling ruling_;
};

}  // namespace

Ruling rule(const Position& position, const std::vector<RulingCandidate>& candidates, const ReservationPolicy& policy) {
  return Ruler(position, candidates, policy).run();
}

}  // namespace tillsync::hub
