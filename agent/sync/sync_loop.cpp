#include "agent/sync/sync_loop.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "agent/inbox/inbox.h"
#include "agent/sync/agent_session.h"
#include "common/base/limits.h"
#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::int64_t kReaderCacheKib = 256;
constexpr std::size_t kFramesPerRound = 64;
constexpr std::size_t kRoundsMax = 16;  // of reading rows and sending them, before the sockets are looked at again
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
    outbox_.emplace(*connection_);
    TS_ASSIGN_OR_RETURN(const OutboxState state, outbox_->state());
    TS_ASSIGN_OR_RETURN(const std::uint64_t inbox_cursor, InboxReader(*connection_).last_no());
    boot_ = random_fixed<BootId>();
    session_.emplace(SessionOptions{options_.version, boot_, random_number()}, state, inbox_cursor);
    last_seq_ = seen_seq_ = state.last_seq;
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
    const std::string& endpoint = options_.endpoints[endpoint_];
    for (auto& lane : lanes_) {
      lane.socket = nullptr;
      lane.unsent.clear();
      lane.is_up = false;
      TS_ASSIGN_OR_RETURN(lane.socket, transport::DealerSocket::connect_curve(options_.context, endpoint, options_.keys, options_.hub_key, kFrameBytesMax));
    }
    tried_since_ = os::monotonic();
    const std::lock_guard lock(state_mutex_);
    state_.endpoint = endpoint;
    return {};
  }

  void reconnect(const std::string& why) {
    log::info("link is opened anew", {{"reason", why}});
    const Duration now = os::monotonic();
    for (const auto which : kLanes) {
      if (lane(which).is_up) session_->link_down(which, now);
    }
    endpoint_ = (endpoint_ + 1) % options_.endpoints.size();
    if (const auto connected = connect(); !connected) log::write(log::Level::kError, "link not opened", connected.error());
  }

  void run() {
    while (!stopping_) {
      mailbox_->wakeup->clear();
      notified_.store(false);
      for (auto& work : mailbox_->take()) work();
      if (const std::uint64_t last = last_seq_.load(std::memory_order_acquire); last != seen_seq_) {
        seen_seq_ = last;
        session_->outbox_advanced(last, os::monotonic());
      }
      for (const auto which : kLanes) receive(which);
      const Duration now = os::monotonic();
      if (const auto due = session_->poll_timeout(); due && *due <= now) session_->handle_timeout(now, os::now());
      pump();
      if (reconnect_why_) reconnect(*std::exchange(reconnect_why_, std::nullopt));
      rotate_endpoint();
      publish();
      wait();
    }
  }

  /// What is sent makes room for rows, and rows that were read can be sent: until neither moves, but not for ever, because
  /// acknowledgements want to be read.
  void pump() {
    for (std::size_t round = 0; round < kRoundsMax; ++round) {
      bool moved = false;
      while (auto event = session_->poll_event()) {
        std::visit([this](auto& what) { obey(what); }, *event);
        moved = true;
      }
      if (!transmit() && !moved) return;
    }
    work_left_ = true;
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
      }
    }
    for (std::size_t i = 0; i < kFramesPerRound; ++i) {
      const auto frame = own.socket->receive();
      if (!frame) break;
      session_->handle_frame(which, *frame, os::monotonic(), os::now());
    }
  }

  /// Whether anything was taken from the session.
  bool transmit() {
    for (auto& own : lanes_) {
      while (!own.unsent.empty() && own.socket && own.socket->send(own.unsent.front()) == transport::SendStatus::kSent) own.unsent.pop_front();
    }
    bool moved = false;
    while (auto frame = session_->poll_transmit(os::monotonic())) {
      moved = true;
      LaneSocket& own = lane(frame->lane);
      if (!own.socket || !own.unsent.empty() || own.socket->send(frame->bytes) != transport::SendStatus::kSent) own.unsent.push_back(std::move(frame->bytes));
    }
    return moved;
  }

  void rotate_endpoint() {
    if (options_.endpoints.size() < 2 || lane(wire::Lane::kData).is_up) return;
    if (os::monotonic() - tried_since_ > kNextEndpointAfter) reconnect("no link to " + options_.endpoints[endpoint_]);
  }

  // What the session asks for.
  void obey(const WantRows& want) {
    auto rows = outbox_->rows(want.first_seq, want.count_max, want.bytes_max);
    if (!rows) log::write(log::Level::kError, "outbox not read", rows.error());
    session_->rows_loaded(rows ? std::move(*rows) : std::vector<OutboxRow>{}, os::monotonic());
  }
  void obey(const WantChainAt& want) {
    auto chain = outbox_->chain_at(want.seq);
    if (!chain) log::write(log::Level::kError, "outbox not read", chain.error());
    session_->chain_loaded(want.seq, chain ? *chain : std::nullopt, os::monotonic());
  }
  void obey(const WantRebase& want) {
    log::warning("the hub knows another history: a new epoch begins, what it has not confirmed is sent again",
                 {{"first_seq", static_cast<std::int64_t>(want.first_seq)}});
    port_.submit_rebase(random_fixed<EpochId>(), want.first_seq, want.incarnation, [this, mailbox = mailbox_](Result<OutboxState> result) {
      mailbox->post([this, result = std::move(result)] {
        if (result) {
          session_->rebased(*result, os::monotonic());
          return;
        }
        log::write(log::Level::kError, "epoch not begun", result.error());
        if (auto state = outbox_->state()) session_->rebased(*state, os::monotonic());
      });
    });
  }
  void obey(const WantAckStored& want) { port_.submit_ack(want.incarnation, want.seq, want.chain); }
  void obey(WantInboxStored& want) {
    port_.submit_inbox(std::move(want.items), [this, mailbox = mailbox_](Result<std::uint64_t> result) {
      mailbox->post([this, result = std::move(result)] {
        if (result) {
          session_->inbox_stored(*result);
        } else {
          log::write(log::Level::kError, "inbox not written", result.error());
          session_->inbox_failed();
        }
      });
    });
  }
  void obey(const WantStatus&) {
    wire::Status status;
    status.boot = boot_;
    status.version = options_.version;
    status.now = os::now();
    if (const auto stats = outbox_->stats()) {
      status.backlog = stats->waiting;
      if (stats->oldest_waiting) status.oldest_unsent_s = std::max<std::int64_t>(0, (status.now - *stats->oldest_waiting).micros / 1'000'000);
    }
    status.disk_free_bytes = os::disk_free_bytes(options_.database.parent_path()).value_or(0);
    status.refused = port_.refused_documents();
    status.inbox_cursor = InboxReader(*connection_).last_no().value_or(0);
    status.resident_bytes = os::resident_bytes();
    status.host = os::host_name();
    session_->status_collected(std::move(status), os::monotonic());
  }
  void obey(const WantReconnect& want) { reconnect_why_ = want.reason; }
  void obey(const ReplyArrived& arrived) { log::debug("reply without a request", {{"request_id", arrived.reply.request_id}}); }
  void obey(const CommandArrived& arrived) {
    session_->command_done({arrived.command.command_id, false, R"({"detail":"this agent does not know the command"})"});
  }
  void obey(const Paused& paused) {
    log::error("sync is paused until a person decides; the doors go on", {{"detail", paused.text}});
    const std::lock_guard lock(state_mutex_);
    pause_text_ = paused.text;
  }
  void obey(const LinkReady& ready) {
    log::info("linked to the hub", {{"endpoint", options_.endpoints[endpoint_]}, {"clock_skew_ms", ready.clock_skew.micros / 1'000}});
    const std::lock_guard lock(state_mutex_);
    state_.clock_skew = ready.clock_skew;
    pause_text_.clear();
  }

  void publish() {
    const bool ready = session_->is_ready();
    link_ready_.store(ready, std::memory_order_release);
    const std::lock_guard lock(state_mutex_);
    state_.is_up = ready;
    state_.is_paused = session_->is_paused();
    if (state_.is_paused)
      state_.text = pause_text_;
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
    if (last_seq_.load(std::memory_order_acquire) != seen_seq_ && link_ready_.load(std::memory_order_acquire)) return;
    Duration until = kLongestWait;
    if (options_.endpoints.size() > 1 && !lanes_[0].is_up) until = seconds(2);
    if (const auto due = session_->poll_timeout()) until = std::min(until, std::max(Duration{0}, *due - os::monotonic()));
    transport::wait_readable(descriptors, until);
  }

  SyncOptions options_;
  SyncPort& port_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unique_ptr<sql::Connection> connection_;
  std::optional<OutboxReader> outbox_;
  BootId boot_;
  std::optional<AgentSession> session_;
  std::array<LaneSocket, 2> lanes_;
  std::size_t endpoint_ = 0;
  Duration tried_since_;
  bool refused_ = false;
  std::optional<std::string> reconnect_why_;
  bool stopping_ = false, work_left_ = false;
  std::uint64_t seen_seq_ = 0;
  std::atomic<std::uint64_t> last_seq_{0};
  std::atomic<bool> link_ready_{false}, notified_{false};
  std::thread thread_;

  mutable std::mutex state_mutex_;
  SyncState state_;
  std::string pause_text_;
};

}  // namespace

Result<std::unique_ptr<SyncLoop>> SyncLoop::start(const SyncOptions& options, SyncPort& port) {
  auto loop = std::make_unique<Loop>(options, port);
  TS_RETURN_IF_ERROR(loop->open());
  return loop;
}

}  // namespace tillsync::agent
