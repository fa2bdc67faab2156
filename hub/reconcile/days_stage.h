// The writer's stage behind the ledger and before the postings: keeps what is needed to say that a day is complete, and rules over
// documents that come for a closed one (day_book.h). Writer thread.
#pragma once

#include "hub/reconcile/day_book.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

class DaysStage : public Stage {
 public:
  explicit DaysStage(DayPolicy policy = {}) : policy_(policy) {}
  std::string_view name() const override { return "days"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;

 private:
  DayPolicy policy_;
  DayRows rows_;
  DayDecision decision_;
};

}  // namespace tillsync::hub
