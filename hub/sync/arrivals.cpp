#include "hub/sync/arrivals.h"

namespace tillsync::hub {

std::optional<transport::RoutedFrame> Arrivals::sort(transport::RoutedFrame frame) {
  const bool is_small = frame.frame.size() <= kSmallFrameBytesMax;
  if (is_small && (waiting_.empty() || !waiting_of_.contains(frame.routing_id))) return frame;
  bytes_ += frame.frame.size();
  ++waiting_of_[frame.routing_id];
  waiting_.push_back(std::move(frame));
  return std::nullopt;
}

std::optional<transport::RoutedFrame> Arrivals::take() {
  if (waiting_.empty()) return std::nullopt;
  transport::RoutedFrame frame = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= frame.frame.size();
  const auto of = waiting_of_.find(frame.routing_id);
  if (--of->second == 0) waiting_of_.erase(of);
  return frame;
}

}  // namespace tillsync::hub
