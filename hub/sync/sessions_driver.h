// All sessions of the hub, one for each agent, on one thread, without socket, clock or thread: what frames, timeouts and the writer's answers lead to.
// The sync loop runs it in the product, the simulator in tests. Hands documents to the writer by turns (fair_queue.h) and
// acknowledges only what the writer has committed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/time.h"
#include "hub/sync/fair_queue.h"
#include "hub/sync/hub_session.h"
#include "hub/sync/registry_port.h"
#include "hub/writer/commands.h"

namespace tillsync::hub {

struct SessionsOptions {
  IncarnationId incarnation;
  std::int64_t credit_bytes = 0;              // window of one agent; 0 = kWindowBytesMax
  std::function<std::uint64_t()> nonce_seed;  // for each session
};

/// Running totals since the start, and what is so now.
struct SessionsCounters {
  std::uint64_t frames_in = 0, bytes_in = 0, frames_out = 0, bytes_out = 0;
  std::uint64_t malformed = 0, not_enrolled = 0, revoked = 0, out_of_step = 0;
  std::uint64_t sessions = 0, online = 0;
};

enum class FrameSent { kSent, kWouldBlock, kPeerGone };

class SessionsDriver {
 public:
  /// send: one frame to one connection. post: hands work of another thread (the writer's answers) to this one; what is posted
  /// must not run once the driver has gone.
  using Send = std::function<FrameSent(const Bytes& connection, const Bytes& frame)>;
  using Post = std::function<void(std::function<void()>)>;
  SessionsDriver(SessionsOptions options, RegistryPort& registry, WriterPort& writer, Send send, Post post);

  /// peer_key: as the transport has proven it.
  void handle_frame(const Bytes& connection, const std::string& peer_key, BytesView frame, Duration now, Instant wall,
                    std::string_view address = {});
  /// This agent has got a command.
  void commands_advanced(const AgentId& agent_id);
  /// Something new waits in hub/outbound, or an agent's standing has changed.
  void inbox_advanced();
  /// After frames, timers and posted work: obeys the sessions, sends, feeds the writer.
  void run(Duration now, Instant wall);

  /// When run() is due although nothing happened; nullopt = not at all.
  std::optional<Duration> poll_timeout(Duration now) const;
  /// run() has left something to do at once.
  bool has_work() const { return !touched_.empty() || may_feed_more_; }
  SessionsCounters counters() const;

 private:
  struct Slot {
    explicit Slot(HubSession started) : session(std::move(started)) {}
    HubSession session;
    std::vector<HubOutgoingFrame> unsent;    // the peer's queue was full; oldest first
    std::optional<Duration> deadline;
    HubSessionCounters counted;
    bool touched = false, was_online = false;
    std::size_t at_writer = 0;               // batches submitted and not answered
    AgentId agent_id;                        // since it connected
    std::map<std::string, Duration> commands;  // on their way since
  };

  Slot& slot_of(const std::string& key);
  void touch(const std::string& key, Slot& slot);
  void time_out();
  void pump();
  void transmit(const std::string& key, Slot& slot);
  void send(Slot& slot, HubOutgoingFrame frame);
  void reschedule(const std::string& key, Slot& slot);
  void count(Slot& slot);
  void send_commands(Slot& slot);
  void reply(const std::string& key, const std::string& request_id, const StockAnswer& answer);
  void feed_writer();
  void share_credit();
  void submit(const std::string& key, IncomingBatch batch, Priority priority);
  void answered(const std::string& key, const EpochId& epoch, std::uint64_t first, std::uint64_t last, const ChainHash& chain,
                const std::optional<std::string>& problem);

  void obey(const std::string& key, Slot& slot, IncomingBatch& batch);
  void obey(const std::string& key, Slot& slot, const WantEpoch& want);
  void obey(const std::string& key, Slot& slot, const EnrollRequested& request);
  void obey(const std::string& key, Slot& slot, const StatusArrived& status);
  void obey(const std::string& key, Slot& slot, const RequestArrived& arrived);
  void obey(const std::string& key, Slot& slot, const CommandResultArrived& result);
  void obey(const std::string& key, Slot& slot, const WantInbox& want);
  void obey(const std::string& key, Slot& slot, const InboxDelivered& delivered);
  void obey(const std::string& key, Slot& slot, const IdentityConflict& conflict);
  void obey(const std::string& key, Slot& slot, const ConflictMachineSeen& seen);
  void obey(const std::string& key, Slot& slot, const Connected& connected);
  void obey(const std::string& key, Slot& slot, const Disconnected& gone);

  SessionsOptions options_;
  RegistryPort& registry_;
  WriterPort& writer_;
  Send send_;
  Post post_;
  Duration now_;   // of the call that is being worked on
  Instant wall_;

  std::unordered_map<std::string, Slot> slots_;  // by agent id; by key where the key is nobody's
  std::vector<std::string> touched_;
  std::set<std::string> stuck_;  // sessions whose peer's queue was full
  std::set<std::pair<Duration, std::string>> deadlines_;
  FairQueue queue_;
  std::size_t at_writer_ = 0;              // of all sessions
  bool may_feed_more_ = false;
  std::int64_t credit_bytes_ = 0;          // of one agent, now
  SessionsCounters counted_;
};

}  // namespace tillsync::hub
