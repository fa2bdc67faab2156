// Brings postings to the ERP (forwarder_driver.h) on one thread of its own. notify() and state() may be called by any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/erp/forwarder_driver.h"
#include "hub/insight/metrics.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

struct ForwarderState {
  BreakerState breaker = BreakerState::kFlowing;
  std::size_t in_flight = 0;
  std::string last_error;  // of the last failure, "" since the last success
};

class ForwarderLoop {
 public:
  /// kInvalid: the URL. writer must outlive it; metrics may be nullptr.
  static Result<std::unique_ptr<ForwarderLoop>> start(WriterPort& writer, std::unique_ptr<sql::Connection> reader,
                                                      ForwarderOptions options, Metrics* metrics);
  virtual ~ForwarderLoop() = default;  // stops
  /// There may be something due.
  virtual void notify() = 0;
  /// Sends nothing more, waits a little for what is in flight, records. Call before the writer stops.
  virtual void stop() = 0;
  virtual ForwarderState state() const = 0;
  /// What the ERP has on hand; done runs on the loop's thread, or is dropped without a word when the loop ends before.
  virtual void ask_on_hand(std::vector<std::string> locations, std::vector<std::string> skus, std::function<void(const Result<std::vector<OnHandAtErp>>&)> done) = 0;
};

/// Behind the postings stage: wakes the forwarder when a committed batch has queued postings. Writer thread.
class ForwarderStage : public Stage {
 public:
  explicit ForwarderStage(std::function<void()> notify) : notify_(std::move(notify)) {}
  std::string_view name() const override { return "forwarder"; }
  Result<void> load(sql::Connection&, const MicroBatch&) override { return {}; }
  void decide(MicroBatch& batch) override { queued_ = !batch.postings.empty(); }
  Result<void> write(sql::Connection&, const MicroBatch&) override { return {}; }
  void committed() override {
    if (std::exchange(queued_, false)) notify_();
  }
  void rolled_back() override { queued_ = false; }

 private:
  std::function<void()> notify_;
  bool queued_ = false;
};

}  // namespace tillsync::hub
