#include "hub/api/agent_changes.h"

namespace tillsync::hub {

void AgentChanges::begin() {
  rows_.clear();
  count_ = 0;
}

void AgentChanges::look(const AgentRecord& agent, const AgentStatus& status, std::optional<std::int64_t> drain_s, Instant now) {
  Seen current;
  current.state = agent_state(agent.standing, status, now);
  current.backlog = status.backlog;
  current.oldest_unsent_s = status.oldest_unsent_s;
  current.skew_ms = status.clock_skew.micros / 1'000;
  current.disk_free_bytes = status.disk_free_bytes;
  current.drain_s = drain_s.value_or(-1);
  current.last_seen = status.last_seen.value_or(Instant{});
  Seen& before = seen_[agent.agent_id.value];
  // The free bytes of a disk and a clock's skew change a little with every frame; what nobody would see is not told.
  constexpr std::int64_t kMebibyte = 1'048'576, kSkewStepMs = 100;
  const bool is_same = current.state == before.state && current.backlog == before.backlog && current.oldest_unsent_s == before.oldest_unsent_s && current.drain_s == before.drain_s &&
                       current.disk_free_bytes / kMebibyte == before.disk_free_bytes / kMebibyte && current.skew_ms / kSkewStepMs == before.skew_ms / kSkewStepMs &&
                       current.last_seen - before.last_seen < kLastSeenStep;
  if (is_same) return;
  if (count_ >= kAgentRowsPerUpdateMax && remembers_all_) return;
  before = current;
  ++count_;
  if (!remembers_all_) return;
  rows_ += rows_.empty() ? R"({"id":")" : R"(,{"id":")";
  rows_ += agent.agent_id.value;  // base32: nothing to escape
  rows_ += R"(","status":")";
  rows_ += to_string(current.state);
  rows_ += R"(","drain_s":)" + (drain_s ? std::to_string(*drain_s) : std::string("null"));
  if (status.last_seen) {
    rows_ += R"(,"last_seen":")" + format_instant(*status.last_seen) + R"(","backlog":)" + std::to_string(current.backlog) + R"(,"oldest_unsent_s":)" +
             std::to_string(current.oldest_unsent_s) + R"(,"clock_skew_ms":)" + std::to_string(current.skew_ms) + R"(,"disk_free_bytes":)" + std::to_string(current.disk_free_bytes) + "}";
  } else {
    rows_ += R"(,"last_seen":null,"backlog":null,"oldest_unsent_s":null,"clock_skew_ms":null,"disk_free_bytes":null})";
  }
}

std::optional<std::string> AgentChanges::end(bool is_first) {
  if (is_first || !remembers_all_) {
    remembers_all_ = true;
    return std::nullopt;
  }
  if (rows_.empty()) return std::nullopt;
  return R"({"items":[)" + rows_ + "]}";
}

}  // namespace tillsync::hub
