// The tills of all stores: each sells, returns, receives, counts and cancels, one document after another, and asks again with the
// same document until it is told that it was taken.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "common/base/time.h"
#include "common/sync/jitter.h"

namespace tillsync::sim {

class ChainWorld;
class SimAgent;

class Tills {
 public:
  Tills(ChainWorld& world, std::uint64_t seed);
  void open();
  /// Every till has been told of its last document.
  bool are_done() const;
  /// A clone's own till starts to sell at its machine.
  void open_at(SimAgent& agent, int till);

 private:
  struct Till {
    int store = 0, number = 0;
    SimAgent* agent = nullptr;
    int documents_left = 0, next_no = 1;
    std::optional<std::pair<int, std::size_t>> asking;  // document and content
    std::uint64_t question = 0;                         // counts up; an answer to an older one is late
  };
  void next(std::size_t index);
  void ask(std::size_t index);
  void answered(std::size_t index, int code, std::uint64_t seq);
  std::pair<int, std::size_t> make(Till& till);

  ChainWorld& world_;
  sync::Jitter random_;
  std::vector<Till> tills_;
};

}  // namespace tillsync::sim
