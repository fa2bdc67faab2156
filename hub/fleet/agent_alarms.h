// What agents tell about themselves that a person must look at: a clock that is wrong, documents that its doors refuse. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "hub/fleet/fleet_store.h"
#include "hub/writer/micro_batch.h"

namespace tillsync::hub {

/// An agent's clock may differ from the hub's by so much, either way.
inline constexpr Duration kClockSkewMax = seconds(60);

struct AlarmDecision {
  std::vector<ExceptionRaised> raised;
  std::vector<ExceptionSettled> settled;
  bool is_empty() const { return raised.empty() && settled.empty(); }
};

class AgentAlarms {
 public:
  /// known: what was stored before, so that what an agent had refused then is no news.
  explicit AgentAlarms(const std::vector<AgentWithStatus>& known);
  /// Of agents whose status has changed. A clock that is right again settles its exception.
  AlarmDecision decide(const std::vector<AgentWithStatus>& changed);

 private:
  struct Known {
    std::int64_t refused = 0;
    bool is_skewed = true;  // until it is known not to be: an exception of an earlier run may stand
  };
  std::map<std::string, Known> known_;
};

}  // namespace tillsync::hub
