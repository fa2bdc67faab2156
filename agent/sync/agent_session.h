// The agent's side of the protocol, sans-I/O: bytes, answers of the stores and time-outs in; frames, wishes and a wake-up time
// out. Owns no socket, clock, thread or database, so product and simulator run the same code. Extra calls are harmless.
// All transitions stand at the top of agent_session.cpp; each kind of frame that comes in has its handler in
// agent_session_inbound.cpp. Sending documents is outbox_sender.h, the comparison of histories history.h. One thread (sync_loop).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/outbox/outbox.h"
#include "agent/sync/history.h"
#include "agent/sync/outbox_sender.h"
#include "common/base/time.h"
#include "common/sync/backoff.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

/// What the session asks of its loop. Each Want… is answered by the method of that name.
struct WantRows {           // answer: rows_loaded, once; empty when they could not be read
  std::uint64_t first_seq;
  std::size_t count_max, bytes_max;
};
struct WantChainAt {        // answer: chain_loaded
  std::uint64_t seq;
};
struct WantRebase {         // draw a new epoch and rebase the outbox; answer: rebased, with the old state when it failed
  std::uint64_t first_seq;
  IncarnationId incarnation;
};
struct WantAckStored {      // no answer needed: an older cursor only means sending again
  IncarnationId incarnation;
  std::uint64_t seq;
  ChainHash chain;
};
struct WantInboxStored {    // answer: inbox_stored, after COMMIT, or inbox_failed
  std::vector<wire::InboxItem> items;
};
struct WantStatus {};       // answer: status_collected
struct WantReconnect {      // the link is dead: close both lanes and open them again (link_up tells of the new ones)
  std::string reason;
};
struct ReplyArrived {
  wire::Reply reply;
};
struct CommandArrived {     // answer: command_done
  wire::Command command;
};
struct Paused {             // identity conflict or revoked: a person must decide; the doors go on
  wire::FaultCode code;
  std::string text;
};
struct KeyRefused {         // each time that the hub says so: the key is not known there, or no longer good
  std::string text;
};
struct LinkReady {          // welcome was taken; hub_version: "" = a hub that does not tell it
  IncarnationId incarnation;
  Duration clock_skew;      // hub's clock minus ours
  std::string hub_version = {};
};
using SessionEvent = std::variant<WantRows, WantChainAt, WantRebase, WantAckStored, WantInboxStored, WantStatus, WantReconnect,
                                  ReplyArrived, CommandArrived, Paused, KeyRefused, LinkReady>;

struct OutgoingFrame {
  wire::Lane lane;
  Bytes bytes;
};

struct SessionOptions {
  std::string version;
  BootId boot;
  std::uint64_t random_seed = 0;  // jitter only
};

class AgentSession {
 public:
  AgentSession(SessionOptions options, OutboxState outbox, std::uint64_t inbox_cursor);

  /// now: monotonic, from any start. wall: the agent's wall clock, only reported.
  void link_up(wire::Lane lane, Duration now, Instant wall);
  void link_down(wire::Lane lane, Duration now);
  void handle_frame(wire::Lane lane, BytesView frame, Duration now, Instant wall);
  void handle_timeout(Duration now, Instant wall);

  void outbox_advanced(std::uint64_t last_seq, Duration now);
  void rows_loaded(std::vector<OutboxRow> rows, Duration now);
  void chain_loaded(std::uint64_t seq, std::optional<ChainHash> chain, Duration now);
  void rebased(OutboxState state, Duration now);
  void inbox_stored(std::uint64_t last_no);
  void inbox_failed();
  void status_collected(wire::Status status, Duration now);
  void command_done(wire::CommandResult result);
  /// Nothing waits for its time any more: a hello that was put off, rows that could not be read.
  void drain(Duration now);
  /// A status now instead of with the next heartbeat.
  void report(Duration now) { ask_status(now); }
  /// Sent on the control lane as soon as the hub has welcomed us. The caller keeps the request durable and repeats it with the
  /// same id: what was sent over a link that broke is not sent again here. Too long a body, or too many that wait, are answered
  /// here (413, 503).
  void send_request(wire::Request request);

