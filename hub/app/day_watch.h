// The periodic check of days: tills whose close has not come by the expected time become exceptions, closed tills are looked at once more when the
// day's time is over, and once a day stock on hand is compared with the ERP where it can be asked. Reads on a connection of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "common/base/error.h"
#include "hub/fleet/agent_registry.h"
#include "hub/reconcile/day_policy.h"
#include "hub/reconcile/day_states_reader.h"
#include "hub/reconcile/stock_comparison.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

class DayWatch {
 public:
  /// states: yesterday's are looked up at each round, so that whoever asks in the morning does not wait.
  /// The thread runs until the end of the object. stock: nullptr = the ERP cannot be asked for stock; else it lives as long as this.
  static Result<std::unique_ptr<DayWatch>> start(const std::filesystem::path& database, WriterPort& writer, const AgentRegistry& agents, const DayPolicy& policy,
                                                 ErpStockSource* stock, std::shared_ptr<DayStatesReader> states = {});
  virtual ~DayWatch() = default;
};

/// One look at the dates whose time has passed. judged_until: dates up to it have been looked at as a whole; returns the new one.
Result<Date> check_days(sql::Connection& reads, WriterPort& writer, const AgentRegistry& agents, const DayPolicy& policy, Date judged_until, Instant now);

/// Compares every location that has stock. Goes on behind a location that the ERP does not answer for; the first such error is returned.
Result<void> compare_stock_with_erp(sql::Connection& reads, WriterPort& writer, ErpStockSource& source);

}  // namespace tillsync::hub
