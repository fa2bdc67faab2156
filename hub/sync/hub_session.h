// The hub's side of the protocol for one agent key, sans-I/O; the mirror of agent/sync/agent_session.h. The loop owns one
// session per CURVE public key, whatever connections it comes by. One thread (hub/sync's loop).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/wire/messages.h"

namespace tillsync::hub {

/// What the registry knows of a key, asked again for each frame (revoking takes effect at once).
enum class AgentStanding { kUnknown, kActive, kRevoked, kConflict };
struct EpochPosition {
  EpochId epoch;
  std::uint64_t seq = 0;  // last committed
  ChainHash chain;
};
struct AgentKnowledge {
  AgentStanding standing = AgentStanding::kUnknown;
  AgentId agent_id;
  LocationId location;
  std::uint64_t inbox_acked = 0;
};

/// Documents to commit, contiguous and checked against the chain. The loop answers with committed() or failed().
struct IncomingBatch {
  AgentId agent_id;
  LocationId location;
  EpochId epoch;
  std::uint64_t first_seq = 0;
  std::vector<wire::Event> events;   // empty for a gap
  std::vector<ChainHash> chains;     // after each event
  std::optional<wire::Gap> gap;
  std::int64_t wire_bytes = 0;
};
struct WantEpoch {            // hello came: look the epoch up; answer: epoch_loaded
  EpochId epoch;
};
struct EnrollRequested {      // answer: enrolled or refused
  std::string token, name, version;
};
struct StatusArrived {
  wire::Status status;
  Duration clock_skew;        // hub's clock minus the agent's
};
struct RequestArrived {       // answer: reply
  wire::Request request;
};
struct CommandResultArrived {
  wire::CommandResult result;
};
struct InboxDelivered {
  std::uint64_t no;
};
struct IdentityConflict {     // two machines speak with one key; the registry records it, both are paused
  BootId current, other;
};
struct Connected {
  BootId boot;
  std::string version;
};
using HubSessionEvent = std::variant<IncomingBatch, WantEpoch, EnrollRequested, StatusArrived, RequestArrived,
                                     CommandResultArrived, InboxDelivered, IdentityConflict, Connected>;

/// connection: the ROUTER's routing id of the lane that the frame goes out on.
struct HubOutgoingFrame {
  Bytes connection;
  Bytes bytes;
};

struct HubSessionOptions {
  IncarnationId incarnation;
  std::int64_t credit_bytes = 0;    // window per agent
  std::uint64_t nonce_seed = 0;     // random, secret: nonces for kSuperseded
};

class HubSession {
 public:
  HubSession(HubSessionOptions options, std::string peer_key);

  /// knowledge: as the registry has it now. Frames of an unknown key get kNotEnrolled unless they are enroll.
  void handle_frame(const Bytes& connection, BytesView frame, const AgentKnowledge& knowledge, Duration now, Instant wall);
  void handle_timeout(Duration now, Instant wall);
  void connection_gone(const Bytes& connection);

  void epoch_loaded(const EpochId& epoch, std::optional<EpochPosition> position, Instant wall);
  /// After COMMIT only: the agent moves on once acknowledged.
  void committed(const EpochId& epoch, std::uint64_t seq, const ChainHash& chain);
  /// The batch was not committed (disk full, …): the session asks the agent to come again later.
  void failed(const EpochId& epoch, std::uint64_t first_seq, std::string text);
  void enrolled(const AgentId& agent_id, const LocationId& location);
  void enroll_refused(std::string text);
  void reply(wire::Reply reply);
  void send_command(wire::Command command);
  /// Items behind the agent's cursor, as hub/outbound has them.
  void deliver(std::vector<wire::InboxItem> items);
  /// The registry's decision: paused until healed.
  void paused_by_conflict();

  std::optional<HubOutgoingFrame> poll_transmit();
  std::optional<Duration> poll_timeout() const;
  std::optional<HubSessionEvent> poll_event();

  bool is_online() const;
  std::uint64_t malformed_frames() const;  // counted for metrics
};

}  // namespace tillsync::hub
