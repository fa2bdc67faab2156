// Looks at the hub once a minute for the charts, and every ten seconds for alerts. Reads on a connection of its own; each result is one task of the writer.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "common/base/error.h"
#include "hub/fleet/agent_registry.h"
#include "hub/insight/alerts.h"
#include "hub/insight/arrival_meter.h"
#include "hub/reconcile/day_policy.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

inline constexpr Duration kAlertsLookedAtEvery = seconds(10);
inline constexpr Duration kAlertsQuietAtStart = seconds(120);  // behind a start: every store was silent for as long as the hub was down
inline constexpr Duration kDayFiguresEvery = seconds(600);

struct InsightSources {
  WriterPort& writer;
  const AgentRegistry& agents;
  ArrivalMeter& meter;
  std::function<std::vector<BreakerFact>()> breakers;
  std::filesystem::path database;
  DayPolicy days;
};

class InsightWatch {
 public:
  /// The thread runs until the end of the object; sources live as long.
  static Result<std::unique_ptr<InsightWatch>> start(InsightSources sources);
  virtual ~InsightWatch() = default;
};

/// Measures the minute that has just ended. with_days: also the figures per business date.
Result<void> take_sample(sql::Connection& reads, const InsightSources& sources, Instant now, bool with_days);
/// Decides which alerts begin and end.
Result<void> look_for_alerts(sql::Connection& reads, const InsightSources& sources, AlertEngine& engine, Instant now);

}  // namespace tillsync::hub
