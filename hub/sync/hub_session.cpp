#include "hub/sync/hub_session.h"

#include <algorithm>

#include "common/base/limits.h"
#include "common/sync/chain.h"

// Before anything else a frame passes the registry's standing of its key:
//
// | standing | frame                 | answer                                                               |
// | -------- | --------------------- | -------------------------------------------------------------------- |
// | unknown  | enroll                | EnrollRequested; enrolled or bad token follows                       |
// | unknown  | any other             | not enrolled                                                         |
// | revoked  | any                   | revoked; the session is closed                                       |
// | replaced | any                   | revoked, with another text; the agent's session, by its newer key, goes on |
// | conflict | any                   | conflict, until the registry says active again: then all is forgotten |
// | active   | while a conflict was reported and the registry has not said so yet | conflict                |
// | active   | else                  | the table below                                                      |
//
// Phases of the data lane. "pending" are batches that the writer has and has not committed.
//
// | phase       | hello that is taken (takeover.h)     | events, gap        | pending ended | epoch loaded     | failed         |
// | ----------- | ------------------------------------ | ------------------ | ------------- | ---------------- | -------------- |
// | kAwaitHello | kSettling while pending, kLookingUp  | dropped†           |               |                  |                |
// | kSettling   | same                                 | dropped            | kLookingUp    |                  |                |
// | kLookingUp  | kLookingUp (asked again)             | dropped            |               | kOpen, welcome   |                |
// | kOpen       | kSettling or kLookingUp              | taken, duplicate → ack, out of step → kAwaitHello | | | busy → kAwaitHello |
//
// † on a session that has no data lane at all (the hub was started anew) it is answered "out of step".
// A hello is taken once: its number must be above the last one of the same boot. A hello waits for pending batches, so that the
// welcome's seq is what is committed, and nothing of an earlier session can be committed behind it.

