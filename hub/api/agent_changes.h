// What of the fleet's rows has changed since the last look: for the live view of 5,000 agents, whose heartbeats alone are hundreds of changes a second. Pure but for its memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/time.h"
#include "hub/fleet/agent.h"

namespace tillsync::hub {

inline constexpr std::size_t kAgentRowsPerUpdateMax = 1'000;   // of one event, about 200 kB; the others come with the next one
inline constexpr Duration kLastSeenStep = seconds(5);          // a heartbeat alone is told when it moves the row by so much

class AgentChanges {
 public:
  /// Begins one look. The rows of the last one that were not told are told now.
  void begin();
  /// drain_s: forecast, nullopt = not known.
  void look(const AgentRecord& agent, const AgentStatus& status, std::optional<std::int64_t> drain_s, Instant now);
  /// {"items": […]}; nullopt when nothing has changed. is_first: everything is remembered and nothing told.
  std::optional<std::string> end(bool is_first);

 private:
  struct Seen {
    AgentState state = AgentState::kWaiting;
    std::int64_t backlog = -1, oldest_unsent_s = -1, skew_ms = 0, disk_free_bytes = 0, drain_s = -1;
    Instant last_seen;
  };
  std::unordered_map<std::string, Seen> seen_;
  std::string rows_;
  std::size_t count_ = 0;
  bool remembers_all_ = false;
};

}  // namespace tillsync::hub
