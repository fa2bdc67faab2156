// What the hub knows of every agent, in memory: asked for each frame (so that revoking takes effect at once) and at each
// handshake. Fed from the tables at start and after each commit that changes an agent. Any thread.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "hub/fleet/agent.h"
#include "hub/fleet/agent_list.h"
#include "hub/fleet/fleet_store.h"
#include "hub/fleet/sample_store.h"

namespace tillsync::hub {

class AgentRegistry {
 public:
  /// Replaces everything. At start.
  Result<void> load(FleetStore& store);
  /// After COMMIT: a new agent, or one whose standing, location or keys have changed. Keeps its status. Keys that it no longer has are replaced.
  void put(const AgentRecord& agent);

  /// By its key, or the one that it has offered.
  std::optional<AgentRecord> by_key(std::string_view public_key) const;
  /// Whose key this was before it was replaced.
  std::optional<AgentRecord> by_replaced_key(std::string_view public_key) const;
  /// Whether this is the key that the agent has offered and not yet used.
  bool is_next_key(const AgentId& agent_id, std::string_view public_key) const;
  /// For ZAP: everyone but the revoked; an unknown key may enrol, and nothing else; a replaced one is told so.
  bool admits(std::string_view public_key) const;

  /// Any frame of an agent counts as life.
  void seen(std::string_view public_key, Instant now);
  /// A status frame. last_seen is taken from `now`. An unknown key is passed over.
  void set_status(std::string_view public_key, AgentStatus status, std::string version, Instant now);
  std::optional<AgentStatus> status(const AgentId& agent_id) const;
  /// As last measured; nullopt before the first status frame.
  std::optional<Duration> clock_skew(std::string_view public_key) const;

  /// When the newest agent of a location was heard; nullopt where none ever was.
  std::optional<Instant> last_heard(const LocationId& location) const;

  /// Agents whose status changed since the last call, for FleetStore::save_status.
  std::vector<AgentWithStatus> take_changed();
  /// Every agent by id; the live view of API and metrics.
  std::vector<AgentWithStatus> all() const;
  /// The same without copying, in no order. `each` must be quick and not call back: every frame of an agent waits for it.
  void visit(const std::function<void(const AgentRecord&, const AgentStatus&)>& each) const;

  /// A page of the list; 5,000 agents are filtered and sorted in place, and only the page is copied. kInvalid: `after` is no cursor.
  Result<AgentPage> list(const AgentQuery& query, Instant now) const;
  AgentSummary summary(const AgentFilter& filter, Instant now) const;
  std::optional<AgentView> view(const AgentId& agent_id, Instant now) const;
  /// What waits with the agents that were heard since `since`.
  std::vector<AgentSample> samples(Instant since) const;

  /// By its opening hours; nullopt where they are not known.
  std::optional<bool> is_open(const LocationId& location, Instant now) const;
  /// location_facts.h
  Duration silence_that_counts(const LocationId& location, Instant last_seen, Instant now) const;

  /// Of hub/masterdata: all at start, then each that was put.
  void put_location(const LocationId& location, LocationFacts facts);
  /// After COMMIT.
  void put_wanted(const AgentId& agent_id, const WantedConfig& wanted);
  /// The machines of an identity conflict, as the sessions see them; the newest of each boot counts.
  void put_conflict(const AgentId& agent_id, const std::vector<ConflictMachine>& machines, Instant since);

 private:
  struct Entry : AgentEntry {
    bool has_status = false;
    bool changed = false;
  };
  const Entry* find_key(std::string_view public_key) const;
  Entry* find_key(std::string_view public_key) { return const_cast<Entry*>(std::as_const(*this).find_key(public_key)); }
  void index_keys(const AgentRecord& agent);
  const Entry* find(const AgentId& agent_id) const;
  Entry* find(const AgentId& agent_id) { return const_cast<Entry*>(std::as_const(*this).find(agent_id)); }
  const LocationFacts& facts_of(const Entry& entry) const { return facts_of(entry.agent.location); }
  const LocationFacts& facts_of(const LocationId& location) const;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> by_id_;
  std::unordered_map<std::string, std::string> id_of_key_, id_of_replaced_key_;
  std::unordered_map<std::string, Instant> heard_;  // by location
  std::unordered_map<std::string, LocationFacts> locations_;
  void note_heard(const LocationId& location, Instant now);
};

}  // namespace tillsync::hub
