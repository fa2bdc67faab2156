// The agent's side of the protocol, sans-I/O: bytes, answers of the stores and time-outs in; frames, wishes and a wake-up time
// out. Owns no socket, clock, thread or database, so product and simulator run the same code. Extra calls are harmless.
// All transitions stand in agent_session.cpp. One thread (agent/sync's loop).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/outbox/outbox.h"
#include "common/base/time.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

/// What the session asks of its loop. Each Want… is answered by the method of that name.
struct WantRows {           // answer: rows_loaded
  std::uint64_t first_seq;
  std::size_t count_max, bytes_max;
};
struct WantChainAt {        // answer: chain_loaded
  std::uint64_t seq;
};
struct WantRebase {         // draw a new epoch and rebase the outbox; answer: rebased
  std::uint64_t first_seq;
  IncarnationId incarnation;
};
struct WantAckStored {      // no answer needed: an older cursor only means sending again
  IncarnationId incarnation;
  std::uint64_t seq;
  ChainHash chain;
};
struct WantInboxStored {    // answer: inbox_stored, after COMMIT
  std::vector<wire::InboxItem> items;
};
struct WantStatus {};       // answer: status_collected
struct WantReconnect {      // the link is dead: close both lanes and open them again
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
struct LinkReady {          // welcome was taken
  IncarnationId incarnation;
  Duration clock_skew;      // hub's clock minus ours
};
using SessionEvent = std::variant<WantRows, WantChainAt, WantRebase, WantAckStored, WantInboxStored, WantStatus, WantReconnect,
                                  ReplyArrived, CommandArrived, Paused, LinkReady>;

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
  void status_collected(wire::Status status, Duration now);
  void command_done(wire::CommandResult result);
  /// Sent on the control lane when it is up; the caller keeps the request durable and repeats it with the same id.
  void send_request(wire::Request request);

  std::optional<OutgoingFrame> poll_transmit();
  std::optional<Duration> poll_timeout() const;  // the monotonic time of the next handle_timeout
  std::optional<SessionEvent> poll_event();

  bool is_ready() const;   // welcome was taken on the data lane
  bool is_paused() const;
  std::uint64_t sent_seq() const;
  std::uint64_t acked_seq() const;
};

}  // namespace tillsync::agent
