// The frames between agent and hub, typed. Each is one ZeroMQ message: a MessagePack array [major, kind, fields…, {unknown}].
// README.md beside this file gives each field byte by byte. Pure.
//
// Two connections per agent: the data lane carries hello, welcome, events, ack, credit, deliver, delivered; the control lane
// carries attach, status, request, reply, command, result, enroll, enrolled. error travels on both.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"

namespace tillsync::wire {

inline constexpr std::int64_t kMajor = 1;          // this program's
inline constexpr std::int64_t kMajorOldest = 1;    // the oldest that is still understood

enum class Lane : std::uint8_t { kData = 0, kControl = 1 };

/// On the wire: never renumber.
enum class EventKind : std::uint8_t {
  kDocument = 1,  // payload: common/contract encode_document
  kConflict = 2,  // same identity, other content: payload is the second document
  kOpaque = 3,    // could not be decoded by the agent that holds it: kept as bytes
};

/// One outbox row as it travels.
struct Event {
  EventKind kind = EventKind::kDocument;
  Instant received_at;  // agent's clock: information
  std::string correlation_id;
  ContentHash content_hash;
  Bytes payload;
  bool operator==(const Event&) const = default;
};

/// Opens a data lane. last_seq 0 = empty outbox. first_seq: the first seq of this epoch. acked_seq, acked_chain: what the hub
/// is known to have confirmed. incarnation: the hub's, as last seen (zero = never). proof: the nonce of an error
/// kSuperseded, sent back to show that this boot is alive (see README, identity conflict).
struct Hello {
  std::string version;
  BootId boot;
  EpochId epoch;
  std::uint64_t first_seq = 1, last_seq = 0, acked_seq = 0;
  ChainHash last_chain, acked_chain;
  IncarnationId incarnation;
  std::uint64_t inbox_cursor = 0;
  Instant now;
  Bytes proof;
};
/// epoch_known false: the hub has no record of the epoch; seq and chain are then 0.
struct Welcome {
  IncarnationId incarnation;
  EpochId epoch;
  bool epoch_known = false;
  std::uint64_t seq = 0;
  ChainHash chain;
  std::int64_t credit_bytes = 0;
  std::int64_t heartbeat_s = 15;
  Instant now;
  LocationId location;
};
/// chain: after the last event. Decoded form; the codec compresses with zstd where it pays.
struct Events {
  EpochId epoch;
  std::uint64_t first_seq = 0;
  ChainHash chain;
  std::vector<Event> events;
};
/// Everything up to seq is committed at the hub. credit_bytes: how many more bytes may be in flight in all.
struct Ack {
  EpochId epoch;
  std::uint64_t seq = 0;
  ChainHash chain;
  std::int64_t credit_bytes = 0;
};
struct Credit {
  std::int64_t credit_bytes = 0;
};
/// The agent no longer holds these (inclusive); the hub records a gap and goes on behind them. chain: after last_seq.
struct Gap {
  EpochId epoch;
  std::uint64_t first_seq = 0, last_seq = 0;
  ChainHash chain;
  std::string reason;
};

/// To one agent's inbox: products, prices, orders to pick, configuration. no is dense per agent.
struct InboxItem {
  std::uint64_t no = 0;
  std::string kind;  // "product/1", "price/1", …
  std::string key;   // a newer item of the same kind and key replaces an older one
  Bytes payload;
  bool operator==(const InboxItem&) const = default;
};
struct Deliver {
  std::vector<InboxItem> items;
};
struct Delivered {
  std::uint64_t no = 0;
};

/// Opens a control lane for the boot that said hello on the data lane (or will).
struct Attach {
  std::string version;
  BootId boot;
};
struct Status {
  BootId boot;
  std::uint64_t backlog = 0;            // documents that the hub has not acknowledged
  std::int64_t oldest_unsent_s = 0;
  std::int64_t disk_free_bytes = 0;
  Instant now;                          // agent's clock
  std::string version;
  std::uint64_t refused = 0;            // documents refused at the doors since the start
  std::uint64_t inbox_cursor = 0;
  std::int64_t resident_bytes = 0;
  std::string host;
};
/// Reservations, availability: answered by the hub, or "outcome unknown" at the agent. after_seq: the hub waits until it has
/// committed that document of this agent.
struct Request {
  std::string request_id;
  std::string method;
  std::uint64_t after_seq = 0;
  Bytes body;  // JSON
};
struct Reply {
  std::string request_id;
  std::int64_t status = 0;  // as an HTTP status
  Bytes body;
};
struct Command {
  std::string command_id;
  std::string name;  // drain_now, send_logs, verify, restart, rotate_keys
  Bytes body;
};
struct CommandResult {
  std::string command_id;
  bool ok = false;
  Bytes body;
};
/// The only thing an unknown key may say.
struct Enroll {
  std::string token;
  std::string name;  // of the machine, for people
  std::string version;
};
struct Enrolled {
  AgentId agent_id;
  LocationId location;
};

/// On the wire: never renumber.
enum class FaultCode : std::uint16_t {
  kUnsupported = 1,   // kind or major not known
  kMalformed = 2,     // the frame does not decode
  kLimit = 3,         // a limit of the README passed
  kNotEnrolled = 4,   // unknown key
  kRevoked = 5,
  kBadToken = 6,      // enrolment token unknown, used up or expired
  kSuperseded = 7,    // another boot of this key is the current one; carries a nonce
  kConflict = 8,      // identity conflict: sync of this agent is paused until a person decides
  kOutOfStep = 9,     // not the seq or chain that was expected: say hello again
  kBusy = 10,         // try again later
  kInternal = 11,
};
struct Fault {
  FaultCode code = FaultCode::kInternal;
  std::string text;
  bool retryable = false;
  Bytes nonce;
};

using Message = std::variant<Hello, Welcome, Events, Ack, Credit, Gap, Deliver, Delivered, Attach, Status, Request, Reply, Command,
                             CommandResult, Enroll, Enrolled, Fault>;

/// Why a frame was not taken; the receiver answers with it and counts it.
struct DecodeFault {
  FaultCode code;
  std::string text;
};

Bytes encode(const Message& message);
/// All limits (frame, depth, counts, decompressed size) are checked before memory is taken.
std::expected<Message, DecodeFault> decode(BytesView frame);

/// Bytes of an event on the wire before compression, for windows and batch limits.
std::size_t size_of(const Event& event);

}  // namespace tillsync::wire
