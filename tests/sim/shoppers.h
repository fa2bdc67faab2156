// Who wants stock to be held: a web shop that asks the hub, and customers at the counters of stores, whose tills ask their agent. Each
// asks again with the same key until it is told; what is granted is confirmed, fetched, left to run out or given back. Also the person
// who leases units to stores.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/sync/jitter.h"
#include "tests/sim/shop.h"

namespace tillsync::sim {

class ChainWorld;
class SimAgent;

inline constexpr int kWeb = -1;

struct Hold {
  int id = 0;
  int store = kWeb;               // whose counter; kWeb: the web shop
  std::vector<int> candidates;    // stores, best first
  std::vector<DocLine> lines;
  std::int64_t ttl_s = 0;
  bool may_be_partial = false;

  // What was told.
  bool is_granted = false, is_refused = false;
  bool promised_here = false;     // by the agent, out of its leases
  int machine = -1;               // that promised it
  bool may_be_missing = false;    // no disk that has the promise may be left
  std::string reservation_id;
  std::vector<std::string> steps; // that were told as done
  std::int64_t granted_us = 0;    // world's time
};
std::string key_of(const Hold& hold);

class Shoppers {
 public:
  Shoppers(ChainWorld& world, std::uint64_t seed);
  void open();
  const std::vector<Hold>& holds() const { return holds_; }
  /// A customer comes for what was confirmed for them at this store: the hold, once.
  std::optional<int> take_one_to_fetch(int store);
  const Hold& hold(int id) const { return holds_[static_cast<std::size_t>(id)]; }
  /// Promises that this machine made and that are on no disk any more.
  void lost_with(const SimAgent& agent, Duration since);

 private:
  using Told = std::function<void(int code, const std::string& body)>;
  Hold make();
  void ask(int id, int tries);
  void told(int id, int code, const std::string& body);
  void follow(int id);
  void step(int id, const std::string& verb, int tries, std::function<void()> then);
  void step(int id, const std::string& verb, int tries, std::function<void()> then, std::shared_ptr<bool> is_told);
  void send(const Hold& hold, const std::string& verb, Told told);
  void lease_out();

  ChainWorld& world_;
  sync::Jitter random_;
  std::vector<Hold> holds_;
  std::vector<int> to_fetch_;
  std::vector<std::pair<int, int>> leased_;  // store, SKU
  std::int64_t leases_granted_ = 0;
};

}  // namespace tillsync::sim
