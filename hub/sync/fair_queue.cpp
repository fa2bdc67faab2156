#include "hub/sync/fair_queue.h"

namespace tillsync::hub {

void FairQueue::push(const std::string& key, IncomingBatch batch) {
  Flow& flow = flows_[key];
  if (flow.batches.empty()) {
    turns_.push_back(key);
    flow.deficit = 0;
  }
  flow.batches.push_back(std::move(batch));
  ++size_;
}

std::optional<std::pair<std::string, IncomingBatch>> FairQueue::take() {
  // Each pass gives every flow one turn more; a batch is at most a few turns long, so few passes are needed. Held flows keep
  // their place but take no turn; when all are held there is nothing to take.
  std::size_t held_in_a_row = 0;
  while (!turns_.empty() && held_in_a_row < turns_.size()) {
    Flow& flow = flows_.at(turns_.front());
    if (flow.held) {
      ++held_in_a_row;
      turns_.splice(turns_.end(), turns_, turns_.begin());
      continue;
    }
    held_in_a_row = 0;
    if (flow.deficit < flow.batches.front().plain_bytes) {
      flow.deficit += kTurnBytes;
      if (flow.deficit < flow.batches.front().plain_bytes) {  // longer than a turn: it saves up while the others go on
        turns_.splice(turns_.end(), turns_, turns_.begin());
        continue;
      }
    }
    const std::string key = turns_.front();
    std::pair<std::string, IncomingBatch> taken{key, std::move(flow.batches.front())};
    flow.batches.pop_front();
    --size_;
    flow.deficit -= taken.second.plain_bytes;
    if (flow.batches.empty()) {
      turns_.pop_front();
      forget_if_empty(key);
    } else if (flow.deficit < flow.batches.front().plain_bytes) {
      turns_.splice(turns_.end(), turns_, turns_.begin());
    }
    return taken;
  }
  return std::nullopt;
}

void FairQueue::hold(const std::string& key) { flows_[key].held = true; }

void FairQueue::release(const std::string& key) {
  const auto flow = flows_.find(key);
  if (flow == flows_.end()) return;
  flow->second.held = false;
  forget_if_empty(key);
}

std::vector<IncomingBatch> FairQueue::drop(const std::string& key) {
  std::vector<IncomingBatch> dropped;
  const auto flow = flows_.find(key);
  if (flow == flows_.end()) return dropped;
  for (auto& batch : flow->second.batches) dropped.push_back(std::move(batch));
  if (!flow->second.batches.empty()) turns_.remove(key);
  flow->second.batches.clear();
  size_ -= dropped.size();
  forget_if_empty(key);
  return dropped;
}

void FairQueue::forget_if_empty(const std::string& key) {
  const auto flow = flows_.find(key);
  if (flow != flows_.end() && flow->second.batches.empty() && !flow->second.held) flows_.erase(flow);
}

}  // namespace tillsync::hub
