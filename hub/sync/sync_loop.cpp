#include "hub/sync/sync_loop.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "hub/sync/fair_queue.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kFramesPerRound = 256;       // taken from the socket before the rest has its turn
constexpr std::size_t kWriterAhead = 4;            // batches that wait in the writer's queue: enough to keep it busy, few to be fair
constexpr Duration kLongestWait = seconds(10);
constexpr Duration kWriterLook = milliseconds(5);  // while others keep the writer's queue full
constexpr Duration kStuckLook = milliseconds(20);  // while a peer's queue is full
constexpr std::size_t kUnsentMax = 32;             // frames of one session that wait for their peer
constexpr std::int64_t kWaitingBytesMax = 256'000'000;  // documents of all agents that wait for the writer
constexpr std::int64_t kCreditBytesMin = 128 * 1'024;   // of one agent, however many there are

class Loop final : public SyncLoop {
 public:
  Loop(const SyncOptions& options, RegistryPort& registry, WriterPort& writer) : options_(options), registry_(registry), writer_(writer) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() override { Loop::stop(); }

  Result<void> open() {
    if (options_.credit_bytes == 0) options_.credit_bytes = static_cast<std::int64_t>(kWindowBytesMax);
    credit_bytes_ = options_.credit_bytes;
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
    mailbox_->post([this] {
      for (auto& [key, slot] : slots_) {
        slot.session.inbox_advanced();
        touch(key, slot);
      }
    });
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

  struct Slot {
    explicit Slot(HubSession started) : session(std::move(started)) {}
    HubSession session;
    std::vector<HubOutgoingFrame> unsent;    // the peer's queue was full; oldest first
    std::optional<Duration> deadline;
    HubSessionCounters counted;
    bool touched = false, was_online = false;
    std::size_t at_writer = 0;               // batches submitted and not answered
  };

  void run() {
    while (!stopping_) {
      mailbox_->wakeup->clear();
      for (auto& work : mailbox_->take()) work();
      for (const auto& key : stuck_) touch(key, slots_.at(key));
      receive();
      time_out();
      pump();
      feed_writer();
      share_credit();
      publish_counters();
      if (stopping_ || !touched_.empty() || socket_->has_work()) continue;
      transport::wait_readable({socket_->descriptor(), mailbox_->wakeup->descriptor()}, wait_time());
    }
  }

  Slot& slot_of(const std::string& key) {
    const auto found = slots_.find(key);
    if (found != slots_.end()) return found->second;
    HubSessionOptions session_options{options_.incarnation, options_.credit_bytes, 0};
    const Bytes seed = random_bytes(sizeof session_options.nonce_seed);
    std::memcpy(&session_options.nonce_seed, seed.data(), seed.size());
    Slot& slot = slots_.emplace(key, Slot(HubSession(session_options, key))).first->second;
    slot.session.set_credit(credit_bytes_);
    return slot;
  }

  void touch(const std::string& key, Slot& slot) {
    if (std::exchange(slot.touched, true)) return;
    touched_.push_back(key);
  }

  void receive() {
    for (std::size_t i = 0; i < kFramesPerRound; ++i) {
      auto frame = socket_->receive();
      if (!frame) return;
      if (frame->peer_key.empty()) continue;
      ++now_counted_.frames_in;
      now_counted_.bytes_in += frame->frame.size();
      Slot& slot = slot_of(frame->peer_key);
      const Instant wall = os::now();
      slot.session.handle_frame(frame->routing_id, frame->frame, registry_.knowledge(frame->peer_key), os::monotonic(), wall);
      registry_.seen(frame->peer_key, wall);
      touch(frame->peer_key, slot);
    }
  }

  void time_out() {
    const Duration now = os::monotonic();
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
      const std::string key = deadlines_.begin()->second;
      deadlines_.erase(deadlines_.begin());
      const auto found = slots_.find(key);
      if (found == slots_.end()) continue;
      found->second.deadline.reset();
      found->second.session.handle_timeout(now, os::now());
      touch(key, found->second);
    }
  }

  /// Sends, obeys and reschedules every session that something happened to.
  void pump() {
    while (!touched_.empty()) {
      const std::vector<std::string> keys = std::exchange(touched_, {});
      for (const auto& key : keys) {
        const auto found = slots_.find(key);
        if (found == slots_.end()) continue;
        Slot& slot = found->second;
        slot.touched = false;
        while (auto event = slot.session.poll_event())
          std::visit([&](auto& what) { obey(key, slot, what); }, *event);
        transmit(key, slot);
        count(slot);
        reschedule(key, slot);
        if (slot.session.is_idle() && !slot.touched && slot.unsent.empty() && slot.at_writer == 0 && !queue_.has(key)) {
          if (slot.deadline) deadlines_.erase({*slot.deadline, key});
          if (slot.was_online) --now_counted_.online;
          slots_.erase(found);
        }
      }
    }
  }

