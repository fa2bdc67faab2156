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

/// One outbox row as it travels. A kind that is not known here keeps its number and is treated as kOpaque.
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
/// kSuperseded, sent back to show that this boot is alive (see README, identity conflict). hello_no counts the hellos of this
/// boot; the welcome names it, so that a late welcome is not taken for the answer.
struct Hello {
  std::string version;
  BootId boot;
  std::uint64_t hello_no = 0;
  EpochId epoch;
  std::uint64_t first_seq = 1, last_seq = 0, acked_seq = 0;
  ChainHash acked_chain;
  IncarnationId incarnation;
  std::uint64_t inbox_cursor = 0;
  Instant now;
  Bytes proof;
  bool operator==(const Hello&) const = default;
};
/// epoch_known false: the hub has no record of the epoch; seq and chain are then 0. session: a number that the hub draws for
/// each welcome. events, gap and ack name it: frames of an earlier session are dropped on both sides, and a frame that names
/// it proves that its sender has read this welcome.
struct Welcome {
  std::uint64_t hello_no = 0;
  std::uint64_t session = 0;
  IncarnationId incarnation;
  EpochId epoch;
  bool epoch_known = false;
  std::uint64_t seq = 0;
  ChainHash chain;
  std::int64_t credit_bytes = 0;
  std::int64_t heartbeat_s = 15;
  Instant now;
  LocationId location;
  std::string version = {};  // of the hub's program
  bool operator==(const Welcome&) const = default;
};
/// chain: after the last event. Decoded form; the codec compresses with zstd where it pays.
struct Events {
  std::uint64_t session = 0;
  EpochId epoch;
  std::uint64_t first_seq = 0;
  ChainHash chain;
  std::vector<Event> events;
  bool operator==(const Events&) const = default;
};
/// Everything up to seq is committed at the hub. credit_bytes: how many bytes (size_of) may be in flight behind seq in all.
struct Ack {
  std::uint64_t session = 0;
  EpochId epoch;
  std::uint64_t seq = 0;
  ChainHash chain;
  std::int64_t credit_bytes = 0;
  bool operator==(const Ack&) const = default;
};
/// Answers each status on both lanes (a sign of life), and tells of a changed credit in between.
struct Credit {
  std::int64_t credit_bytes = 0;
  bool operator==(const Credit&) const = default;
};
/// The agent no longer holds these (inclusive); the hub records a gap and goes on behind them. chain: after last_seq.
struct Gap {
  std::uint64_t session = 0;
  EpochId epoch;
  std::uint64_t first_seq = 0, last_seq = 0;
  ChainHash chain;
  std::string reason;
  bool operator==(const Gap&) const = default;
};

/// To one agent's inbox: products, prices, orders to pick, configuration. no is dense per agent.
struct InboxItem {
  std::uint64_t no = 0;
  std::string kind;  // "product/1", "price/1", …
  std::string key;   // a newer item of the same kind and key replaces an older one
  Bytes payload;
  bool operator==(const InboxItem&) const = default;
};
/// items: everything behind `after`, in order. An agent whose inbox ends before `after` has missed a frame and waits for the
/// hub to come again.
struct Deliver {
  std::uint64_t after = 0;
  std::vector<InboxItem> items;
  bool operator==(const Deliver&) const = default;
};
struct Delivered {
  std::uint64_t no = 0;
  bool operator==(const Delivered&) const = default;
};

/// Opens a control lane for the boot that said hello on the data lane (or will).
struct Attach {
  std::string version;
  BootId boot;
  bool operator==(const Attach&) const = default;
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
  Instant hub_now;                      // the hub's clock, at the least, when this was sent: its last welcome and the time since; 0 = not known
  std::int64_t disk_total_bytes = 0;    // 0 = not known
  std::int64_t config_revision = 0;     // the remote configuration that is in force; 0 = none
  std::int64_t config_item = 0;         // the last item config/1 that was looked at; 0 = none
  std::string config_error;             // why that item is not in force, "" = it is
  bool operator==(const Status&) const = default;
};
/// Reservations, availability: answered by the hub, or "outcome unknown" at the agent. after_seq: the hub waits until it has
/// committed that document of this agent.
struct Request {
  std::string request_id;
  std::string method;
  std::uint64_t after_seq = 0;
  Bytes body;  // JSON
  bool operator==(const Request&) const = default;
};
struct Reply {
  std::string request_id;
  std::int64_t status = 0;  // as an HTTP status
  Bytes body;
  bool operator==(const Reply&) const = default;
};
struct Command {
  std::string command_id;
  std::string name;  // drain, send_logs, verify, restart, rotate_keys; others are answered "not known"
  Bytes body;
  bool operator==(const Command&) const = default;
};
struct CommandResult {
  std::string command_id;
  bool ok = false;
  Bytes body;
  bool operator==(const CommandResult&) const = default;
};
/// The only thing an unknown key may say.
struct Enroll {
  std::string token;
  std::string name;  // of the machine, for people
  std::string version;
  std::string location = {}, till = {};  // where the machine says that it stands; "" = the token knows
  bool operator==(const Enroll&) const = default;
};
struct Enrolled {
  AgentId agent_id;
  LocationId location;
  bool operator==(const Enrolled&) const = default;
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
  bool operator==(const Fault&) const = default;
};

using Message = std::variant<Hello, Welcome, Events, Ack, Credit, Gap, Deliver, Delivered, Attach, Status, Request, Reply, Command,
                             CommandResult, Enroll, Enrolled, Fault>;

/// On the wire: never renumber. The second element of every frame.
enum class Kind : std::uint8_t {
  kHello = 1, kWelcome = 2, kEvents = 3, kAck = 4, kCredit = 5, kGap = 6, kDeliver = 7, kDelivered = 8,
  kAttach = 9, kStatus = 10, kRequest = 11, kReply = 12, kCommand = 13, kCommandResult = 14,
  kEnroll = 15, kEnrolled = 16, kFault = 17,
};

/// Why a frame was not taken; the receiver answers with it and counts it.
struct DecodeFault {
  FaultCode code;
  std::string text;
};

/// Texts for people (fault text, machine name) are cut to their limit; what else passes a limit is the caller's error and would be
/// refused by decode on the other side.
Bytes encode(const Message& message);
/// All limits (frame, depth, counts, decompressed size) are checked before memory is taken.
std::expected<Message, DecodeFault> decode(BytesView frame);
/// The kind alone, without reading the rest; nullopt for what is no frame of a version known here. The hub asks this first, so that
/// a key that may only enrol costs it nothing more.
std::optional<Kind> peek_kind(BytesView frame);

/// Bytes of an event on the wire before compression, for windows and batch limits.
std::size_t size_of(const Event& event);

}  // namespace tillsync::wire
