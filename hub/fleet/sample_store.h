// How each agent was doing over the last day: one row per agent and five minutes in which it was heard, written in bulk and lazily,
// the oldest removed. 5,000 agents are 1,440,000 rows, about 90 MB, and 5,000 rows in five minutes. Writes inside a writer's Task, reads on
// any connection.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

inline constexpr std::int64_t kSampleSeconds = 300;
inline constexpr std::int64_t kSampleHours = 24;
inline constexpr std::int64_t kSampleSlots = kSampleHours * 3'600 / kSampleSeconds;  // of one agent
inline constexpr std::size_t kSamplesPerTask = 500;  // rows of one transaction: sales go in between

struct AgentSample {
  AgentId agent_id;
  std::int64_t backlog = 0, oldest_unsent_s = 0;
  Duration clock_skew;
  std::int64_t disk_free_bytes = 0;
};
/// slot: five minutes since 1970.
struct SlotSample {
  std::int64_t slot = 0;
  AgentSample sample;
};
std::int64_t sample_slot(Instant at);
Instant slot_start(std::int64_t slot);

class SampleStore {
 public:
  explicit SampleStore(sql::Connection& connection) : connection_(connection) {}
  /// Of one slot; what was written of it before is replaced.
  Result<void> write(std::int64_t slot, std::span<const AgentSample> samples);
  /// Drops the oldest slot when it is older than kSampleSlots; true while there may be others.
  Result<bool> prune(std::int64_t now_slot);
  /// Of one agent, oldest first, first … last; slots in which it was not heard have none.
  Result<std::vector<SlotSample>> read(const AgentId& agent_id, std::int64_t first, std::int64_t last);

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
