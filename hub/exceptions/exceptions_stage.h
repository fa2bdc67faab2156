// The writer's last stage: puts the exceptions that the stages before it raised on the list, and takes off what has settled
// itself. Writer thread.
#pragma once

#include "hub/exceptions/exceptions.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

class ExceptionsStage : public Stage {
 public:
  std::string_view name() const override { return "exceptions"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection& connection, const MicroBatch& batch) override;
  void decide(MicroBatch& batch) override;
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;

 private:
  StoredCases stored_;
  RaiseDecision decision_;
};

}  // namespace tillsync::hub
