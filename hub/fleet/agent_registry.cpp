#include "hub/fleet/agent_registry.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

constexpr std::size_t kLoadPage = 1'000;  // agents

}  // namespace

Result<void> AgentRegistry::load(FleetStore& store) {
  std::vector<AgentWithStatus> all;
  for (std::string after;;) {
    TS_ASSIGN_OR_RETURN(auto page, store.agents(after, kLoadPage));
    if (page.empty()) break;
    after = page.back().agent.agent_id.value;
    std::ranges::move(page, std::back_inserter(all));
  }
  TS_ASSIGN_OR_RETURN(const auto wanted, store.wanted_configs());
  TS_ASSIGN_OR_RETURN(auto conflicts, store.conflicts());
  TS_ASSIGN_OR_RETURN(auto replaced, store.replaced_keys());
  const std::unique_lock lock(mutex_);
  by_id_.clear();
  id_of_key_.clear();
  id_of_replaced_key_.clear();
  heard_.clear();
  for (auto& key : replaced) id_of_replaced_key_[std::move(key.public_key)] = std::move(key.agent_id.value);
  for (AgentWithStatus& entry : all) {
    if (entry.status.last_seen) note_heard(entry.agent.location, *entry.status.last_seen);
    index_keys(entry.agent);
    Entry& made = by_id_[entry.agent.agent_id.value];
    made.agent = std::move(entry.agent);
    made.status = std::move(entry.status);
  }
  for (auto& [agent_id, wanted_config] : wanted)
    if (Entry* entry = find(AgentId(agent_id))) entry->wanted = wanted_config;
  for (auto& [agent_id, conflict] : conflicts) {
    Entry* entry = find(AgentId(agent_id));
    if (entry == nullptr) continue;
    entry->machines = std::move(conflict.machines);
    entry->conflict_since = conflict.since;
  }
  return {};
}

void AgentRegistry::index_keys(const AgentRecord& agent) {
  id_of_key_[agent.public_key] = agent.agent_id.value;
  if (!agent.next_key.empty()) id_of_key_[agent.next_key] = agent.agent_id.value;
}

void AgentRegistry::put(const AgentRecord& agent) {
  const std::unique_lock lock(mutex_);
  AgentRecord& known = by_id_[agent.agent_id.value].agent;
  if (!known.public_key.empty()) {
    id_of_key_.erase(known.public_key);
    id_of_key_.erase(known.next_key);
    if (known.public_key != agent.public_key) id_of_replaced_key_[known.public_key] = agent.agent_id.value;
  }
  known = agent;
  index_keys(agent);
}

const AgentRegistry::Entry* AgentRegistry::find_key(std::string_view public_key) const {
  const auto id = id_of_key_.find(std::string(public_key));
  return id == id_of_key_.end() ? nullptr : &by_id_.at(id->second);
}

std::optional<AgentRecord> AgentRegistry::by_key(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = find_key(public_key);
  return entry == nullptr ? std::nullopt : std::optional(entry->agent);
}

std::optional<AgentRecord> AgentRegistry::by_replaced_key(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const auto id = id_of_replaced_key_.find(std::string(public_key));
  if (id == id_of_replaced_key_.end()) return std::nullopt;
  const Entry* entry = find(AgentId(id->second));
  return entry == nullptr ? std::nullopt : std::optional(entry->agent);
}

bool AgentRegistry::is_next_key(const AgentId& agent_id, std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = find(agent_id);
  return entry != nullptr && !public_key.empty() && entry->agent.next_key == public_key;
}

bool AgentRegistry::admits(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = find_key(public_key);
  return entry == nullptr || entry->agent.standing != Standing::kRevoked;
}

void AgentRegistry::seen(std::string_view public_key, Instant now) {
  const std::unique_lock lock(mutex_);
  Entry* entry = find_key(public_key);
  if (entry == nullptr) return;
  entry->status.last_seen = now;
  entry->changed = true;
  note_heard(entry->agent.location, now);
}

void AgentRegistry::set_status(std::string_view public_key, AgentStatus status, std::string version, Instant now) {
  const std::unique_lock lock(mutex_);
  Entry* entry = find_key(public_key);
  if (entry == nullptr) return;
  status.last_seen = now;
  entry->trend.add(now, status.backlog);
  entry->status = std::move(status);
  entry->agent.version = std::move(version);
  entry->has_status = true;
  entry->changed = true;
  note_heard(entry->agent.location, now);
}

std::optional<AgentStatus> AgentRegistry::status(const AgentId& agent_id) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = find(agent_id);
  return entry == nullptr ? std::nullopt : std::optional(entry->status);
}

std::optional<Duration> AgentRegistry::clock_skew(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = find_key(public_key);
  if (entry == nullptr || !entry->has_status) return std::nullopt;
  return entry->status.clock_skew;
}

void AgentRegistry::note_heard(const LocationId& location, Instant now) {
  Instant& at = heard_[location.value];
  at = std::max(at, now);
}

std::optional<Instant> AgentRegistry::last_heard(const LocationId& location) const {
  const std::shared_lock lock(mutex_);
  const auto found = heard_.find(location.value);
  if (found == heard_.end()) return std::nullopt;
  return found->second;
}