  /// Hand every frame to the socket at once: its delay counts from here.
  std::optional<OutgoingFrame> poll_transmit(Duration now);
  std::optional<Duration> poll_timeout() const;  // the monotonic time of the next handle_timeout
  std::optional<SessionEvent> poll_event();

  bool is_ready() const { return phase_ == Phase::kOpen; }  // welcome was taken on the data lane
  bool is_paused() const { return phase_ == Phase::kPaused; }
  std::uint64_t sent_seq() const;
  std::uint64_t acked_seq() const { return outbox_.acked_seq; }
  const sync::Window& window() const { return sender_.window(); }

 private:
  enum class Phase { kDown, kHelloDue, kHelloSent, kComparing, kRebasing, kOpen, kPaused };
  struct LaneState {
    bool is_up = false;
    std::deque<Bytes> out;
    std::optional<Duration> answer_awaited_since;  // something was sent that the hub answers, and nothing was heard since
  };
  LaneState& lane(wire::Lane which) { return lanes_[static_cast<std::size_t>(which)]; }
  const LaneState& lane(wire::Lane which) const { return lanes_[static_cast<std::size_t>(which)]; }

  void send(wire::Lane which, const wire::Message& message);
  void await_answer(wire::Lane which, Duration now);
  void enter(Phase phase);
  void say_hello(Duration now, Instant wall);
  void hello_after(Duration pause, Duration now);
  void hello_again(Duration now);
  void pause(const wire::Fault& fault, Duration now);
  void reconnect(std::string reason);
  void settle_history(const ChainLookup& lookup, Duration now);
  void open(const HistoryDecision& decision, Duration now);
  void rebase(std::uint64_t first_seq);
  void store_ack();
  void attach();
  void flush_control();
  void ask_status(Duration now);
  Duration silence_limit() const;
  std::optional<Duration> silence_deadline(wire::Lane which) const;
  Duration transfer_time() const;

  void on_data_frame(wire::Message message, Duration now, Instant wall);
  void on_control_frame(wire::Message message, Duration now);
  void on_welcome(const wire::Welcome& welcome, Duration now, Instant wall);
  void on_ack(const wire::Ack& ack, Duration now);
  void on_deliver(wire::Deliver deliver);
  void on_data_fault(const wire::Fault& fault, Duration now);
  void on_control_fault(const wire::Fault& fault, Duration now);

  SessionOptions options_;
  OutboxState outbox_;
  Phase phase_ = Phase::kDown;
  std::array<LaneState, 2> lanes_;
  std::deque<SessionEvent> events_;

  std::uint64_t hello_no_ = 0;
  std::optional<Duration> hello_at_;   // kHelloDue, kPaused: when to say it. kHelloSent: when to say it again
  std::optional<Duration> hello_sent_at_;
  std::uint32_t hellos_unanswered_ = 0;
  std::uint32_t steps_lost_ = 0;       // out of step since the last acknowledgement
  std::uint32_t rebases_unacked_ = 0;
  Bytes proof_;                        // for the next hello
  std::optional<Duration> proof_said_at_;
  std::optional<wire::FaultCode> paused_for_;
  sync::Backoff hello_backoff_;
  sync::Jitter jitter_;

  std::pair<Instant, Duration> hub_clock_;  // what the last welcome said, and when it came
  std::optional<wire::Welcome> welcome_;
  Duration heartbeat_;
  OutboxSender sender_;
  std::optional<std::uint64_t> compared_seq_;  // chain_loaded of this seq settles the history
  bool rebase_runs_ = false;
  std::optional<Duration> rows_again_at_;

  std::uint64_t inbox_stored_ = 0, inbox_received_ = 0;
  std::optional<Duration> status_at_, attach_at_;
  bool attached_ = false;
  std::deque<wire::Request> requests_;      // wait for the link
  std::deque<wire::CommandResult> results_; // wait for the link
};

}  // namespace tillsync::agent
