// The hub's side of the protocol for one agent, sans-I/O; the mirror of agent/sync/agent_session.h. The loop owns one
// session per agent, whatever connections and keys it comes by (and one for each key that is nobody's yet). All transitions stand at the top of hub_session.cpp; the handlers
// of frames are in hub_session_data.cpp and hub_session_control.cpp. Which start of the agent is current is takeover.h, the
// documents' position batch_receiver.h. One thread (hub/sync's loop).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/wire/messages.h"
#include "hub/sync/batch_receiver.h"
#include "hub/sync/takeover.h"

namespace tillsync::hub {

/// What the registry knows of a key, asked again for each frame (revoking takes effect at once).
/// kReplaced: a key that this agent had before it got another one (README "New keys").
enum class AgentStanding { kUnknown, kActive, kRevoked, kConflict, kReplaced };
struct EpochPosition {
  EpochId epoch;
  std::uint64_t seq = 0;  // last committed
  ChainHash chain;
};
struct AgentKnowledge {
  AgentStanding standing = AgentStanding::kUnknown;
  AgentId agent_id;
  LocationId location;
  std::string key = {};       // that the frame came by
};

/// Documents to commit, contiguous and checked against the chain. The loop answers each with committed() or failed(), in the order
/// of the batches. opens_epoch: the hub knows nothing of the epoch yet, so only this session knows where it begins: nothing of this
/// agent may be given to the writer behind it until it is committed.
struct IncomingBatch {
  AgentId agent_id;
  LocationId location;
  EpochId epoch;
  std::uint64_t first_seq = 0;
  std::vector<wire::Event> events;   // empty for a gap
  std::vector<ChainHash> chains;     // after each event
  std::optional<wire::Gap> gap;
  bool opens_epoch = false;
  std::optional<Duration> clock_skew;  // hub's clock minus the agent's, as last measured
  std::int64_t plain_bytes = 0;      // of the documents before compression: what they cost the writer
};
struct WantEpoch {            // hello came: look the epoch up; answer: epoch_loaded or epoch_failed
  AgentId agent_id;
  EpochId epoch;
};
struct EnrollRequested {      // answer: enrolled or refused
  std::string token, name, version;
  std::string location = {}, till = {};
  std::string key = {};
};
struct StatusArrived {
  AgentId agent_id;
  wire::Status status;
  Duration clock_skew;        // hub's clock minus the agent's
  std::string key = {};       // that it came by
};
struct RequestArrived {       // answer: reply; what it depends on (after_seq) is committed
  AgentId agent_id;
  LocationId location;
  wire::Request request;
};
struct CommandResultArrived {
  AgentId agent_id;
  wire::CommandResult result;
};
struct WantInbox {            // items behind `after`; answer: deliver (none: the session waits for inbox_advanced)
  AgentId agent_id;
  std::uint64_t after;
};
struct InboxDelivered {       // durable at the agent
  AgentId agent_id;
  std::uint64_t no;
};
/// A start of an agent as its frames have shown it.
struct SpeakingMachine {
  BootId boot;
  std::string host;             // "" = it has sent no status
  std::string version, address; // address: of the connection, "" = not known
  Instant last_seen;
};
struct IdentityConflict {     // two machines speak with one key; the registry records it, both are paused
  AgentId agent_id;
  BootId current, other;
  std::vector<SpeakingMachine> machines = {};  // these two
};
struct ConflictMachineSeen {  // while both are paused: one of them asks again
  AgentId agent_id;
  SpeakingMachine machine;
};
struct Connected {
  AgentId agent_id;
  BootId boot;
  std::string version;
  std::uint64_t inbox_cursor;   // above the last no that was ever given: the hub was restored, and must number on behind it
  bool history_lost;            // it was told that documents are committed that this hub does not have: the database was put back
  std::string key = {};         // that its hello came by
};
struct Disconnected {         // silent for longer than heartbeats allow, or the connection is gone
  AgentId agent_id;
  BootId boot;
};
using HubSessionEvent = std::variant<IncomingBatch, WantEpoch, EnrollRequested, StatusArrived, RequestArrived,
                                     CommandResultArrived, WantInbox, InboxDelivered, IdentityConflict,
                                     ConflictMachineSeen, Connected, Disconnected>;

/// connection: the ROUTER's routing id of the lane that the frame goes out on.
struct HubOutgoingFrame {
  Bytes connection;
  Bytes bytes;
};

struct HubSessionOptions {
  IncarnationId incarnation;
  std::int64_t credit_bytes = 0;    // window per agent, at most kWindowBytesMax
  std::uint64_t nonce_seed = 0;     // random, secret: nonces for kSuperseded
};

struct HubSessionCounters {
  std::uint64_t malformed_frames = 0;      // did not decode, or passed a limit
  std::uint64_t not_enrolled_frames = 0;
  std::uint64_t revoked_frames = 0;
  std::uint64_t out_of_step = 0;
};

class HubSession {
 public:
  explicit HubSession(HubSessionOptions options);

  /// knowledge: as the registry has it now. Frames of an unknown key get kNotEnrolled unless they are enroll.
  /// address: where the frame came from, for people.
  void handle_frame(const Bytes& connection, BytesView frame, const AgentKnowledge& knowledge, Duration now, Instant wall,
                    std::string_view address = {});
  void handle_timeout(Duration now, Instant wall);
  void connection_gone(const Bytes& connection);

