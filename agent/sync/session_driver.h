// The agent's session with its stores, without socket, clock or thread: what frames, link events, timeouts and the writer's answers
// lead to. The sync loop runs it in the product, the simulator in tests. Reads outbox and inbox, writes through sync_port.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/inbox/inbox.h"
#include "agent/outbox/outbox.h"
#include "agent/sync/agent_session.h"
#include "agent/sync/key_ring.h"
#include "agent/sync/sync_port.h"
#include "common/base/bytes.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::agent {

struct SessionDriverPorts {
  /// Hands a frame to a lane, which keeps it until its socket takes it.
  std::function<void(wire::Lane, Bytes)> send;
  /// Hands work of another thread (the writer's answers) to this one; what is posted must not run once the driver has gone.
  std::function<void(std::function<void()>)> post;
  /// Fills disk_free_bytes, resident_bytes and host.
  std::function<void(wire::Status&)> describe_machine;
};

/// Both links are to be closed and opened anew.
struct Reconnect {
  std::string reason;
  bool with_other_keys = false;  // at the same endpoint: only the key is another one
};

class SessionDriver {
 public:
  /// Reads the outbox's state by `connection`, which it keeps for reading.
  static Result<std::unique_ptr<SessionDriver>> open(SessionOptions options, KeyRecord keys, sql::Connection& connection, SyncPort& port, SessionDriverPorts ports);

  void outbox_advanced(std::uint64_t last_seq, Duration now);
  /// Of the hub; the answer comes by SyncPort::reply_arrived, or not at all when the line breaks.
  void ask(wire::Request request) { session_.send_request(std::move(request)); }
  /// A status now.
  void report(Duration now) { session_.report(now); }
  void link_up(wire::Lane lane, Duration now, Instant wall);
  void link_down(wire::Lane lane, Duration now);
  void handle_frame(wire::Lane lane, BytesView frame, Duration now, Instant wall);
  /// After any of these, timers and posted work: obeys the session and sends. True: has more to do, which may wait until the
  /// sockets were looked at.
  bool run(Duration now, Instant wall);
  std::optional<Duration> poll_timeout() const { return session_.poll_timeout(); }
  /// Once.
  std::optional<Reconnect> take_reconnect() { return std::exchange(reconnect_, std::nullopt); }
  /// For links that are opened from now on.
  const KeyPair& keys() const { return ring_.in_use(); }

  std::uint64_t last_seq_seen() const { return seen_seq_; }
  bool is_ready() const { return session_.is_ready(); }
  bool is_paused() const { return session_.is_paused(); }
  const std::string& pause_text() const { return pause_text_; }
  /// "conflict", "revoked", "not_enrolled" or "unsupported"; "" = not paused.
  const std::string& pause_reason() const { return pause_reason_; }
  /// As it said with the last welcome; "" = not known.
  const std::string& hub_version() const { return hub_version_; }
  /// Of the hub; since the last welcome.
  std::optional<Duration> clock_skew() const { return clock_skew_; }

 private:
  SessionDriver(SessionOptions options, KeyRecord keys, const OutboxState& state, std::uint64_t inbox_cursor, sql::Connection& connection, SyncPort& port,
                SessionDriverPorts ports);
  void obey(const WantRows& want);
  void obey(const WantChainAt& want);
  void obey(const WantRebase& want);
  void obey(const WantAckStored& want);
  void obey(WantInboxStored& want);
  void obey(const WantStatus& want);
  void obey(const WantReconnect& want);
  void obey(const ReplyArrived& arrived);
  void obey(const CommandArrived& arrived);
  void obey(const Paused& paused);
  void obey(const KeyRefused& refused);
  void obey(const LinkReady& ready);
  // keys_driver.cpp
  void rotate_keys(const std::string& command_id);
  bool take_offer_reply(const wire::Reply& reply);
  void offer_answered(const wire::Reply& reply);
  void advance_keys();
  bool store(KeyRecord record);

  SessionOptions options_;
  OutboxReader outbox_;
  InboxReader inbox_;
  SyncPort& port_;
  SessionDriverPorts ports_;
  AgentSession session_;
  std::uint64_t seen_seq_ = 0;
  std::optional<Reconnect> reconnect_;
  Duration offered_at_{};  // the next key, by the clock that only goes on
  KeyRing ring_;
  bool tries_other_keys_ = false;
  std::optional<Duration> clock_skew_;
  std::string pause_text_, pause_reason_, hub_version_;
  std::vector<std::function<void()>> answers_;  // of the writer, that want the time of the next run
  Duration now_;   // of the call that is being worked on
  Instant wall_;
};

}  // namespace tillsync::agent