  void transmit(const std::string& key, Slot& slot) {
    // A lane whose queue is full must not hold up the other: each frame waits behind those of its own connection only.
    std::vector<HubOutgoingFrame> waiting = std::exchange(slot.unsent, {});
    for (auto& frame : waiting) send(slot, std::move(frame));
    while (slot.unsent.size() < kUnsentMax) {
      auto frame = slot.session.poll_transmit();
      if (!frame) break;
      send(slot, *std::move(frame));
    }
    if (slot.unsent.empty())
      stuck_.erase(key);
    else
      stuck_.insert(key);
  }

  void send(Slot& slot, HubOutgoingFrame frame) {
    const bool must_wait = std::ranges::find(slot.unsent, frame.connection, &HubOutgoingFrame::connection) != slot.unsent.end();
    switch (must_wait ? transport::SendStatus::kWouldBlock : socket_->send(frame.connection, frame.bytes)) {
      case transport::SendStatus::kSent:
        ++now_counted_.frames_out;
        now_counted_.bytes_out += frame.bytes.size();
        break;
      case transport::SendStatus::kWouldBlock:
        if (slot.session.speaks_on(frame.connection)) slot.unsent.push_back(std::move(frame));
        break;
      case transport::SendStatus::kPeerGone: slot.session.connection_gone(frame.connection); break;
    }
  }

  void reschedule(const std::string& key, Slot& slot) {
    const auto next = slot.session.poll_timeout();
    if (next == slot.deadline) return;
    if (slot.deadline) deadlines_.erase({*slot.deadline, key});
    slot.deadline = next;
    if (next) deadlines_.insert({*next, key});
  }

  void count(Slot& slot) {
    const HubSessionCounters& counters = slot.session.counters();
    now_counted_.malformed += counters.malformed_frames - slot.counted.malformed_frames;
    now_counted_.not_enrolled += counters.not_enrolled_frames - slot.counted.not_enrolled_frames;
    now_counted_.revoked += counters.revoked_frames - slot.counted.revoked_frames;
    now_counted_.out_of_step += counters.out_of_step - slot.counted.out_of_step;
    slot.counted = counters;
    if (slot.session.is_online() != slot.was_online) {
      slot.was_online = slot.session.is_online();
      now_counted_.online += slot.was_online ? 1 : -1;
    }
  }

