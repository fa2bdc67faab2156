// Queues for the agents what other stages want told, in the transaction of the change itself. Writer thread.
#pragma once

#include <functional>

#include "hub/writer/stage.h"

namespace tillsync::hub {

class OutboundStage final : public Stage {
 public:
  /// advanced: called after a COMMIT that queued something.
  explicit OutboundStage(std::function<void()> advanced = {}) : advanced_(std::move(advanced)) {}
  std::string_view name() const override { return "outbound"; }
  Result<void> start(sql::Connection& connection) override;
  Result<void> load(sql::Connection&, const MicroBatch&) override { return {}; }
  void decide(MicroBatch&) override {}
  Result<void> write(sql::Connection& connection, const MicroBatch& batch) override;
  void committed() override;
  void rolled_back() override { has_queued_ = false; }

 private:
  std::function<void()> advanced_;
  bool has_queued_ = false;
};

}  // namespace tillsync::hub
