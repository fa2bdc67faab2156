// The writer's first stage: intake (see intake.h for the rules). Writer thread.
#pragma once

#include "hub/intake/intake.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

class IntakeStage : public Stage {
 public:
  std::string_view name() const override { return "intake"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  /// Fails with kConflict, and with it the whole command, when an agent's documents do not go on where it stood.
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;
  void committed() override;
  void rolled_back() override;

 private:
  IntakeRows rows_;
  IntakeDecision decision_;
  std::int64_t committed_event_no_ = 1;  // the next one, as of the last commit
  std::int64_t committed_epoch_no_ = 1;
  std::int64_t committed_indexed_to_ = 0;
};

}  // namespace tillsync::hub