  // What sessions ask for.
  void obey(const std::string& key, Slot&, IncomingBatch& batch) { queue_.push(key, std::move(batch)); }
  void obey(const std::string&, Slot& slot, const WantEpoch& want) {
    const auto position = registry_.epoch(want.agent_id, want.epoch);
    if (position)
      slot.session.epoch_loaded(want.epoch, *position, os::now());
    else
      slot.session.epoch_failed(want.epoch, position.error().detail);
  }
  void obey(const std::string& key, Slot&, const EnrollRequested& request) {
    registry_.enrol(key, request, [this, key, mailbox = mailbox_](Result<std::pair<AgentId, LocationId>> result) {
      mailbox->post([this, key, result = std::move(result)] {
        const auto found = slots_.find(key);
        if (found == slots_.end()) return;
        if (result)
          found->second.session.enrolled(result->first, result->second);
        else
          found->second.session.enroll_refused(result.error().detail);
        touch(key, found->second);
      });
    });
  }
  void obey(const std::string& key, Slot&, const StatusArrived& status) { registry_.status(key, status, os::now()); }
  void obey(const std::string&, Slot& slot, const RequestArrived& arrived) {
    // Reservations and availability are answered by stages that this hub does not have yet; the agent tells the POS so.
    slot.session.reply({arrived.request.request_id, 503,
                        R"({"type":"urn:tillsync:problem:not_available","title":"Not available","status":503,"detail":"this hub does not answer )" +
                            (arrived.request.method.size() < 64 ? arrived.request.method : "this") + R"( requests","pointer":""})"});
  }
  void obey(const std::string&, Slot&, const CommandResultArrived& result) {
    log::info("command result", {{"agent_id", result.agent_id.view()}, {"command_id", result.result.command_id}, {"ok", result.result.ok}});
  }
  void obey(const std::string&, Slot& slot, const WantInbox& want) {
    auto items = registry_.inbox_items(want.agent_id, want.after);
    if (!items) log::write(log::Level::kWarning, "outbound items not read", items.error(), {{"agent_id", want.agent_id.view()}});
    slot.session.deliver(items ? std::move(*items) : std::vector<wire::InboxItem>{});
  }
  void obey(const std::string&, Slot&, const InboxDelivered& delivered) { registry_.inbox_delivered(delivered.agent_id, delivered.no); }
  void obey(const std::string&, Slot&, const IdentityConflict& conflict) {
    log::error("identity conflict: two machines speak with one key, sync of both is paused", {{"agent_id", conflict.agent_id.view()}});
    registry_.conflict(conflict);
  }
  void obey(const std::string&, Slot&, const Connected& connected) {
    log::info("agent connected", {{"agent_id", connected.agent_id.view()}, {"version", connected.version}});
    registry_.connected(connected);
  }
  void obey(const std::string&, Slot&, const Disconnected& gone) { log::info("agent disconnected", {{"agent_id", gone.agent_id.view()}}); }

  /// Keeps a few batches waiting at the writer, in the order of turns.
  void feed_writer() {
    while (writer_.bulk_waiting() < kWriterAhead) {
      auto next = queue_.take();
      if (!next) return;
      auto& [key, batch] = *next;
      submit(key, std::move(batch));
    }
    // The writer calls back after each of ours, so a queue that is full of ours is looked at again without a timer.
  }

  /// What all agents together may have here uncommitted is bounded: many share it, few have a whole window each.
  void share_credit() {
    const auto online = static_cast<std::int64_t>(std::max<std::uint64_t>(now_counted_.online, 1));
    const auto share = static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(kWaitingBytesMax / online)));
    const std::int64_t credit = std::clamp(share, std::min(kCreditBytesMin, options_.credit_bytes), options_.credit_bytes);
    if (credit == std::exchange(credit_bytes_, credit)) return;
    for (auto& [key, slot] : slots_) {
      slot.session.set_credit(credit);
      touch(key, slot);
    }
  }

  void submit(const std::string& key, IncomingBatch batch) {
    Slot& slot = slot_of(key);
    CommitDocuments command;
    command.documents.reserve(batch.events.size());
    for (std::size_t i = 0; i < batch.events.size(); ++i) {
      wire::Event& event = batch.events[i];
      IncomingDocument document;
      document.agent_id = batch.agent_id;
      document.epoch = batch.epoch;
      document.seq = batch.first_seq + i;
      document.chain = batch.chains[i];
      document.location = batch.location;
      document.kind = event.kind;
      document.agent_received_at = event.received_at;
      document.correlation_id = std::move(event.correlation_id);
      document.content_hash = event.content_hash;
      document.payload = std::move(event.payload);
      document.clock_skew = batch.clock_skew;
      prepare(document);
      command.documents.push_back(std::move(document));
    }
    std::uint64_t last_seq = batch.first_seq + batch.events.size() - 1;
    ChainHash chain;
    if (batch.gap) {
      last_seq = batch.gap->last_seq;
      chain = batch.gap->chain;
      command.gap = GapDeclared{batch.agent_id, batch.location, *batch.gap};
    } else if (!batch.chains.empty()) {
      chain = batch.chains.back();
    }
    command.cursor = CursorMoved{batch.agent_id, batch.epoch, last_seq, chain};
    command.done = [this, key, mailbox = mailbox_, epoch = batch.epoch, first = batch.first_seq, last_seq, chain](
                       Result<std::vector<DocumentOutcome>> result) {
      std::optional<std::string> problem;
      if (!result) problem = to_string(result.error());
      mailbox->post([this, key, epoch, first, last_seq, chain, problem] { answered(key, epoch, first, last_seq, chain, problem); });
    };
    if (batch.opens_epoch) queue_.hold(key);
    ++slot.at_writer;
    ++at_writer_;
    if (const auto submitted = writer_.submit(Priority::kBulk, std::move(command)); !submitted)
      answered(key, batch.epoch, batch.first_seq, last_seq, chain, submitted.error().detail);
  }

  void answered(const std::string& key, const EpochId& epoch, std::uint64_t first, std::uint64_t last, const ChainHash& chain,
                const std::optional<std::string>& problem) {
    Slot& slot = slot_of(key);
    --slot.at_writer;
    --at_writer_;
    if (!problem) {
      slot.session.committed(epoch, last, chain);
    } else {
      log::warning("documents not committed", {{"detail", *problem}, {"seq", static_cast<std::int64_t>(first)}});
      slot.session.failed(epoch, first, *problem);
      // What came behind it cannot be committed either: its place is not taken.
      for (const auto& batch : queue_.drop(key)) slot.session.failed(batch.epoch, batch.first_seq, *problem);
    }
    queue_.release(key);
    touch(key, slot);
  }

  Duration wait_time() const {
    Duration wait = kLongestWait;
    if (!stuck_.empty()) wait = std::min(wait, kStuckLook);
    if (queue_.size() > 0 && at_writer_ == 0) wait = std::min(wait, kWriterLook);
    if (!deadlines_.empty()) wait = std::min(wait, std::max(Duration{0}, deadlines_.begin()->first - os::monotonic()));
    return wait;
  }

  void publish_counters() {
    now_counted_.sessions = slots_.size();
    now_counted_.handshakes = socket_->counters();
    const std::lock_guard lock(counters_mutex_);
    counters_ = now_counted_;
  }

  SyncOptions options_;
  RegistryPort& registry_;
  WriterPort& writer_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  std::unique_ptr<transport::RouterSocket> socket_;
  std::string endpoint_;
  std::thread thread_;
  bool stopping_ = false;  // of the loop's thread

  std::unordered_map<std::string, Slot> slots_;
  std::vector<std::string> touched_;
  std::set<std::string> stuck_;  // sessions whose peer's queue was full
  std::set<std::pair<Duration, std::string>> deadlines_;
  FairQueue queue_;
  std::size_t at_writer_ = 0;              // of all sessions
  std::int64_t credit_bytes_ = 0;          // of one agent, now

  SyncCounters now_counted_;
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
