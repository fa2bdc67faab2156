#include "agent/sync/sync_loop.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "agent/sync/session_driver.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::int64_t kReaderCacheKib = 256;
constexpr std::size_t kFramesPerRound = 64;
constexpr Duration kLongestWait = seconds(15);
constexpr Duration kNextEndpointAfter = seconds(4);  // without a link, where there are several
constexpr std::array kLanes = {wire::Lane::kData, wire::Lane::kControl};

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const Bytes bytes = random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

class Loop final : public SyncLoop {
 public:
  Loop(const SyncOptions& options, SyncPort& port) : options_(options), port_(port) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() override { Loop::stop(); }

  Result<void> open() {
    if (options_.endpoints.empty())
      return fail(ErrorCode::kInvalid, "start sync", "hub.endpoints is empty", "enrol this agent, or write the hub's address into agent.toml");
    TS_RETURN_IF_ERROR(transport::check_key(options_.hub_key));
    if (!options_.context) options_.context = transport::make_context();
    TS_ASSIGN_OR_RETURN(mailbox_->wakeup, transport::Wakeup::create());
    sql::SqliteOptions reader;
    reader.path = options_.database;
    reader.mode = sql::OpenMode::kReadOnly;
    reader.cache_kib = kReaderCacheKib;
    TS_ASSIGN_OR_RETURN(connection_, sql::open_sqlite(reader));
    const SessionDriverPorts ports{[this](wire::Lane which, Bytes frame) { send(which, std::move(frame)); },
                                   [mailbox = mailbox_](std::function<void()> work) { mailbox->post(std::move(work)); },
                                   [this](wire::Status& status) { describe_machine(status); }};
    TS_ASSIGN_OR_RETURN(session_, SessionDriver::open({options_.version, random_fixed<BootId>(), random_number()}, options_.keys, *connection_, port_, ports));
    last_seq_ = session_->last_seq_seen();
    TS_RETURN_IF_ERROR(connect());
    thread_ = std::thread([this] { run(); });
    return {};
  }

  void stop() override {
    if (!thread_.joinable()) return;
    mailbox_->post([this] { stopping_ = true; });
    thread_.join();
    mailbox_->close();
    for (auto& lane : lanes_) lane.socket = nullptr;
  }

  void outbox_advanced(std::uint64_t last_seq) override {
    last_seq_.store(last_seq, std::memory_order_release);
    // While the link is down nobody needs to be woken; while it is up, once per round is enough.
    if (link_ready_.load(std::memory_order_acquire) && !notified_.exchange(true)) mailbox_->wakeup->set();
  }

  void ask(wire::Request request) override {
    mailbox_->post([this, request = std::move(request)]() mutable { session_->ask(std::move(request)); });
  }

  void report() override {
    mailbox_->post([this] { session_->report(os::monotonic()); });
  }

  SyncState state() const override {
    const std::lock_guard lock(state_mutex_);
    return state_;
  }

 private:
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
  struct LaneSocket {
    std::unique_ptr<transport::DealerSocket> socket;
    std::deque<Bytes> unsent;
    bool is_up = false;
  };

  Result<void> connect() {
    for (auto& lane : lanes_) lane = LaneSocket{};
    TS_RETURN_IF_ERROR(open_lane(wire::Lane::kData));
    tried_since_ = os::monotonic();
    const std::lock_guard lock(state_mutex_);
    state_.endpoint = options_.endpoints[endpoint_];
    return {};
  }

  Result<void> open_lane(wire::Lane which) {
    const transport::CurveKeyPair keys{session_->keys().public_key, session_->keys().secret_key};
    TS_ASSIGN_OR_RETURN(lane(which).socket, transport::DealerSocket::connect_curve(options_.context, options_.endpoints[endpoint_], keys, options_.hub_key, kFrameBytesMax));
    return {};
  }

  /// A store without a link looks for the hub with one connection, not with two: what wakes the PC is halved.
  void keep_control_lane() {
    LaneSocket& control = lane(wire::Lane::kControl);
    const bool is_wanted = lane(wire::Lane::kData).is_up || control.is_up;
    if (is_wanted == (control.socket != nullptr)) return;
    control = LaneSocket{};
    if (!is_wanted) return;
    if (const auto opened = open_lane(wire::Lane::kControl); !opened) log::write(log::Level::kError, "control lane not opened", opened.error());
  }

  void reconnect(const Reconnect& why) {
    log::info("link is opened anew", {{"reason", why.reason}});
    const Duration now = os::monotonic();
    for (const auto which : kLanes) {
      if (lane(which).is_up) session_->link_down(which, now);
    }
    if (!why.with_other_keys) endpoint_ = (endpoint_ + 1) % options_.endpoints.size();
    if (const auto connected = connect(); !connected) log::write(log::Level::kError, "link not opened", connected.error());
  }

