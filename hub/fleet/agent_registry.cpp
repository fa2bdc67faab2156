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
  const std::unique_lock lock(mutex_);
  by_key_.clear();
  key_of_id_.clear();
  heard_.clear();
  for (AgentWithStatus& entry : all) {
    if (entry.status.last_seen) note_heard(entry.agent.location, *entry.status.last_seen);
    key_of_id_[entry.agent.agent_id.value] = entry.agent.public_key;
    const std::string key = entry.agent.public_key;
    by_key_[key] = Entry{.agent = std::move(entry.agent), .status = std::move(entry.status)};
  }
  return {};
}

void AgentRegistry::put(const AgentRecord& agent) {
  const std::unique_lock lock(mutex_);
  key_of_id_[agent.agent_id.value] = agent.public_key;
  by_key_[agent.public_key].agent = agent;
}

std::optional<AgentRecord> AgentRegistry::by_key(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(std::string(public_key));
  if (found == by_key_.end()) return std::nullopt;
  return found->second.agent;
}

bool AgentRegistry::admits(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(std::string(public_key));
  return found == by_key_.end() || found->second.agent.standing != Standing::kRevoked;
}

void AgentRegistry::seen(std::string_view public_key, Instant now) {
  const std::unique_lock lock(mutex_);
  const auto found = by_key_.find(std::string(public_key));
  if (found == by_key_.end()) return;
  found->second.status.last_seen = now;
  found->second.changed = true;
  note_heard(found->second.agent.location, now);
}

void AgentRegistry::set_status(std::string_view public_key, AgentStatus status, std::string version, Instant now) {
  const std::unique_lock lock(mutex_);
  const auto found = by_key_.find(std::string(public_key));
  if (found == by_key_.end()) return;
  status.last_seen = now;
  found->second.status = std::move(status);
  found->second.agent.version = std::move(version);
  found->second.has_status = true;
  found->second.changed = true;
  note_heard(found->second.agent.location, now);
}

std::optional<AgentStatus> AgentRegistry::status(const AgentId& agent_id) const {
  const std::shared_lock lock(mutex_);
  const auto key = key_of_id_.find(agent_id.value);
  if (key == key_of_id_.end()) return std::nullopt;
  return by_key_.at(key->second).status;
}

std::optional<Duration> AgentRegistry::clock_skew(std::string_view public_key) const {
  const std::shared_lock lock(mutex_);
  const auto found = by_key_.find(std::string(public_key));
  if (found == by_key_.end() || !found->second.has_status) return std::nullopt;
  return found->second.status.clock_skew;
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
  for (auto& [key, entry] : by_key_) {
    if (!std::exchange(entry.changed, false)) continue;
    changed.push_back({entry.agent, entry.status});
  }
  return changed;
}

std::vector<AgentWithStatus> AgentRegistry::all() const {
  std::vector<AgentWithStatus> agents;
  {
    const std::shared_lock lock(mutex_);
    agents.reserve(by_key_.size());
    for (const auto& [key, entry] : by_key_) agents.push_back({entry.agent, entry.status});
  }
  std::ranges::sort(agents, {}, [](const AgentWithStatus& entry) { return entry.agent.agent_id; });
  return agents;
}

void AgentRegistry::visit(const std::function<void(const AgentRecord&, const AgentStatus&)>& each) const {
  const std::shared_lock lock(mutex_);
  for (const auto& [key, entry] : by_key_) each(entry.agent, entry.status);
}

}  // namespace tillsync::hub
