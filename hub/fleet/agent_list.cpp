#include "hub/fleet/agent_list.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace tillsync::hub {
namespace {

constexpr std::int64_t kNotKnown = std::numeric_limits<std::int64_t>::min();
constexpr std::array<std::pair<std::string_view, AgentSort>, 7> kSorts = {{{"id", AgentSort::kId},
                                                                          {"last_seen", AgentSort::kLastSeen},
                                                                          {"backlog", AgentSort::kBacklog},
                                                                          {"oldest", AgentSort::kOldest},
                                                                          {"skew", AgentSort::kSkew},
                                                                          {"disk", AgentSort::kDisk},
                                                                          {"version", AgentSort::kVersion}}};
constexpr std::array kStates = {AgentState::kWaiting, AgentState::kOnline,   AgentState::kDraining, AgentState::kDark,
                                AgentState::kMissing, AgentState::kConflict, AgentState::kRevoked};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool has_part(std::string_view text, std::string_view part) {
  return !std::ranges::search(text, part, [](char a, char b) { return lower(a) == lower(b); }).empty();
}

/// What a row is compared by: its key, and its id where keys are the same.
struct Place {
  std::int64_t number;
  std::string_view text, id;
  auto operator<=>(const Place&) const = default;
};
Place place_of(const SortedAgent& row) { return {row.number, row.text, row.entry->agent.agent_id.view()}; }

std::string cursor_of(const SortedAgent& row, AgentSort by) {
  return (by == AgentSort::kVersion ? std::string(row.text) : std::to_string(row.number)) + "~" + row.entry->agent.agent_id.value;
}

Result<Place> read_cursor(std::string_view after, AgentSort by) {
  const std::size_t at = after.rfind('~');
  const auto refused = [] { return fail(ErrorCode::kInvalid, "list agents", "after is no cursor that a page gave", "leave it out to begin at the front"); };
  if (at == std::string_view::npos) return refused();
  const std::string_view key = after.substr(0, at);
  Place place{0, {}, after.substr(at + 1)};
  if (by == AgentSort::kVersion) {
    place.text = key;
    return place;
  }
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), place.number);
  if (key.empty() || error != std::errc{} || end != key.data() + key.size()) return refused();
  return place;
}

}  // namespace

std::optional<AgentOrder> parse_agent_order(std::string_view text) {
  AgentOrder order;
  if (text.empty()) return order;
  order.is_descending = text.starts_with('-');
  if (order.is_descending) text.remove_prefix(1);
  const auto found = std::ranges::find(kSorts, text, [](const auto& sort) { return sort.first; });
  if (found == kSorts.end()) return std::nullopt;
  order.by = found->second;
  return order;
}

std::optional<std::vector<AgentState>> parse_agent_states(std::string_view text) {
  std::vector<AgentState> states;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view word = text.substr(0, comma);
    const auto found = std::ranges::find(kStates, word, [](AgentState state) { return to_string(state); });
    if (found == kStates.end()) return std::nullopt;
    states.push_back(*found);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return states;
}

std::optional<std::int64_t> drain_of(const AgentEntry& entry, AgentState state) {
  if (state != AgentState::kOnline && state != AgentState::kDraining) return std::nullopt;
  return entry.trend.drain_seconds();
}

bool matches(const AgentFilter& filter, const AgentEntry& entry, const LocationFacts& location, AgentState state, Instant now) {
  const AgentRecord& agent = entry.agent;
  if (!filter.states.empty() && std::ranges::find(filter.states, state) == filter.states.end()) return false;
  if (!filter.location.empty() && agent.location.value != filter.location) return false;
  if (!filter.group.empty() && location.group != filter.group) return false;
  if (!filter.version.empty() && agent.version != filter.version) return false;
  if (filter.dark_for && (!entry.status.last_seen || now - *entry.status.last_seen < *filter.dark_for)) return false;
  if (filter.q.empty()) return true;
  return has_part(agent.agent_id.view(), filter.q) || has_part(agent.name, filter.q) || has_part(entry.status.host, filter.q) ||
         has_part(agent.location.view(), filter.q) || has_part(location.name, filter.q);
}

AgentView view_of(const AgentEntry& entry, const LocationFacts& location, Instant now) {
  const AgentState state = agent_state(entry.agent.standing, entry.status, now);
  return {entry.agent, entry.status, location, entry.wanted, drain_of(entry, state), is_open(location, now), state, entry.machines, entry.conflict_since};
}

void add_to_summary(AgentSummary& summary, const AgentEntry& entry, const LocationFacts& location, AgentState state) {
  ++summary.all;
  ++summary.by_state[std::string(to_string(state))];
  ++summary.versions[entry.agent.version];
  ++summary.groups[location.group];
  if (state == AgentState::kRevoked) return;  // what it holds is not waited for
  if (const auto drain = drain_of(entry, state)) summary.drain_s = std::max(summary.drain_s.value_or(0), *drain);
  summary.backlog += entry.status.backlog;
  if (entry.status.backlog > 0) summary.oldest_unsent_s = std::max(summary.oldest_unsent_s, entry.status.oldest_unsent_s);
}

SortedAgent sort_key(const AgentEntry& entry, AgentSort by) {
  SortedAgent row{kNotKnown, {}, &entry};
  const AgentStatus& status = entry.status;
  if (by == AgentSort::kVersion) row.text = entry.agent.version;
  if (by == AgentSort::kVersion || by == AgentSort::kId) row.number = 0;
  if (!status.last_seen) return row;
  switch (by) {
    case AgentSort::kId:
    case AgentSort::kVersion: break;
    case AgentSort::kLastSeen: row.number = status.last_seen->micros; break;
    case AgentSort::kBacklog: row.number = status.backlog; break;
    case AgentSort::kOldest: row.number = status.oldest_unsent_s; break;
    case AgentSort::kSkew: row.number = status.clock_skew.micros < 0 ? -status.clock_skew.micros : status.clock_skew.micros; break;
    case AgentSort::kDisk: row.number = status.disk_free_bytes; break;
  }
  return row;
}

Result<SortedPage> sort_page(std::vector<SortedAgent> rows, const AgentOrder& order, std::string_view after, std::size_t limit) {
  const auto is_before = [&order](const Place& a, const Place& b) { return order.is_descending ? b < a : a < b; };
  if (!after.empty()) {
    TS_ASSIGN_OR_RETURN(const Place from, read_cursor(after, order.by));
    std::erase_if(rows, [&](const SortedAgent& row) { return !is_before(from, place_of(row)); });
  }
  SortedPage page;
  const std::size_t kept = std::min(limit, rows.size());
  const auto by_place = [&](const SortedAgent& a, const SortedAgent& b) { return is_before(place_of(a), place_of(b)); };
  std::ranges::partial_sort(rows, rows.begin() + static_cast<std::ptrdiff_t>(kept), by_place);
  if (rows.size() > kept && kept > 0) page.next = cursor_of(rows[kept - 1], order.by);
  rows.resize(kept);
  page.rows = std::move(rows);
  return page;
}

}  // namespace tillsync::hub
