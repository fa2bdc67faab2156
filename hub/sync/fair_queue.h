// Batches of many agents on their way to the one writer, shared by deficit round robin: each agent in turn may hand over as many
// bytes as its turn is worth, so a store that drains weeks of backlog delays the others by one turn and no more. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hub/sync/hub_session.h"

namespace tillsync::hub {

inline constexpr std::int64_t kTurnBytes = 64 * 1'024;  // of one agent, before the next has its turn

class FairQueue {
 public:
  void push(const std::string& key, IncomingBatch batch);
  /// The next batch by turns; nullopt when nothing waits but what is held.
  std::optional<std::pair<std::string, IncomingBatch>> take();
  /// Nothing of this key is taken until release().
  void hold(const std::string& key);
  void release(const std::string& key);
  /// Removes what waits of a key, oldest first.
  std::vector<IncomingBatch> drop(const std::string& key);
  bool has(const std::string& key) const { return flows_.contains(key); }
  std::size_t size() const { return size_; }

 private:
  struct Flow {
    std::deque<IncomingBatch> batches;
    std::int64_t deficit = 0;
    bool held = false;
  };
  void forget_if_empty(const std::string& key);
  std::unordered_map<std::string, Flow> flows_;
  std::list<std::string> turns_;  // keys with batches, the front has its turn
  std::size_t size_ = 0;
};

}  // namespace tillsync::hub