  void epoch_loaded(const EpochId& epoch, std::optional<EpochPosition> position, Instant wall);
  /// The agent is asked to come again later.
  void epoch_failed(const EpochId& epoch, std::string text);
  /// After COMMIT only: the agent moves on once acknowledged.
  void committed(const EpochId& epoch, std::uint64_t seq, const ChainHash& chain);
  /// The batch was not committed (disk full, …): the session asks the agent to come again later.
  void failed(const EpochId& epoch, std::uint64_t first_seq, std::string text);
  void enrolled(const AgentId& agent_id, const LocationId& location);
  void enroll_refused(std::string text);
  void reply(wire::Reply reply);
  /// Waits for the control lane where there is none; one that waits already is replaced.
  void send_command(wire::Command command);
  /// Items behind the agent's cursor, as hub/outbound has them; the answer to WantInbox.
  void deliver(std::vector<wire::InboxItem> items);
  void inbox_advanced();
  /// The registry's decision: paused until healed.
  void paused_by_conflict();
  /// A smaller share while many agents are sending, the whole again later.
  void set_credit(std::int64_t credit_bytes);

  std::optional<HubOutgoingFrame> poll_transmit();
  std::optional<Duration> poll_timeout() const;
  std::optional<HubSessionEvent> poll_event();

  bool is_online() const { return is_online_; }
  /// A frame for any other connection is for a boot that is gone: it need not wait when it cannot be sent at once.
  bool speaks_on(const Bytes& connection) const { return connection == data_connection_ || connection == control_connection_; }
  /// Nothing is open, waits for its commit or has to be sent: the loop may drop the session and make a new one later.
  bool is_idle() const;
  std::int64_t pending_bytes() const { return receiver_.pending_bytes(); }
  const HubSessionCounters& counters() const { return counters_; }

 private:
  enum class Phase { kAwaitHello, kSettling, kLookingUp, kOpen };
  enum class Pause { kNone, kReported, kConfirmed };
  struct HeldRequest {
    wire::Request request;
    Duration until;
  };

  void send(const Bytes& connection, const wire::Message& message);
  void fault(const Bytes& connection, wire::FaultCode code, std::string text, Bytes nonce = {});
  bool admit(const Bytes& connection, BytesView frame, const AgentKnowledge& knowledge);
  void dispatch(const Bytes& connection, wire::Message message);
  void close_session();
  void go_online();
  bool history_lost_ = false;  // by the last hello
  void go_offline();
  void heal();
  SpeakingMachine& note_machine(const wire::Hello& hello);
  SpeakingMachine machine_of(const BootId& boot) const;

  void on_hello(const Bytes& connection, wire::Hello hello);
  void take_over(const Bytes& connection, const ClaimDecision& decision);
  void report_conflict(const Bytes& connection, const BootId& other);
  void look_up_or_settle();
  bool is_data_frame_welcome(const Bytes& connection);
  void on_events(const Bytes& connection, wire::Events events);
  void on_gap(const Bytes& connection, wire::Gap gap);
  void on_delivered(const Bytes& connection, const wire::Delivered& delivered);
  void out_of_step(const char* why);
  IncomingBatch new_batch(std::uint64_t first_seq);
  void want_inbox(std::uint64_t after);

  Duration proven_skew(const wire::Status& status) const;
  bool is_control_frame_welcome(const Bytes& connection);
  void on_attach(const Bytes& connection, const wire::Attach& attach);
  void on_status(const Bytes& connection, wire::Status status);
  void on_request(const Bytes& connection, wire::Request request);
  void on_command_result(const Bytes& connection, wire::CommandResult result);
  void on_enroll(const Bytes& connection, wire::Enroll enroll);
  void adopt_control(const Bytes& connection);
  void release_requests();

  HubSessionOptions options_;
  AgentKnowledge knowledge_;
  Duration now_{0};
  Instant wall_;
  Phase phase_ = Phase::kAwaitHello;
  Pause pause_ = Pause::kNone;
  Duration pause_until_{0};
  Takeover takeover_;
  std::string address_;                  // of the frame that is being worked on
  std::deque<SpeakingMachine> machines_; // that said hello, the newest last
  std::deque<HubOutgoingFrame> out_;
  std::deque<HubSessionEvent> events_;
  HubSessionCounters counters_;

  Bytes data_connection_, control_connection_;  // "" = none
  std::string data_key_;                        // of the newest hello
  struct EarlyAttach {
    BootId boot;
    Bytes connection;
  };
  std::optional<EarlyAttach> early_attach_;  // of a boot that has not said hello yet
  wire::Hello hello_;                        // the newest of the current boot
  std::optional<Duration> clock_skew_;
  std::deque<Bytes> enroll_connections_;     // await enrolled or enroll_refused, oldest first

  BatchReceiver receiver_;
  bool epoch_is_new_ = false;                // nothing of it is committed yet
  bool ack_due_ = false;
  std::int64_t credit_bytes_;

  bool is_online_ = false;
  Duration heard_at_{0};

  std::uint64_t inbox_cursor_ = 0;           // durable at the agent
  std::optional<std::uint64_t> inbox_sent_;  // the last no of the deliver frame on its way
  bool inbox_asked_ = false, inbox_idle_ = false;
  std::optional<Duration> inbox_again_at_;

  std::deque<HeldRequest> held_;
  std::deque<wire::Command> commands_;       // wait for the control lane
};

}  // namespace tillsync::hub
