#include "hub/app/notify_loop.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include "common/base/os.h"
#include "common/log/log.h"
#include "hub/app/hub_database.h"

namespace tillsync::hub {
namespace {

/// Targets that are being sent to, until what became of it is recorded. Outlives the loop: the writer may finish a record later.
struct BusyTargets {
  std::mutex mutex;
  std::set<std::string> names;
  void add(const std::string& name) {
    const std::lock_guard lock(mutex);
    names.insert(name);
  }
  void remove(const std::string& name) {
    const std::lock_guard lock(mutex);
    names.erase(name);
  }
  std::set<std::string> all() {
    const std::lock_guard lock(mutex);
    return names;
  }
};

class NotifyLoopThread final : public NotifyLoop {
 public:
  NotifyLoopThread(std::unique_ptr<sql::Connection> reads, WriterPort& writer, MailSettings mail, Duration pause, Duration timeout)
      : reads_(std::move(reads)), writer_(writer), client_(std::move(mail), timeout), pause_(pause), thread_([this] { run(); }) {}
  ~NotifyLoopThread() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    for (auto& sending : sendings_) sending.wait();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      look();
      lock.lock();
      wake_.wait_for(lock, std::chrono::microseconds(pause_.micros), [this] { return stopping_; });
    }
  }

  void look() {
    std::erase_if(sendings_, [](const std::future<void>& sending) { return sending.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    const auto due = due_notifications(*reads_, busy_->all(), os::now());
    if (!due) return log::write(log::Level::kWarning, "queue of notifications", due.error());
    for (const QueuedNotification& notification : *due) {
      busy_->add(notification.target.name);
      sendings_.push_back(std::async(std::launch::async, [this, notification] { send(notification); }));
    }
  }

  void send(const QueuedNotification& notification) {
    const auto sent = client_.send(notification, os::now());
    if (!sent) log::write(log::Level::kWarning, "notification was not taken", sent.error(), {{"target", std::string_view(notification.target.name)}});
    Task task;
    task.name = "notification";
    task.apply = [notification, failure = sent ? std::string() : to_string(sent.error())](sql::Connection& connection, Instant now) {
      return record_notification(connection, notification, failure, now);
    };
    task.done = [busy = busy_, name = notification.target.name](const Result<void>&) { busy->remove(name); };
    if (!writer_.submit(Priority::kRequest, std::move(task))) busy_->remove(notification.target.name);
  }

  std::unique_ptr<sql::Connection> reads_;
  WriterPort& writer_;
  NotifyClient client_;
  const Duration pause_;
  std::shared_ptr<BusyTargets> busy_ = std::make_shared<BusyTargets>();
  std::vector<std::future<void>> sendings_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<NotifyLoop>> NotifyLoop::start(const std::filesystem::path& database, WriterPort& writer, MailSettings mail, Duration pause, Duration timeout) {
  TS_ASSIGN_OR_RETURN(auto reads, open_for_reading(database));
  return std::make_unique<NotifyLoopThread>(std::move(reads), writer, std::move(mail), pause, timeout);
}

}  // namespace tillsync::hub
