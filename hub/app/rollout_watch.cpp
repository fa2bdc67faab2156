#include "hub/app/rollout_watch.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "common/base/os.h"
#include "common/log/log.h"
#include "hub/app/hub_database.h"
#include "hub/fleet/rollout_store.h"

namespace tillsync::hub {
namespace {

constexpr std::chrono::seconds kRolloutLook{2};       // while one is under way
constexpr std::chrono::seconds kRolloutLookIdle{60};  // one that nobody told of: of a hub that was started anew

using Reports = std::map<std::string, MemberReport>;

/// Of those that are out: the others' reports decide nothing.
Reports reports_of(const Rollout& rollout, const AgentRegistry& agents, Instant now) {
  Reports reports;
  for (const RolloutMember& member : rollout.members) {
    if (member.state != MemberState::kSent) continue;
    const auto view = agents.view(member.agent_id, now);
    if (!view) continue;
    reports[member.agent_id.value] = {view->state, view->status.last_seen, view->wanted.item, view->status.config_item, view->status.config_error};
  }
  return reports;
}

ReportOf report_in(const Reports& reports) {
  return [&reports](const AgentId& agent_id) -> std::optional<MemberReport> {
    const auto found = reports.find(agent_id.value);
    if (found == reports.end()) return std::nullopt;
    return found->second;
  };
}

/// Decides again in the transaction: a person may have stopped it since it was read.
Result<void> take_step(sql::Connection& connection, std::int64_t rollout_no, const Reports& reports, RolloutStore::Given& given, Instant now) {
  RolloutStore store(connection);
  TS_ASSIGN_OR_RETURN(const auto active, store.active());
  for (const Rollout& rollout : active) {
    if (rollout.rollout_no != rollout_no) continue;
    TS_ASSIGN_OR_RETURN(given, store.apply(rollout, decide_rollout(rollout, report_in(reports), now), now));
  }
  return {};
}

class RolloutThread final : public RolloutWatch {
 public:
  RolloutThread(WriterPort& writer, AgentRegistry& agents, std::function<void()> outbound_queued)
      : writer_(writer), agents_(agents), outbound_queued_(std::move(outbound_queued)) {}
  RolloutThread(const RolloutThread&) = delete;
  RolloutThread& operator=(const RolloutThread&) = delete;
  ~RolloutThread() override { RolloutThread::stop(); }

  Result<void> open(const std::filesystem::path& database) {
    TS_ASSIGN_OR_RETURN(reads_, open_for_reading(database));
    thread_ = std::thread([this] { run(); });
    return {};
  }
  void notify() override {
    {
      const std::lock_guard lock(mutex_);
      is_told_ = true;
    }
    wake_.notify_all();
  }
  void stop() override {
    {
      const std::lock_guard lock(mutex_);
      is_stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!is_stopping_) {
      is_told_ = false;
      lock.unlock();
      const auto under_way = step_rollouts(*reads_, writer_, agents_, outbound_queued_, os::now());
      if (!under_way) log::write(log::Level::kWarning, "roll-outs not looked at", under_way.error());
      lock.lock();
      wake_.wait_for(lock, under_way && !*under_way ? kRolloutLookIdle : kRolloutLook, [this] { return is_stopping_ || is_told_; });
    }
  }

  WriterPort& writer_;
  AgentRegistry& agents_;
  std::function<void()> outbound_queued_;
  std::unique_ptr<sql::Connection> reads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_told_ = false, is_stopping_ = false;
  std::thread thread_;
};

}  // namespace

Result<bool> step_rollouts(sql::Connection& reads, WriterPort& writer, AgentRegistry& agents, const std::function<void()>& outbound_queued, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto active, RolloutStore(reads).active());
  bool is_under_way = false;
  for (const Rollout& rollout : active) {
    is_under_way = true;
    Reports reports = reports_of(rollout, agents, now);
    const RolloutStep step = decide_rollout(rollout, report_in(reports), now);
    if (step.is_empty()) continue;
    const auto given = std::make_shared<RolloutStore::Given>();
    const auto done = std::make_shared<std::promise<Result<void>>>();
    auto committed = done->get_future();
    Task task;
    task.name = "roll out";
    task.apply = [given, reports = std::move(reports), number = rollout.rollout_no](sql::Connection& connection, Instant at) {
      return take_step(connection, number, reports, *given, at);
    };
    task.done = [given, done, &agents](Result<void> result) {
      if (result)
        for (const auto& [agent_id, wanted] : *given) agents.put_wanted(agent_id, wanted);
      done->set_value(std::move(result));
    };
    TS_RETURN_IF_ERROR(writer.submit(Priority::kRequest, std::move(task)));
    TS_RETURN_IF_ERROR(committed.get());
    if (!given->empty()) outbound_queued();
    if (step.status == RolloutStatus::kStopped) log::warning("roll-out stopped", {{"rollout", rollout.rollout_no}, {"detail", step.stopped_because}});
  }
  return is_under_way;
}

Result<std::unique_ptr<RolloutWatch>> RolloutWatch::start(const std::filesystem::path& database, WriterPort& writer, AgentRegistry& agents,
                                                          std::function<void()> outbound_queued) {
  auto watch = std::make_unique<RolloutThread>(writer, agents, std::move(outbound_queued));
  TS_RETURN_IF_ERROR(watch->open(database));
  return watch;
}

}  // namespace tillsync::hub
