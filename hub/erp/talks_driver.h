// Carries out the jobs of the plan: a plain connector's one request, or a talking connector's conversation with its programs, log-in and
// requests. Without thread and clock, like the forwarder's driver that owns it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "hub/erp/connector.h"
#include "hub/erp/connector_memory.h"
#include "hub/erp/conversation.h"
#include "hub/erp/erp_client.h"
#include "hub/erp/erp_request.h"
#include "hub/erp/forward_plan.h"
#include "hub/erp/rate_limit.h"
#include "hub/insight/metrics.h"
#include "hub/masterdata/erp_items.h"
#include "hub/jq/program_runner.h"

namespace tillsync::hub {

struct TalkOptions {
  const Connector* connector = nullptr;  // must outlive it
  std::string url, hub_id;
  nlohmann::json settings = nlohmann::json::object();
  ProgramRunner* programs = nullptr;  // of talking connectors
  std::function<Result<ErpItems>(const std::vector<Sku>&)> items;
  /// Of an ERP that folds case: items that it would take for one.
  std::function<Result<std::vector<ItemCollision>>(const std::vector<Sku>&)> collisions;
  std::function<Instant()> now;
  std::function<Duration()> monotonic;
};

/// How a job ended.
struct JobEnd {
  std::uint64_t job_no = 0;
  bool is_split = false;
  std::vector<Outcome> outcomes;
};

class TalksDriver {
 public:
  /// metrics may be nullptr.
  TalksDriver(TalkOptions options, ErpClient& client, Metrics* metrics);

  void start(ForwardJob job);
  void take_answers(std::vector<std::pair<std::uint64_t, ErpAnswer>> answers);
  /// Sends what had to wait for the rate limit.
  void step();
  /// When step() has something to send; nullopt: nothing waits.
  std::optional<Duration> due_at();
  std::vector<JobEnd> take_ended() { return std::exchange(ended_, {}); }
  bool has_ended() const { return !ended_.empty(); }
  /// What the ERP has on hand, in a conversation of its own. done: with kUnsupported when the connector has no such operation.
  /// Questions without an answer are forgotten, and their `done` with them.
  void drop_questions() {
    std::erase_if(talks_, [](const auto& entry) { return entry.second.done != nullptr; });
  }
  void ask_on_hand(std::vector<std::string> locations, std::vector<std::string> skus, std::function<void(const Result<std::vector<OnHandAtErp>>&)> done);

 private:
  struct Talk {
    ForwardJob job;  // empty of a log-in and of a question
    std::unique_ptr<Conversation> conversation;  // nullptr: a plain connector's request
    bool waits_for_login = false;
    std::optional<ErpCall> call;  // made, and not sent yet
    Duration sent_at;
    std::function<void(const Result<std::vector<OnHandAtErp>>&)> done;  // of a question
  };
  void start_plain(std::uint64_t tag, Talk& talk);
  void start_talking(std::uint64_t tag, Talk& talk);
  void go_on(std::uint64_t tag);
  bool run_program(Talk& talk);
  bool log_in(Talk& talk);
  void send(std::uint64_t tag, ErpCall call);
  void answered(std::uint64_t tag, const ErpAnswer& answer);
  void end(std::uint64_t tag);
  void end_login(const ConversationEnd& ended);
  void end_as(std::uint64_t tag, const Outcome& outcome);
  void cannot_be_sent(std::uint64_t tag, const Error& error);
  bool has_collision(std::uint64_t tag, const Talk& talk);
  Result<nlohmann::json> postings_of(const ForwardJob& job) const;
  ConversationSubject subject(std::string operation) const;

  TalkOptions options_;
  ErpClient& client_;
  Metrics* metrics_;
  ConnectorMemory memory_;
  RateLimit rate_;
  std::map<std::uint64_t, Talk> talks_;  // by tag: the job's number, kLoginTag, or a question's
  std::deque<std::uint64_t> throttled_;
  std::uint64_t last_question_;
  std::vector<JobEnd> ended_;
};

}  // namespace tillsync::hub
