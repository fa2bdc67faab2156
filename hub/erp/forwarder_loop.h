// Brings postings to the ERP: claims what is due through the writer, sends it (forward_plan says what and when), and makes the results
// durable in bulk. One thread of its own; a crash at any moment leaves at worst an unknown outcome, which is looked up first.
// notify() and state() may be called by any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/erp/connector.h"
#include "hub/erp/forward_plan.h"
#include "hub/insight/metrics.h"
#include "hub/writer/commands.h"
#include "hub/writer/stage.h"

namespace tillsync::hub {

struct ForwarderOptions {
  Connector connector;
  std::string url;
  std::size_t concurrency = 0;               // 0 = the connector's own
  RetryPolicy retry;
  BreakerPolicy breaker;
  std::function<Instant()> now;              // empty = the system's
  Duration idle_poll = seconds(1);           // how often the queue is looked at without a notify()
  Duration stop_wait = seconds(2);           // for answers to requests in flight
};

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
