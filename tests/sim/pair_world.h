// A world of one hub, the machines that speak with one agent key, and a network that lies, in virtual time. The sessions are the
// product's; the stores are a few lines of memory that follow the rules of agent/outbox and hub/intake.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/sync/agent_session.h"
#include "common/sync/jitter.h"
#include "hub/sync/hub_session.h"

namespace tillsync::sim {

struct Fault {
  int drop_permille = 0, duplicate_permille = 0, reorder_permille = 0;
};

struct LinkShape {
  Duration one_way = milliseconds(10);
  std::int64_t bytes_per_second = 100'000'000;
};

/// The agent's outbox as a value: a copy is a backup or a cloned disk.
struct FakeOutbox {
  agent::OutboxState state;
  std::map<std::uint64_t, agent::OutboxRow> rows;
  ChainHash held_chain;  // before the oldest row held

  static FakeOutbox fresh(std::uint64_t seed);
  void sell(const std::string& document);
  void acknowledge(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain);
  void rebase(const EpochId& epoch, std::uint64_t first_seq, const IncarnationId& incarnation);
  void prune_below(std::uint64_t seq);
  std::optional<ChainHash> chain_at(std::uint64_t seq) const;
  std::vector<std::string> documents() const;  // held ones
};

/// The hub's ledger as a value: a copy is a backup.
struct FakeLedger {
  struct Epoch {
    std::uint64_t seq = 0;
    ChainHash chain;
  };
  IncarnationId incarnation;
  std::map<EpochId, Epoch> epochs;
  /// How often each arrived, within one epoch at the most: under another epoch the business identity takes it out, as hub/intake does.
  std::map<std::string, int> documents;
  std::map<std::pair<EpochId, std::string>, int> arrivals;
  std::vector<wire::Gap> gaps;
  std::uint64_t inbox_last = 0;

  bool commit(const hub::IncomingBatch& batch);  // false: it does not follow
};

class World;

/// One computer with the agent on it.
class Machine {
 public:
  Machine(World& world, FakeOutbox outbox, int name);
  void boot();        // a new process: the session starts anew from the disk
  void power_off();   // its connections stay half open at the hub
  void connect();
  void disconnect();
  void sell(int count);
  void request(const std::string& id, std::uint64_t after_seq);

  FakeOutbox outbox;
  std::unique_ptr<agent::AgentSession> session;
  std::vector<wire::InboxItem> inbox;
  std::map<std::string, Duration> asked, answered;
  std::optional<wire::FaultCode> paused;
  int reconnects = 0, rebases = 0;
  bool store_fails = false;  // rebase and inbox cannot be written

 private:
  friend class World;
  void pump();
  void answer(agent::SessionEvent event);

  World& world_;
  int name_;
  int boots_ = 0, sold_ = 0;
  std::optional<Duration> connect_at_;
  std::map<wire::Lane, Bytes> connections_;
};

class World {
 public:
  explicit World(std::uint64_t seed);

  Machine& add_machine(FakeOutbox outbox);
  void run_for(Duration time);
  /// Until all that every machine holds is acknowledged; false when that takes longer.
  bool run_until_drained(Duration patience);
  bool all_arrived_once(const Machine& machine) const;

  void restart_hub();                        // sessions gone, connections cut
  void restore_hub(FakeLedger backup);       // and its database is an older copy
  void put_in_inbox(std::uint64_t count);

  Duration now{0};
  FakeLedger ledger;
  hub::AgentStanding standing = hub::AgentStanding::kActive;
  bool enrolled_by_conflict_event = true;    // the registry records a conflict as soon as it is told
  int conflicts = 0, connects = 0, ignored = 0;
  bool disk_full = false;
  Duration commit_time = milliseconds(2);
  Fault fault;
  LinkShape link;
  std::size_t pending_bytes_highest = 0;
  std::uint64_t bytes_to_hub = 0;
  std::vector<std::string> requests;
  std::unique_ptr<hub::HubSession> hub_session;
  std::deque<std::unique_ptr<Machine>> machines;

 private:
  friend class Machine;
  struct Frame {
    Duration at;
    std::uint64_t order;
    bool to_hub;
    Bytes connection;
    Bytes bytes;
    bool operator<(const Frame& other) const { return std::pair(at, order) < std::pair(other.at, other.order); }
  };
  struct Commit {
    Duration at;
    hub::IncomingBatch batch;
  };

  Bytes open_connection(Machine& machine, wire::Lane lane);
  void close_connection(const Bytes& connection);
  void transmit(bool to_hub, const Bytes& connection, Bytes bytes);
  void deliver(const Frame& frame);
  void new_hub_session();
  void pump_hub();
  void answer_hub(hub::HubSessionEvent event);
  void finish_commit();
  std::optional<Duration> next_time() const;
  void step();
  Instant wall() const { return Instant{1'300'000'000'000'000 + now.micros}; }
  hub::AgentKnowledge knowledge() const { return {standing, AgentId{"a_1"}, LocationId{"GB"}}; }

  sync::Jitter random_;
  std::uint64_t frames_ = 0, connections_made_ = 0;
  std::multiset<Frame> network_;
  struct Connection {
    Machine* machine;
    wire::Lane lane;
    Duration last_to_hub{0}, last_to_agent{0};
  };
  std::map<Bytes, Connection> connections_;
  std::deque<Commit> commits_;
  Duration link_free_up_{0}, link_free_down_{0};
};

}  // namespace tillsync::sim
