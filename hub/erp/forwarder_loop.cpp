#include "hub/erp/forwarder_loop.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <thread>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "hub/erp/forwarder_driver.h"

namespace tillsync::hub {
namespace {

/// What the writer's thread reports back. Outlives the loop, since the writer may answer late.
struct Mailbox {
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex);
    if (!wakeup) return;
    waiting.push_back(std::move(work));
    wakeup();
  }
  std::vector<std::function<void()>> take() {
    const std::lock_guard lock(mutex);
    return std::exchange(waiting, {});
  }
  /// A late answer must not wake a client that is gone.
  void close() {
    const std::lock_guard lock(mutex);
    wakeup = nullptr;
    waiting.clear();
  }
  std::mutex mutex;
  std::vector<std::function<void()>> waiting;
  std::function<void()> wakeup;
};

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const Bytes bytes = random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

ForwarderOptions with_defaults(ForwarderOptions options) {
  if (!options.now) options.now = &os::now;
  if (!options.monotonic) options.monotonic = &os::monotonic;
  if (options.random_seed == 0) options.random_seed = random_number();
  return options;
}

class Forwarder : public ForwarderLoop {
 public:
  Forwarder(WriterPort& writer, std::unique_ptr<sql::Connection> reader, ForwarderOptions options, Metrics* metrics,
            std::unique_ptr<ErpClient> client)
      : reader_(std::move(reader)),
        stop_wait_(options.stop_wait),
        client_(std::move(client)),
        driver_(writer, *reader_, with_defaults(std::move(options)), metrics, *client_,
                [mailbox = mailbox_](std::function<void()> work) { mailbox->post(std::move(work)); }) {
    mailbox_->wakeup = [this] { client_->wakeup(); };
    thread_ = std::thread([this] { run(); });
  }

  ~Forwarder() override { stop(); }

  void notify() override {
    if (!notified_.exchange(true)) client_->wakeup();
  }

  void stop() override {
    stopping_ = true;
    client_->wakeup();
    if (thread_.joinable()) thread_.join();
    mailbox_->close();
  }

  void ask_on_hand(std::vector<std::string> locations, std::vector<std::string> skus, std::function<void(const Result<std::vector<OnHandAtErp>>&)> done) override {
    mailbox_->post([this, locations = std::move(locations), skus = std::move(skus), done = std::move(done)]() mutable {
      driver_.talks().ask_on_hand(std::move(locations), std::move(skus), std::move(done));
    });
  }

  ForwarderState state() const override {
    const std::lock_guard lock(state_mutex_);
    return state_;
  }

 private:
  void run() {
    while (!stopping_) {
      read_mail();
      if (notified_.exchange(false)) driver_.notify();
      driver_.step();
      publish_state();
      driver_.take_answers(client_->wait(driver_.patience()));
    }
    finish();
  }

  void read_mail() {
    for (const auto& work : mailbox_->take()) work();
  }

  void publish_state() {
    const std::lock_guard lock(state_mutex_);
    if (state_.breaker != driver_.breaker())
      log::info("breaker of the ERP connection", {{"state", to_string(driver_.breaker())}, {"last_error", driver_.last_error()}});
    state_ = {driver_.breaker(), driver_.in_flight(), driver_.last_error()};
  }

  /// The end: nothing new goes out; what is not answered in time stays recorded as being sent, and is looked up after the start.
  void finish() {
    const Duration end = os::monotonic() + stop_wait_;
    while (os::monotonic() < end) {
      read_mail();
      if (driver_.finish()) break;
      driver_.take_answers(client_->wait(std::min(milliseconds(50), end - os::monotonic())));
    }
    driver_.talks().drop_questions();
  }

  std::unique_ptr<sql::Connection> reader_;
  const Duration stop_wait_;
  std::unique_ptr<ErpClient> client_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  ForwarderDriver driver_;  // of the thread
  std::atomic<bool> notified_ = false, stopping_ = false;
  mutable std::mutex state_mutex_;
  ForwarderState state_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<ForwarderLoop>> ForwarderLoop::start(WriterPort& writer, std::unique_ptr<sql::Connection> reader,
                                                            ForwarderOptions options, Metrics* metrics) {
  if (!options.url.starts_with("http://") && !options.url.starts_with("https://")) {
    return fail(ErrorCode::kInvalid, "start the ERP connection", "'" + options.url + "' is no http or https address", "correct erp.url");
  }
  ErpClientOptions client;
  client.connect_timeout = options.connector.connect_timeout;
  client.timeout = options.connector.timeout;
  client.answer_bytes_max = options.connector.answer_bytes_max;
  client.connections_max = options.concurrency != 0 ? options.concurrency : options.connector.concurrency;
  TS_ASSIGN_OR_RETURN(auto erp, ErpClient::make(client));
  return std::make_unique<Forwarder>(writer, std::move(reader), std::move(options), metrics, std::move(erp));
}

}  // namespace tillsync::hub