namespace tillsync::hub {
namespace {

using wire::FaultCode;

constexpr Duration kSilenceMax = seconds(3 * kHeartbeatSeconds + 5);
constexpr Duration kInboxPatience = seconds(kHeartbeatSeconds);  // for delivered, before the items are sent again
constexpr Duration kConflictPatience = seconds(30);              // for the registry to record a conflict
constexpr std::size_t kCommandsWaitingMax = 256;
constexpr std::size_t kMachinesMax = 8;  // starts of an agent that are remembered, for people
constexpr std::int64_t kStatusUnavailable = 503;
constexpr std::string_view kReplacedText =
    "this key was replaced: the agent has newer ones (rotate_keys), so this data folder is a copy from before. Use the PC that has them; to make this one an "
    "agent of its own: tillsync-agent enroll --new-key";

void keep_earliest(std::optional<Duration>& earliest, std::optional<Duration> time) {
  if (time && (!earliest || *time < *earliest)) earliest = time;
}

}  // namespace

HubSession::HubSession(HubSessionOptions options)
    : options_(options), takeover_(options.nonce_seed), credit_bytes_(options.credit_bytes) {}

void HubSession::send(const Bytes& connection, const wire::Message& message) {
  if (!connection.empty()) out_.push_back({connection, wire::encode(message)});
}

void HubSession::fault(const Bytes& connection, FaultCode code, std::string text, Bytes nonce) {
  const bool retryable = code == FaultCode::kBusy || code == FaultCode::kOutOfStep || code == FaultCode::kSuperseded;
  send(connection, wire::Fault{code, std::move(text), retryable, std::move(nonce)});
}

// ---- frames in

void HubSession::handle_frame(const Bytes& connection, BytesView frame, const AgentKnowledge& knowledge, Duration now, Instant wall,
                              std::string_view address) {
  address_ = address;
  now_ = now;
  wall_ = wall;
  knowledge_ = knowledge;
  if (!admit(connection, frame, knowledge)) return;
  auto message = wire::decode(frame);
  if (!message) {
    ++counters_.malformed_frames;
    return fault(connection, message.error().code, std::move(message.error().text));
  }
  dispatch(connection, *std::move(message));
}

/// Whether the registry lets this frame in; else it is answered here.
bool HubSession::admit(const Bytes& connection, BytesView frame, const AgentKnowledge& knowledge) {
  const auto kind = wire::peek_kind(frame);
  if (kind == wire::Kind::kFault) return false;  // an error is never answered
  switch (knowledge.standing) {
    case AgentStanding::kUnknown:
      if (kind == wire::Kind::kEnroll) return true;
      ++counters_.not_enrolled_frames;
      fault(connection, FaultCode::kNotEnrolled, "this key is not enrolled");
      return false;
    case AgentStanding::kRevoked:
      ++counters_.revoked_frames;
      close_session();
      go_offline();
      fault(connection, FaultCode::kRevoked, "this agent was revoked");
      return false;
    case AgentStanding::kReplaced:
      ++counters_.revoked_frames;
      fault(connection, FaultCode::kRevoked, std::string(kReplacedText));
      return false;
    case AgentStanding::kConflict:
      pause_ = Pause::kConfirmed;
      break;
    case AgentStanding::kActive:
      if (pause_ == Pause::kConfirmed || (pause_ == Pause::kReported && now_ >= pause_until_)) heal();
      break;
  }
  if (pause_ == Pause::kNone) return true;
  if (kind == wire::Kind::kHello) {
    // Only to show people who still speaks with this key.
    const auto message = wire::decode(frame);
    const auto* hello = message ? std::get_if<wire::Hello>(&*message) : nullptr;
    if (hello != nullptr) events_.push_back(ConflictMachineSeen{knowledge.agent_id, note_machine(*hello)});
  }
  close_session();
  go_offline();
  fault(connection, FaultCode::kConflict, "two machines speak with this agent's key: a person must decide");
  return false;
}

void HubSession::dispatch(const Bytes& connection, wire::Message message) {
  if (auto* events = std::get_if<wire::Events>(&message)) return on_events(connection, std::move(*events));
  if (auto* gap = std::get_if<wire::Gap>(&message)) return on_gap(connection, std::move(*gap));
  if (auto* hello = std::get_if<wire::Hello>(&message)) return on_hello(connection, std::move(*hello));
  if (const auto* delivered = std::get_if<wire::Delivered>(&message)) return on_delivered(connection, *delivered);
  if (const auto* attach = std::get_if<wire::Attach>(&message)) return on_attach(connection, *attach);
  if (auto* status = std::get_if<wire::Status>(&message)) return on_status(connection, std::move(*status));
  if (auto* request = std::get_if<wire::Request>(&message)) return on_request(connection, std::move(*request));
  if (auto* result = std::get_if<wire::CommandResult>(&message)) return on_command_result(connection, std::move(*result));
  if (auto* enroll = std::get_if<wire::Enroll>(&message)) return on_enroll(connection, std::move(*enroll));
  ++counters_.malformed_frames;
  fault(connection, FaultCode::kUnsupported, "an agent does not say this");
}

void HubSession::connection_gone(const Bytes& connection) {
  if (connection == control_connection_) control_connection_.clear();
  if (early_attach_ && early_attach_->connection == connection) early_attach_.reset();
  if (connection != data_connection_) return;
  data_connection_.clear();
  close_session();
  go_offline();
}

// ---- the session's life

/// Batches that the writer has go on; nothing more is taken until the next hello.
void HubSession::close_session() {
  phase_ = Phase::kAwaitHello;
  receiver_.close();
  ack_due_ = false;
  inbox_sent_.reset();
  inbox_again_at_.reset();
  inbox_asked_ = inbox_idle_ = false;
}

void HubSession::go_online() {
  if (is_online_) return;
  is_online_ = true;
  events_.push_back(Connected{knowledge_.agent_id, hello_.boot, hello_.version, hello_.inbox_cursor, history_lost_, data_key_});
}

void HubSession::go_offline() {
  if (!is_online_) return;
  is_online_ = false;
  events_.push_back(Disconnected{knowledge_.agent_id, hello_.boot});
}

void HubSession::heal() {
  pause_ = Pause::kNone;
  takeover_.forget();
  close_session();
  data_connection_.clear();
  control_connection_.clear();
  early_attach_.reset();
}

void HubSession::paused_by_conflict() {
  if (pause_ != Pause::kConfirmed) {
    for (const Bytes& connection : {data_connection_, control_connection_})
      fault(connection, FaultCode::kConflict, "two machines speak with this agent's key: a person must decide");
  }
  pause_ = Pause::kConfirmed;
  close_session();
  go_offline();
}

SpeakingMachine& HubSession::note_machine(const wire::Hello& hello) {
  auto found = std::ranges::find(machines_, hello.boot, &SpeakingMachine::boot);
  if (found == machines_.end()) {
    if (machines_.size() >= kMachinesMax) machines_.pop_front();
    machines_.push_back({hello.boot, {}, {}, {}, {}});
    found = std::prev(machines_.end());
  }
  found->version = hello.version;
  found->address = address_;
  found->last_seen = wall_;
  return *found;
}

SpeakingMachine HubSession::machine_of(const BootId& boot) const {
  const auto found = std::ranges::find(machines_, boot, &SpeakingMachine::boot);
  return found == machines_.end() ? SpeakingMachine{boot, {}, {}, {}, {}} : *found;
}

void HubSession::report_conflict(const Bytes& connection, const BootId& other) {
  events_.push_back(IdentityConflict{knowledge_.agent_id, *takeover_.current(), other, {machine_of(*takeover_.current()), machine_of(other)}});
  const std::string text = "two machines speak with this agent's key: a person must decide";
  fault(connection, FaultCode::kConflict, text);
  if (data_connection_ != connection) fault(data_connection_, FaultCode::kConflict, text);
  pause_ = Pause::kReported;
  pause_until_ = now_ + kConflictPatience;
  close_session();
  go_offline();
}

void HubSession::look_up_or_settle() {
  phase_ = receiver_.has_pending() ? Phase::kSettling : Phase::kLookingUp;
  if (phase_ == Phase::kLookingUp) events_.push_back(WantEpoch{knowledge_.agent_id, hello_.epoch});
}

void HubSession::epoch_loaded(const EpochId& epoch, std::optional<EpochPosition> position, Instant wall) {
  if (phase_ != Phase::kLookingUp || epoch != hello_.epoch) return;
  phase_ = Phase::kOpen;
  epoch_is_new_ = !position.has_value();
  const std::uint64_t held = position ? position->seq : std::max<std::uint64_t>(hello_.first_seq, 1) - 1;
  history_lost_ = hello_.incarnation == options_.incarnation && hello_.acked_seq > held;
  const std::uint64_t session = takeover_.nonces().next_number();
  if (position)
    receiver_.open(session, {epoch, position->seq, position->chain});
  else
    receiver_.open(session, {epoch, std::max<std::uint64_t>(hello_.first_seq, 1) - 1, sync::chain_seed(epoch)});

  wire::Welcome welcome;
  welcome.hello_no = hello_.hello_no;
  welcome.session = session;
  welcome.incarnation = options_.incarnation;
  welcome.epoch = epoch;
  welcome.epoch_known = position.has_value();
  if (position) {
    welcome.seq = position->seq;
    welcome.chain = position->chain;
  }
  welcome.credit_bytes = credit_bytes_;
  welcome.heartbeat_s = kHeartbeatSeconds;
  welcome.now = wall;
  welcome.location = knowledge_.location;
  welcome.version = TILLSYNC_VERSION;
  send(data_connection_, welcome);

  heard_at_ = now_;
  is_online_ = false;  // another start of the agent may have been on line: each welcome is told
  go_online();
  inbox_cursor_ = hello_.inbox_cursor;
  want_inbox(inbox_cursor_);
  release_requests();
}

void HubSession::epoch_failed(const EpochId& epoch, std::string text) {
  if (phase_ != Phase::kLookingUp || epoch != hello_.epoch) return;
  close_session();
  fault(data_connection_, FaultCode::kBusy, std::move(text));
}

// ---- what the writer answers

void HubSession::committed(const EpochId& epoch, std::uint64_t seq, const ChainHash& chain) {
  if (receiver_.committed(epoch, seq, chain)) {
    ack_due_ = true;
    epoch_is_new_ = false;
    release_requests();
  }
  if (phase_ == Phase::kSettling) look_up_or_settle();
}

void HubSession::failed(const EpochId& epoch, std::uint64_t first_seq, std::string text) {
  receiver_.failed(epoch, first_seq);
  if (phase_ == Phase::kOpen && epoch == receiver_.committed_position().epoch) {
    close_session();
    fault(data_connection_, FaultCode::kBusy, std::move(text));
  }
  if (phase_ == Phase::kSettling) look_up_or_settle();
}

void HubSession::set_credit(std::int64_t credit_bytes) {
  credit_bytes = std::min(credit_bytes, options_.credit_bytes);
  if (credit_bytes == credit_bytes_) return;
  credit_bytes_ = credit_bytes;
  if (phase_ == Phase::kOpen) send(data_connection_, wire::Credit{credit_bytes_});
}

// ---- time and polls

void HubSession::handle_timeout(Duration now, Instant wall) {
  now_ = now;
  wall_ = wall;
  if (is_online_ && now - heard_at_ >= kSilenceMax) go_offline();
  if (inbox_again_at_ && now >= *inbox_again_at_) {
    inbox_sent_.reset();
    want_inbox(inbox_cursor_);
  }
  while (!held_.empty() && now >= held_.front().until) {
    reply({std::move(held_.front().request.request_id), kStatusUnavailable, {}});
    held_.pop_front();
  }
}

std::optional<Duration> HubSession::poll_timeout() const {
  std::optional<Duration> earliest;
  if (is_online_) keep_earliest(earliest, heard_at_ + kSilenceMax);
  keep_earliest(earliest, inbox_again_at_);
  if (!held_.empty()) keep_earliest(earliest, held_.front().until);
  return earliest;
}

std::optional<HubOutgoingFrame> HubSession::poll_transmit() {
  if (!out_.empty()) {
    HubOutgoingFrame frame = std::move(out_.front());
    out_.pop_front();
    return frame;
  }
  // Built when it is sent: one acknowledgement speaks for all commits since the last.
  if (!ack_due_ || phase_ != Phase::kOpen || data_connection_.empty()) return std::nullopt;
  ack_due_ = false;
  const auto& position = receiver_.committed_position();
  return HubOutgoingFrame{data_connection_,
                          wire::encode(wire::Ack{receiver_.session(), position.epoch, position.seq, position.chain, credit_bytes_})};
}

std::optional<HubSessionEvent> HubSession::poll_event() {
  if (events_.empty()) return std::nullopt;
  HubSessionEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

bool HubSession::is_idle() const {
  return phase_ == Phase::kAwaitHello && !is_online_ && !receiver_.has_pending() && pause_ != Pause::kReported && out_.empty() &&
         events_.empty() && held_.empty() && enroll_connections_.empty();
}

// ---- inbox and commands

void HubSession::want_inbox(std::uint64_t after) {
  inbox_again_at_.reset();
  inbox_idle_ = false;
  inbox_asked_ = true;
  events_.push_back(WantInbox{knowledge_.agent_id, after});
}

void HubSession::deliver(std::vector<wire::InboxItem> items) {
  if (phase_ != Phase::kOpen || !inbox_asked_) return;
  inbox_asked_ = false;
  std::erase_if(items, [&](const wire::InboxItem& item) { return item.no <= inbox_cursor_; });
  inbox_idle_ = items.empty();
  if (inbox_idle_) return;
  inbox_sent_ = items.back().no;
  inbox_again_at_ = now_ + kInboxPatience;
  send(data_connection_, wire::Deliver{inbox_cursor_, std::move(items)});
}

void HubSession::inbox_advanced() {
  if (phase_ == Phase::kOpen && inbox_idle_) want_inbox(inbox_cursor_);
}

void HubSession::send_command(wire::Command command) {
  if (!control_connection_.empty()) return send(control_connection_, std::move(command));
  std::erase_if(commands_, [&](const wire::Command& waiting) { return waiting.command_id == command.command_id; });
  if (commands_.size() >= kCommandsWaitingMax) commands_.pop_front();  // hub/fleet keeps them and asks again
  commands_.push_back(std::move(command));
}

void HubSession::reply(wire::Reply reply) { send(control_connection_, std::move(reply)); }

}  // namespace tillsync::hub
