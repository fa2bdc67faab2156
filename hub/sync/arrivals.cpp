#include "hub/sync/arrivals.h"

namespace tillsync::hub {

std::optional<ArrivedFrame> Arrivals::sort(ArrivedFrame frame) {
  const bool is_small = frame.frame.size() <= kSmallFrameBytesMax;
  if (is_small && (waiting_.empty() || !waiting_of_.contains(frame.connection))) return frame;
  bytes_ += frame.frame.size();
  ++waiting_of_[frame.connection];
  waiting_.push_back(std::move(frame));
  return std::nullopt;
}

std::optional<ArrivedFrame> Arrivals::take() {
  if (waiting_.empty()) return std::nullopt;
  ArrivedFrame frame = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= frame.frame.size();
  const auto of = waiting_of_.find(frame.connection);
  if (--of->second == 0) waiting_of_.erase(of);
  return frame;
}

}  // namespace tillsync::hub
