#include "hub/fleet/agent_alarms.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

ExceptionRaised about(const AgentRecord& agent, const char* code, std::string detail) {
  ExceptionRaised raised;
  raised.code = code;
  raised.subject = agent.agent_id.value;
  raised.cause_key = "agent:" + agent.agent_id.value;
  raised.location = agent.location;
  raised.detail = std::move(detail);
  return raised;
}

}  // namespace

AgentAlarms::AgentAlarms(const std::vector<AgentWithStatus>& known) {
  for (const auto& row : known) known_[row.agent.agent_id.value].refused = row.status.refused;
}

AlarmDecision AgentAlarms::decide(const std::vector<AgentWithStatus>& changed) {
  AlarmDecision decision;
  for (const auto& row : changed) {
    Known& known = known_[row.agent.agent_id.value];
    const bool is_skewed = row.status.clock_skew > kClockSkewMax || row.status.clock_skew < Duration{-kClockSkewMax.micros};
    if (is_skewed) {
      const std::int64_t behind_s = row.status.clock_skew.micros / kMicrosPerSecond;
      decision.raised.push_back(about(row.agent, "clock_skew",
                                      "the clock of " + row.status.host + " is " + std::to_string(behind_s < 0 ? -behind_s : behind_s) + " s " +
                                          (behind_s < 0 ? "ahead of" : "behind") + " the hub's"));
    } else if (known.is_skewed) {
      decision.settled.push_back({"clock_skew", row.agent.agent_id.value, "the clock is right again"});
    }
    known.is_skewed = is_skewed;
    // An agent counts from its start: fewer than before means that it has started anew.
    const std::int64_t before = row.status.refused < known.refused ? 0 : known.refused;
    if (row.status.refused > before)
      decision.raised.push_back(about(row.agent, "documents_refused", std::to_string(row.status.refused - before) + " more documents refused at its doors"));
    known.refused = row.status.refused;
  }
  return decision;
}

}  // namespace tillsync::hub