  void run() {
    while (!stopping_) {
      mailbox_->wakeup->clear();
      notified_.store(false);
      for (auto& work : mailbox_->take()) work();
      if (const std::uint64_t last = last_seq_.load(std::memory_order_acquire); last != session_->last_seq_seen())
        session_->outbox_advanced(last, os::monotonic());
      for (const auto which : kLanes) receive(which);
      keep_control_lane();
      send_unsent();
      work_left_ = session_->run(os::monotonic(), os::now());
      if (const auto why = session_->take_reconnect()) reconnect(*why);
      rotate_endpoint();
      publish();
      wait();
    }
  }

  LaneSocket& lane(wire::Lane which) { return lanes_[static_cast<std::size_t>(which)]; }

  void receive(wire::Lane which) {
    LaneSocket& own = lane(which);
    if (!own.socket) return;
    for (const auto event : own.socket->link_events()) {
      const Duration now = os::monotonic();
      switch (event) {
        case transport::DealerSocket::LinkEvent::kUp:
          own.is_up = true;
          own.unsent.clear();
          session_->link_up(which, now, os::now());
          refused_ = false;
          break;
        case transport::DealerSocket::LinkEvent::kDown:
          own.is_up = false;
          own.unsent.clear();
          session_->link_down(which, now);
          break;
        case transport::DealerSocket::LinkEvent::kHandshakeFailed: refused_ = true; break;
        case transport::DealerSocket::LinkEvent::kNobodyThere: break;  // of plain sockets
      }
    }
    for (std::size_t i = 0; i < kFramesPerRound; ++i) {
      const auto frame = own.socket->receive();
      if (!frame) break;
      session_->handle_frame(which, *frame, os::monotonic(), os::now());
    }
  }

  void send_unsent() {
    for (auto& own : lanes_) {
      while (!own.unsent.empty() && own.socket && own.socket->send(own.unsent.front()) == transport::SendStatus::kSent) own.unsent.pop_front();
    }
  }

  void send(wire::Lane which, Bytes frame) {
    LaneSocket& own = lane(which);
    if (!own.socket || !own.unsent.empty() || own.socket->send(frame) != transport::SendStatus::kSent) own.unsent.push_back(std::move(frame));
  }

  void describe_machine(wire::Status& status) const {
    status.disk_free_bytes = os::disk_free_bytes(options_.database.parent_path()).value_or(0);
    status.disk_total_bytes = os::disk_total_bytes(options_.database.parent_path()).value_or(0);
    status.resident_bytes = os::resident_bytes();
    status.host = os::host_name();
  }

  void rotate_endpoint() {
    if (options_.endpoints.size() < 2 || lane(wire::Lane::kData).is_up) return;
    if (os::monotonic() - tried_since_ > kNextEndpointAfter) reconnect({"no link to " + options_.endpoints[endpoint_], false});
  }

  void publish() {
    const bool ready = session_->is_ready();
    link_ready_.store(ready, std::memory_order_release);
    const std::lock_guard lock(state_mutex_);
    state_.clock_skew = session_->clock_skew();
    state_.is_up = ready;
    state_.is_paused = session_->is_paused();
    state_.hub_version = session_->hub_version();
    state_.reason = state_.is_paused ? session_->pause_reason() : !ready && refused_ ? "refused" : "";
    if (state_.is_paused)
      state_.text = session_->pause_text();
    else if (ready)
      state_.text.clear();
    else if (refused_)
      state_.text = "the hub refuses the connection: is hub.public_key its key, and is this agent not revoked?";
    else if (lanes_[0].is_up)
      state_.text = "connected, waiting for the hub's welcome";
    else
      state_.text = "no connection to " + state_.endpoint;
  }

  void wait() {
    if (stopping_ || std::exchange(work_left_, false)) return;
    std::vector<int> descriptors = {mailbox_->wakeup->descriptor()};
    for (auto& own : lanes_) {
      if (!own.socket) continue;
      if (own.socket->has_work()) return;
      descriptors.push_back(own.socket->descriptor());
      descriptors.push_back(own.socket->link_descriptor());
    }
    // Between the last look and link_ready_ documents may have come.
    if (last_seq_.load(std::memory_order_acquire) != session_->last_seq_seen() && link_ready_.load(std::memory_order_acquire)) return;
    Duration until = kLongestWait;
    if (options_.endpoints.size() > 1 && !lanes_[0].is_up) until = seconds(2);
    if (const auto due = session_->poll_timeout()) until = std::min(until, std::max(Duration{0}, *due - os::monotonic()));
    transport::wait_readable(descriptors, until);
  }

  SyncOptions options_;
  SyncPort& port_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<SessionDriver> session_;
  std::array<LaneSocket, 2> lanes_;
  std::size_t endpoint_ = 0;
  Duration tried_since_;
  bool refused_ = false;
  bool stopping_ = false, work_left_ = false;
  std::atomic<std::uint64_t> last_seq_{0};
  std::atomic<bool> link_ready_{false}, notified_{false};
  std::thread thread_;

  mutable std::mutex state_mutex_;
  SyncState state_;
};

}  // namespace

Result<std::unique_ptr<SyncLoop>> SyncLoop::start(const SyncOptions& options, SyncPort& port) {
  auto loop = std::make_unique<Loop>(options, port);
  TS_RETURN_IF_ERROR(loop->open());
  return loop;
}

}  // namespace tillsync::agent
