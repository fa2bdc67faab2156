// What needs a person now, out of everything that is known: one list, what is due first comes first. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "hub/fleet/agent.h"

namespace tillsync::hub {

inline constexpr std::size_t kNeedsMax = 50;            // listed; beyond, they are counted
inline constexpr std::size_t kDarkOneByOneMax = 5;      // more dark stores than these are one need
inline constexpr std::size_t kUnclosedNamedMax = 3;     // locations of one date that are named

struct OverviewNeed {
  std::string need_id;
  std::string kind;   // cause | dark | close | rollout | alert | breaker | conflict
  std::string role;   // f | a (CONSOLE "Look")
  std::string title;
  std::optional<std::int64_t> count;
  std::map<std::string, std::string> worth;  // currency → amount; empty = not known
  std::optional<Instant> due_at;             // none = now
  std::string owner;  // store_it | master_data | stock_control | finance | operations
  std::string href;
  std::string acknowledged_by;
};

struct AgentFact {
  std::string agent_id, name, location, location_name;
  AgentState state = AgentState::kWaiting;
  std::optional<Instant> last_seen;
  std::int64_t backlog = 0, oldest_unsent_s = 0, disk_free_bytes = 0;
  Duration clock_skew;
  std::optional<std::int64_t> drain_s;
  std::optional<Duration> silence_that_counts = {};  // of a dark one: in its location's opening hours; nullopt = all of it
  bool is_idle = false;                              // it is dark and its location is closed
  /// For people: the location's name, else its id.
  const std::string& place() const { return location_name.empty() ? location : location_name; }
};
struct CauseFact {
  std::string code, title, cause_key, owner;
  std::int64_t open = 0;
  Instant due_at;
  std::map<std::string, std::string> worth;
};
/// One business date with locations that are not closed although its time is over.
struct UnclosedDate {
  Date date;
  std::int64_t locations = 0;       // not closed
  std::int64_t all = 0;             // that have a day on that date
  std::vector<std::string> named;   // the first kUnclosedNamedMax
  Instant expected_at;
};
struct BreakerFact {
  std::string connector, breaker, last_error;  // breaker: flowing | stopped | probing
};
struct NeedFacts {
  Instant now;
  std::vector<AgentFact> agents;
  std::vector<CauseFact> causes;
  std::vector<UnclosedDate> unclosed;
  std::vector<BreakerFact> breakers;
  std::vector<OverviewNeed> others;                          // roll-outs, alerts: made by those who know them; need_id is set here when ""
  std::map<std::string, std::string> acknowledged;   // need_id → who
};

/// "n_" + base32 of what the need is about; a thing that comes again has another id when `since` differs.
std::string need_id_of(std::string_view kind, std::string_view about, std::string_view since);
/// All of them, by due time (now first, then the earliest), then by kind.
std::vector<OverviewNeed> build_needs(const NeedFacts& facts);
/// "41 min", "3 h", "2 d": what a person would say.
std::string spoken(Duration duration);
/// "SKU 85123A" for "sku:85123A".
std::string spoken_cause(std::string_view cause_key);

}  // namespace tillsync::hub
