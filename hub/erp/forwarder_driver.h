// The forwarder without thread and clock: claims what is due through the writer, sends it (forward_plan says what and when), and makes
// the results durable in bulk. A crash at any moment leaves at worst an unknown outcome, which is looked up first. The forwarder
// loop runs it in the product, the simulator in tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "common/sync/jitter.h"
#include "hub/erp/connector.h"
#include "hub/erp/erp_client.h"
#include "hub/erp/forward_plan.h"
#include "hub/erp/posting_queue.h"
#include "hub/erp/talks_driver.h"
#include "hub/insight/metrics.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

struct ForwarderOptions {
  Connector connector;
  std::string url;
  std::string hub_id;                        // with which a talking connector claims keys
  nlohmann::json settings = nlohmann::json::object();  // of a talking connector, filled
  std::shared_ptr<ProgramRunner> programs;   // of a talking connector
  std::size_t concurrency = 0;               // 0 = the connector's own
  RetryPolicy retry;
  BreakerPolicy breaker;
  std::function<Instant()> now;              // empty = the system's
  std::function<Duration()> monotonic;       // empty = the system's
  Duration idle_poll = seconds(1);           // how often the queue is looked at without a notify()
  Duration stop_wait = seconds(2);           // for answers to requests in flight
  std::uint64_t random_seed = 0;             // of the jitter; 0 = drawn
};

class ForwarderDriver {
 public:
  /// options with clocks and seed; metrics may be nullptr. post: hands the writer's answers to this thread; what is posted must not run
  /// once the driver has gone.
  ForwarderDriver(WriterPort& writer, sql::Connection& reader, ForwarderOptions options, Metrics* metrics, ErpClient& client,
                  std::function<void(std::function<void()>)> post);

  /// There may be something due.
  void notify() { looks_due_ = true; }
  /// Recovers at first, then records, claims and sends what there is.
  void step();
  /// How long there is nothing to do but to wait for answers and posted work.
  Duration patience();
  /// What ErpClient::wait gave.
  void take_answers(std::vector<std::pair<std::uint64_t, ErpAnswer>> answers);
  /// Sends nothing more and gives back what is not in flight. True: nothing is open any more.
  bool finish();

  BreakerState breaker() const { return plan_.breaker().state(); }
  std::size_t in_flight() const { return plan_.in_flight(); }
  /// Of the thread that steps it.
  TalksDriver& talks() { return talks_; }
  /// Of the last failure, "" since the last success.
  const std::string& last_error() const { return last_error_; }

 private:
  using Apply = std::function<Result<void>(sql::Connection&, Instant)>;
  bool step_recovery();
  void take_claimed(const Result<std::vector<std::int64_t>>& posting_nos);
  void take_recorded(const Result<void>& recorded);
  void step_record();
  void step_claim();
  void submit_claim(std::vector<ClaimedPosting> postings);
  std::set<std::string> busy_keys() const;
  Duration next_look(Duration now);
  void step_send();
  bool submit(std::string name, Apply apply, std::function<void(const Result<void>&)> done);

  void take_ended();
  void restore_breaker();
  void keep_breaker();
  WriterPort& writer_;
  sql::Connection& reader_;
  PostingQueue queue_;
  ForwarderOptions options_;
  ErpClient& client_;
  std::function<void(std::function<void()>)> post_;
  ForwardPlan plan_;
  TalksDriver talks_;
  sync::Jitter random_;
  std::vector<ForwardResult> pending_, recording_;
  std::vector<ClaimedPosting> claiming_;
  bool is_recovered_ = false, is_recovering_ = false, is_recording_ = false, is_claiming_ = false, looks_due_ = true;
  Duration look_again_at_, look_not_before_, record_again_at_, recover_again_at_;
  std::string last_error_;
  Duration kept_probe_at_;        // of the breaker's state that is stored, or on its way there; {} while flowing
  bool is_keeping_ = false, is_restored_ = false;
};

}  // namespace tillsync::hub