std::vector<AgentWithStatus> AgentRegistry::take_changed() {
  const std::unique_lock lock(mutex_);
  std::vector<AgentWithStatus> changed;
  for (auto& [id, entry] : by_id_) {
    if (!std::exchange(entry.changed, false)) continue;
    changed.push_back({entry.agent, entry.status});
  }
  return changed;
}

std::vector<AgentWithStatus> AgentRegistry::all() const {
  std::vector<AgentWithStatus> agents;
  {
    const std::shared_lock lock(mutex_);
    agents.reserve(by_id_.size());
    for (const auto& [id, entry] : by_id_) agents.push_back({entry.agent, entry.status});
  }
  std::ranges::sort(agents, {}, [](const AgentWithStatus& entry) { return entry.agent.agent_id; });
  return agents;
}

const AgentRegistry::Entry* AgentRegistry::find(const AgentId& agent_id) const {
  const auto found = by_id_.find(agent_id.value);
  return found == by_id_.end() ? nullptr : &found->second;
}

const LocationFacts& AgentRegistry::facts_of(const LocationId& location) const {
  static const LocationFacts kNone;
  const auto found = locations_.find(location.value);
  return found == locations_.end() ? kNone : found->second;
}

Result<AgentPage> AgentRegistry::list(const AgentQuery& query, Instant now) const {
  const std::shared_lock lock(mutex_);
  std::vector<SortedAgent> rows;
  rows.reserve(by_id_.size());
  for (const auto& [id, entry] : by_id_) {
    const AgentState state = agent_state(entry.agent.standing, entry.status, now);
    if (matches(query.filter, entry, facts_of(entry), state, now)) rows.push_back(sort_key(entry, query.order.by));
  }
  TS_ASSIGN_OR_RETURN(SortedPage sorted, sort_page(std::move(rows), query.order, query.after, query.limit));
  AgentPage page;
  page.next = std::move(sorted.next);
  for (const SortedAgent& row : sorted.rows) page.items.push_back(view_of(*row.entry, facts_of(static_cast<const Entry&>(*row.entry)), now));
  return page;
}

AgentSummary AgentRegistry::summary(const AgentFilter& filter, Instant now) const {
  AgentSummary summary;
  const std::shared_lock lock(mutex_);
  for (const auto& [id, entry] : by_id_) {
    const AgentState state = agent_state(entry.agent.standing, entry.status, now);
    const LocationFacts& location = facts_of(entry);
    if (matches(filter, entry, location, state, now)) add_to_summary(summary, entry, location, state);
  }
  return summary;
}

std::optional<AgentView> AgentRegistry::view(const AgentId& agent_id, Instant now) const {
  const std::shared_lock lock(mutex_);
  const Entry* entry = find(agent_id);
  if (entry == nullptr) return std::nullopt;
  return view_of(*entry, facts_of(*entry), now);
}

std::vector<AgentSample> AgentRegistry::samples(Instant since) const {
  std::vector<AgentSample> samples;
  const std::shared_lock lock(mutex_);
  for (const auto& [id, entry] : by_id_) {
    const AgentStatus& status = entry.status;
    if (!status.last_seen || *status.last_seen < since || !entry.has_status) continue;
    samples.push_back({entry.agent.agent_id, status.backlog, status.oldest_unsent_s, status.clock_skew, status.disk_free_bytes});
  }
  return samples;
}

std::optional<bool> AgentRegistry::is_open(const LocationId& location, Instant now) const {
  const std::shared_lock lock(mutex_);
  return hub::is_open(facts_of(location), now);
}

Duration AgentRegistry::silence_that_counts(const LocationId& location, Instant last_seen, Instant now) const {
  const std::shared_lock lock(mutex_);
  return hub::silence_that_counts(facts_of(location), last_seen, now);
}

void AgentRegistry::put_location(const LocationId& location, LocationFacts facts) {
  const std::unique_lock lock(mutex_);
  locations_[location.value] = std::move(facts);
}

void AgentRegistry::put_wanted(const AgentId& agent_id, const WantedConfig& wanted) {
  const std::unique_lock lock(mutex_);
  if (Entry* entry = find(agent_id)) entry->wanted = wanted;
}

void AgentRegistry::put_conflict(const AgentId& agent_id, const std::vector<ConflictMachine>& machines, Instant since) {
  const std::unique_lock lock(mutex_);
  Entry* entry = find(agent_id);
  if (entry == nullptr) return;
  if (!entry->conflict_since || entry->agent.standing != Standing::kConflict) entry->machines.clear();
  if (!entry->conflict_since || entry->agent.standing != Standing::kConflict) entry->conflict_since = since;
  for (const ConflictMachine& machine : machines) {
    const auto known = std::ranges::find(entry->machines, machine.boot_id, &ConflictMachine::boot_id);
    if (known == entry->machines.end())
      entry->machines.push_back(machine);
    else if (known->last_seen < machine.last_seen)
      known->last_seen = machine.last_seen;
  }
}

void AgentRegistry::visit(const std::function<void(const AgentRecord&, const AgentStatus&)>& each) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [id, entry] : by_id_) each(entry.agent, entry.status);
}

}  // namespace tillsync::hub
