// A whole chain in one process and virtual time: store PCs, one hub, the lines between them, an ERP, tills that sell. All of it is
// the product's code but clock, network, disk and ERP. run_plan() plays one plan and tells what promise was broken, if any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/sync/jitter.h"
#include "tests/sim/plan.h"
#include "tests/sim/shop.h"
#include "tests/sim/shoppers.h"
#include "tests/sim/sim_agent.h"
#include "tests/sim/sim_erp.h"
#include "tests/sim/sim_hub.h"
#include "tests/sim/tills.h"

namespace tillsync::sim {

/// A promise that was not kept. check: the checker's name.
struct Failure {
  std::string check, text;
  Duration at;
};

/// What a run was made of, to see that it did something.
struct RunStatistics {
  std::uint64_t events = 0, documents = 0, conflicts = 0, kills = 0, faults_survived = 0, reconnects = 0, rebases = 0, identity_conflicts = 0, erp_creates = 0;
  std::uint64_t held = 0, promises = 0, broken = 0, leases_closed = 0;
  Duration simulated;
};

struct RunResult {
  std::optional<Failure> failure;
  RunStatistics statistics;
};
/// log: gets a line for each action and event of note; empty = nobody listens.
RunResult run_plan(const Plan& plan, const std::function<void(const std::string&)>& log = {});

class ChainWorld {
 public:
  ChainWorld(const Plan& plan, std::function<void(const std::string&)> log);
  ~ChainWorld();
  RunStatistics run();

  // ---- for the parts
  const Plan& plan() const { return plan_; }
  PlantedBug bug() const { return plan_.bug; }
  Duration now() const { return now_; }
  Instant wall() const { return Instant{1'300'000'000'000'000 + now_.micros}; }
  void later(Duration wait, std::function<void()> work);
  std::uint64_t random() { return random_.next(); }
  bool one_in(std::int64_t n) { return random_.next() % static_cast<std::uint64_t>(n) == 0; }
  Duration random_time(Duration limit) { return random_.up_to(limit); }
  sync::Jitter& disk_random() { return random_; }
  /// How long a commit takes.
  Duration commit_time() { return milliseconds(1) + random_.up_to(milliseconds(4)); }
  void note(const std::string& text) const;
  [[noreturn]] void fail(const std::string& check, const std::string& text) const;
  SimErp& erp() { return erp_; }
  SimHub& hub() { return hub_; }
  Shoppers& shoppers() { return shoppers_; }
  std::vector<Doc>& docs() { return docs_; }
  std::vector<std::unique_ptr<SimAgent>>& agents() { return agents_; }
  /// Trade is over: no new documents.
  bool is_closing_time() const { return now_ >= plan_.trade; }

  // ---- the network
  /// nullopt: the other side is not to be reached.
  std::optional<Bytes> connect(SimAgent& agent, wire::Lane lane);
  void close_at_agent(const Bytes& connection, bool hub_notices);
  void send_up(const Bytes& connection, Bytes frame);
  hub::FrameSent send_down(const Bytes& connection, const Bytes& frame);
  void hub_started();
  void hub_ended(bool agents_notice);
  void count_reconnect() { ++statistics_.reconnects; }
  void count_kill() { ++statistics_.kills; }

  // ---- checks after a step (chain_checks.cpp)
  void check_agent(SimAgent& agent);
  void check_hub();
  void check_grants();  // draws nothing: it may run after every commit
  /// The hub was restored and the agents no longer hold what it had since: the ERP has what nobody else has. That loss is
  /// declared as gaps, and a person has to settle it with the ERP.
  /// Sums that a restored hub makes anew have other documents than those of the same key at the ERP; and where a close was lost with the restore, what came
  /// after it was dated to the next open day at the ERP and is not any more: both are settled by hand.
  bool is_settled_by_hand() const { return is_damaged() || (hub_restored_ && plan_.sum_after.micros > 0) || close_lost_; }
  bool is_damaged() const { return hub_restored_ && (pruned_ || agent_restored_ || cloned_); }
  /// Whether the hub has the document now.
  bool hub_has(const Doc& doc);

 private:
  friend class Tills;
  struct Link {
    Duration blocked_up_until{0}, blocked_down_until{0};
    Duration noise_until{0}, slow_until{0};
    std::int64_t drop = 0, twice = 0, swap = 0, one_way_ms = 5, bytes_per_second = 10'000'000;
    Duration free_up{0}, free_down{0};
  };
  struct Connection {
    SimAgent* agent;
    wire::Lane lane;
    std::string key;
    bool open_at_agent = true, open_at_hub = true;
    Duration last_up{0}, last_down{0};
  };
  Duration arrival(Link& link, bool up, std::size_t bytes, Duration& last);
  void transmit(bool up, const Bytes& id, const Bytes& frame);
  void deliver(bool up, const Bytes& id, const Bytes& frame);

  void apply(const Action& action);
  void apply_kill(const Action& action);
  void apply_restore(const Action& action);
  void apply_clone(const Action& action);
  void lost_with(SimAgent& agent, const std::vector<int>& doc_ids);
  void mend();
  bool is_at_rest(Failure* why);
  void check_at_rest();
  void check_stock_and_money(const std::vector<Booked>& booked);
  void check_postings();
  void check_exceptions();
  // reservation_checks.cpp
  void check_reservations(bool at_rest);
  void check_expiry();
  void check_holds_at_rest();
  void check_fetched(bool is_lost);
  void check_shortages();
  void check_leases_at_rest(bool is_lost);
  std::vector<std::string> texts_at_hub(std::string_view statement, std::initializer_list<sql::Param> params);
  std::vector<Booked> booked_at_hub();
  void set_time(Duration to);

  Plan plan_;
  std::function<void(const std::string&)> log_;
  sync::Jitter random_;
  Duration now_{0};
  std::multimap<Duration, std::function<void()>> events_;
  RunStatistics statistics_;
  std::vector<Doc> docs_;
  SimErp erp_;
  SimHub hub_;
  std::vector<std::unique_ptr<SimAgent>> agents_;  // first those of the stores, then clones
  std::vector<Link> links_;                        // by store
  std::map<Bytes, Connection> connections_;
  std::uint64_t connections_made_ = 0;
  Tills tills_;
  Shoppers shoppers_;
  static constexpr std::int64_t kNotSeen = -1;
  std::int64_t seen_reservation_step_ = 0, seen_lease_step_ = 0;
  std::map<int, Duration> backup_at_;  // by machine
  std::map<int, std::int64_t> product_versions_;
  std::map<int, std::vector<int>> taken_since_backup_;  // docs, by machine
  bool cloned_ = false, hub_restored_ = false, day_closed_ = false, close_lost_ = false, agent_restored_ = false, pruned_ = false, clock_jumped_ = false, erp_refused_ = false;
  bool judge_restored_hub_ = false, mended_ = false;
  Duration mended_at_;
  int erp_modes_ = 0;
  struct SeenCursor {
    IncarnationId incarnation;
    EpochId epoch;
    std::uint64_t seq = 0;
  };
  std::map<const SimAgent*, SeenCursor> agent_cursors_;
  std::map<std::pair<std::string, EpochId>, std::uint64_t> hub_cursors_;
};

}  // namespace tillsync::sim
