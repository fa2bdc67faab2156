// Which agents a list shows, in which order, and what they come to together: filters, sorts, cursor and summary over what the
// registry holds in memory. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "hub/fleet/agent.h"
#include "hub/fleet/drain.h"
#include "hub/fleet/location_facts.h"

namespace tillsync::hub {

/// The remote configuration that an agent is to have. item: counts what it was sent, so that its report names one. revision 0: none.
struct WantedConfig {
  std::int64_t revision = 0, item = 0;
  bool operator==(const WantedConfig&) const = default;
};

/// One of two machines that speak with the same key.
struct ConflictMachine {
  std::string boot_id;  // hex
  std::string host, version, address;
  Instant last_seen;
};

/// What the registry holds of an agent. `location` is that of the agent's location; never null.
struct AgentEntry {
  AgentRecord agent;
  AgentStatus status;
  BacklogTrend trend;
  WantedConfig wanted;
  std::vector<ConflictMachine> machines;  // of the last identity conflict
  std::optional<Instant> conflict_since;
};

/// An agent as lists, pages and alerts show it.
struct AgentView {
  AgentRecord agent;
  AgentStatus status;
  LocationFacts location;
  WantedConfig wanted;
  std::optional<std::int64_t> drain_s;
  std::optional<bool> is_open;  // its location, now; a dark agent of a closed one is idle
  AgentState state = AgentState::kWaiting;
  std::vector<ConflictMachine> machines;
  std::optional<Instant> conflict_since;
};

/// Empty members do not filter.
struct AgentFilter {
  std::vector<AgentState> states;
  std::string location, group, version;
  std::optional<Duration> dark_for;  // silent for at least so long
  std::string q;                     // a part of id, name, host, location or its name; letters of either case
};

enum class AgentSort : std::uint8_t { kId, kLastSeen, kBacklog, kOldest, kSkew, kDisk, kVersion };
struct AgentOrder {
  AgentSort by = AgentSort::kId;
  bool is_descending = false;
};
/// "backlog", "-last_seen"; "" = id. skew sorts by its size, whatever its sign; what is not known comes before everything.
std::optional<AgentOrder> parse_agent_order(std::string_view text);
/// "dark,missing"; nullopt when one is none.
std::optional<std::vector<AgentState>> parse_agent_states(std::string_view text);

struct AgentQuery {
  AgentFilter filter;
  AgentOrder order;
  std::string after;  // `next` of the page before
  std::size_t limit = 50;
};
struct AgentPage {
  std::vector<AgentView> items;
  std::optional<std::string> next;
};

struct AgentSummary {
  std::int64_t all = 0, backlog = 0, oldest_unsent_s = 0;
  std::optional<std::int64_t> drain_s;  // the longest forecast of those that are heard; 0 when none of them has a backlog, nullopt when there is no forecast
  std::map<std::string, std::int64_t> by_state, versions, groups;
};

/// Of an agent that is heard; a dark one sends nothing.
std::optional<std::int64_t> drain_of(const AgentEntry& entry, AgentState state);
bool matches(const AgentFilter& filter, const AgentEntry& entry, const LocationFacts& location, AgentState state, Instant now);
AgentView view_of(const AgentEntry& entry, const LocationFacts& location, Instant now);
void add_to_summary(AgentSummary& summary, const AgentEntry& entry, const LocationFacts& location, AgentState state);

/// An entry with what it is sorted by.
struct SortedAgent {
  std::int64_t number = 0;
  std::string_view text;  // of version
  const AgentEntry* entry = nullptr;
};
SortedAgent sort_key(const AgentEntry& entry, AgentSort by);
/// The first `limit` behind `after`, in order; more: there are others behind them. kInvalid for a cursor that no page gave.
struct SortedPage {
  std::vector<SortedAgent> rows;
  std::optional<std::string> next;
};
Result<SortedPage> sort_page(std::vector<SortedAgent> rows, const AgentOrder& order, std::string_view after, std::size_t limit);

}  // namespace tillsync::hub
