// The reference ERP's one worker: takes requests off a bounded queue, books many in one transaction (group commit, so that
// the ERP is not what a benchmark measures), answers after COMMIT, and holds back the answers that a fault delays.
// post() may be called by any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/time.h"
#include "common/http/server.h"
#include "tests/erp/erp_store.h"
#include "tests/erp/fault_plan.h"

namespace tillsync::erp {

struct Job {
  http::Request request;
  std::unique_ptr<http::Responder> responder;
};

class ErpLoop {
 public:
  static Result<std::unique_ptr<ErpLoop>> start(ErpStore store);
  ~ErpLoop();  // commits and answers what waits
  /// Answers 503 when the queue is full.
  void post(Job job);

 private:
  struct Outcome {
    http::Response response;
    std::int64_t delay_ms = 0;
  };
  ErpLoop(ErpStore store, MasterData master) : store_(std::move(store)), master_(std::move(master)) {}
  void work();
  void run_group(std::vector<Job> group);
  Result<std::vector<Outcome>> book_group(const std::vector<Job>& group);
  Result<Outcome> answer(const http::Request& request);
  Result<Outcome> take_posting(const http::Request& request);
  Result<http::Response> take_items(const http::Request& request);
  Result<http::Response> take_periods(const http::Request& request);
  void send_due(Duration now, bool all);

  ErpStore store_;
  MasterData master_;
  FaultPlan faults_;
  std::multimap<std::int64_t, std::pair<std::unique_ptr<http::Responder>, http::Response>> delayed_;  // by monotonic µs

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  bool stopping_ = false;
  std::thread worker_;
};

}  // namespace tillsync::erp
