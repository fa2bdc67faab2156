// The stage that looks at till closes: behind the days stage, whose rows it reads, and before the exceptions. It checks the days of
// which a close came, and those that were found wanting when something more of the till comes. Writer thread.
#pragma once

#include "hub/reconcile/close_checks.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

class CloseChecksStage : public Stage {
 public:
  explicit CloseChecksStage(DayPolicy policy = {}) : policy_(policy) {}
  std::string_view name() const override { return "close checks"; }
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;

 private:
  DayPolicy policy_;
  std::vector<TillCheck> checks_;
  CheckResult result_;
};

/// Keeps what a check found. For tasks and the stage.
Result<void> write_findings(sql::Connection& connection, const CheckResult& result);

}  // namespace tillsync::hub
