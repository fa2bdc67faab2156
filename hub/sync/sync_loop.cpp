#include "hub/sync/sync_loop.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>

#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "hub/sync/arrivals.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kFramesPerRound = 256;  // taken from the socket before the rest has its turn
constexpr Duration kReceiveTime = milliseconds(1);  // … or until so much time has gone; as much again for large frames
constexpr Duration kLongestWait = seconds(10);

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const Bytes bytes = random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

FrameSent sent(transport::SendStatus status) {
  switch (status) {
    case transport::SendStatus::kSent: return FrameSent::kSent;
    case transport::SendStatus::kWouldBlock: return FrameSent::kWouldBlock;
    case transport::SendStatus::kPeerGone: return FrameSent::kPeerGone;
  }
  TS_CHECK(false);
}

class Loop final : public SyncLoop {
 public:
  Loop(const SyncOptions& options, RegistryPort& registry, WriterPort& writer)
      : options_(options),
        registry_(registry),
        sessions_({options.incarnation, options.credit_bytes, &random_number}, registry, writer,
                  [this](const Bytes& connection, const Bytes& frame) { return sent(socket_->send(connection, frame)); },
                  [mailbox = mailbox_](std::function<void()> work) { mailbox->post(std::move(work)); }) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() override { Loop::stop(); }

  Result<void> open() {
    TS_ASSIGN_OR_RETURN(mailbox_->wakeup, transport::Wakeup::create());
    TS_ASSIGN_OR_RETURN(socket_, transport::RouterSocket::bind_curve(
                                     transport::make_context(), options_.endpoint, options_.keys,
                                     [this](std::string_view key) { return registry_.admits(key); }, kFrameBytesMax));
    endpoint_ = socket_->endpoint();
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void stop() override {
    if (!thread_.joinable()) return;
    mailbox_->post([this] { stopping_ = true; });
    thread_.join();
    mailbox_->close();
    socket_ = nullptr;
  }

  SyncCounters counters() const override {
    const std::lock_guard lock(counters_mutex_);
    return counters_;
  }
  std::string endpoint() const override { return endpoint_; }
  void outbound_advanced() override {
    mailbox_->post([this] { sessions_.inbox_advanced(); });
  }
  void commands_advanced(const AgentId& agent_id) override {
    mailbox_->post([this, agent_id] { sessions_.commands_advanced(agent_id); });
  }

 private:
  /// Work that other threads hand to the loop. Outlives it, since the writer may call back late.
  struct Mailbox {
    void post(std::function<void()> work) {
      const std::lock_guard lock(mutex);
      if (closed) return;
      waiting.push_back(std::move(work));
      wakeup->set();
    }
    std::vector<std::function<void()>> take() {
      const std::lock_guard lock(mutex);
      return std::exchange(waiting, {});
    }
    void close() {
      const std::lock_guard lock(mutex);
      closed = true;
      waiting.clear();
    }
    std::mutex mutex;
    bool closed = false;
    std::vector<std::function<void()>> waiting;
    std::unique_ptr<transport::Wakeup> wakeup;
  };

  void run() {
    while (!stopping_) {
      mailbox_->wakeup->clear();
      for (auto& work : mailbox_->take()) work();
      receive();
      work_off();
      sessions_.run(os::monotonic(), os::now());
      publish_counters();
      if (stopping_ || sessions_.has_work() || socket_->has_work() || !arrivals_.empty()) continue;
      transport::wait_readable({socket_->descriptor(), mailbox_->wakeup->descriptor()}, wait_time());
    }
  }

  void receive() {
    const Duration end = os::monotonic() + kReceiveTime;
    for (std::size_t i = 0; i < kFramesPerRound && !arrivals_.is_full() && (i == 0 || os::monotonic() < end); ++i) {
      auto frame = socket_->receive();
      if (!frame) return;
      if (frame->peer_key.empty()) continue;
      auto small = arrivals_.sort({std::move(frame->routing_id), std::move(frame->peer_key), std::move(frame->frame), std::move(frame->peer_address)});
      if (small) handle(*small);
    }
  }

  /// A frame of a backlog takes long: who sells now must not wait for all those that came with it.
  void work_off() {
    const Duration end = os::monotonic() + kReceiveTime;
    while (const auto frame = arrivals_.take()) {
      handle(*frame);
      if (os::monotonic() >= end) return;
    }
  }

  void handle(const ArrivedFrame& frame) { sessions_.handle_frame(frame.connection, frame.peer_key, frame.frame, os::monotonic(), os::now(), frame.address); }

  Duration wait_time() const {
    const Duration now = os::monotonic();
    const Duration due = sessions_.poll_timeout(now).value_or(now + kLongestWait);
    return std::clamp(due - now, Duration{0}, kLongestWait);
  }

  void publish_counters() {
    SyncCounters now{sessions_.counters(), socket_->counters()};
    const std::lock_guard lock(counters_mutex_);
    counters_ = now;
  }

  SyncOptions options_;
  RegistryPort& registry_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unique_ptr<transport::RouterSocket> socket_;
  SessionsDriver sessions_;  // of the loop's thread
  Arrivals arrivals_;
  std::string endpoint_;
  std::thread thread_;
  bool stopping_ = false;  // of the loop's thread

  mutable std::mutex counters_mutex_;
  SyncCounters counters_;
};

}  // namespace

Result<std::unique_ptr<SyncLoop>> SyncLoop::start(const SyncOptions& options, RegistryPort& registry, WriterPort& writer) {
  auto loop = std::make_unique<Loop>(options, registry, writer);
  TS_RETURN_IF_ERROR(loop->open());
  return loop;
}

}  // namespace tillsync::hub
