#include "agent/sync/agent_session.h"

#include <algorithm>
#include <utility>

#include "common/base/limits.h"

// The phases of the data lane and what moves between them. "hello" in a cell: hello is said at once or after a pause and the
// phase becomes kHelloSent. Whatever stands in no cell changes nothing.
//
// | phase      | link up   | link down | welcome      | chain loaded      | rebased  | ack   | fault: step*  | fault: stop* | time     |
// | ---------- | --------- | --------- | ------------ | ----------------- | -------- | ----- | ------------- | ------------ | -------- |
// | kDown      | hello     |           |              |                   |          |       |               |              |          |
// | kHelloDue  | hello     | kDown     |              |                   |          |       | hello later   | kPaused      | hello    |
// | kHelloSent | hello     | kDown     | kComparing,  |                   |          |       | hello later   | kPaused      | hello,   |
// |            |           |           | kOpen or     |                   |          |       | (busy,        |              | at last  |
// |            |           |           | kRebasing    |                   |          |       | superseded)   |              | reconnect |
// | kComparing | hello     | kDown     |              | kOpen, kRebasing  |          |       | hello later   | kPaused      | reconnect |
// | kRebasing  |           | kDown†    |              |                   | hello    |       |               | kPaused      |          |
// | kOpen      | hello     | kDown     |              | (gap)             |          | taken | hello later   | kPaused      | hello when an ack is overdue |
// | kPaused    | hello     | kDown     |              |                   |          |       |               | kPaused      | hello, each kPausedPause |
//
// step*: out of step, busy, malformed, limit, internal, superseded (its hello carries the nonce). stop*: conflict, revoked, not
// enrolled, unsupported. † a rebase that runs when the link falls or rises is waited for before the next hello.
//
// Silence: when something was sent that the hub answers and a lane stays silent for kSilentHeartbeats heartbeats (and the time that
// the bytes before it need on the slowest link), both lanes are opened anew. Any frame counts as life.

namespace tillsync::agent {
namespace {

using wire::Lane;

constexpr int kSilentHeartbeats = 3;
constexpr Duration kHelloPatience = seconds(5);    // for the welcome, growing with each try
constexpr std::uint32_t kHellosUnansweredMax = 6;  // then the link is opened anew, whatever else was heard
constexpr Duration kPausedPause = seconds(60);
constexpr Duration kPausedJitter = seconds(5);
constexpr Duration kHelloPauseMin = milliseconds(50), kHelloPauseFirst = milliseconds(500), kHelloPauseMax = seconds(15);
constexpr Duration kRowsPause = seconds(1);        // after rows could not be read
constexpr std::size_t kRequestsWaitingMax = 256;
constexpr std::size_t kResultsWaitingMax = 64;
constexpr std::int64_t kStatusTooLong = 413, kStatusUnavailable = 503;
constexpr std::size_t kFrameSpare = 10'000;        // a frame's own fields around a body

void keep_earliest(std::optional<Duration>& earliest, std::optional<Duration> time) {
  if (time && (!earliest || *time < *earliest)) earliest = time;
}

}  // namespace

AgentSession::AgentSession(SessionOptions options, OutboxState outbox, std::uint64_t inbox_cursor)
    : options_(std::move(options)),
      outbox_(std::move(outbox)),
      hello_backoff_(kHelloPauseMin, kHelloPauseFirst, kHelloPauseMax, options_.random_seed),
      jitter_(options_.random_seed + 1),
      heartbeat_(seconds(kHeartbeatSeconds)),
      inbox_stored_(inbox_cursor),
      inbox_received_(inbox_cursor) {}

std::uint64_t AgentSession::sent_seq() const { return sender_.is_running() ? sender_.sent_seq() : outbox_.acked_seq; }

void AgentSession::send(Lane which, const wire::Message& message) {
  if (lane(which).is_up) lane(which).out.push_back(wire::encode(message));
}

void AgentSession::await_answer(Lane which, Duration now) {
  auto& since = lane(which).answer_awaited_since;
  if (!since) since = now;
}

/// Leaving kOpen or kComparing ends what only they may do; every change of phase goes through here.
void AgentSession::enter(Phase phase) {
  if (phase != Phase::kOpen) sender_.stop();
  if (phase != Phase::kComparing) compared_seq_.reset();
  if (phase != Phase::kHelloDue && phase != Phase::kHelloSent && phase != Phase::kPaused) hello_at_.reset();
  if (phase != Phase::kHelloSent) hello_sent_at_.reset();
  if (phase == Phase::kDown || phase == Phase::kPaused) lane(Lane::kData).answer_awaited_since.reset();
  if (phase == Phase::kPaused) lane(Lane::kControl).answer_awaited_since.reset();
  if (phase != Phase::kOpen) {
    status_at_.reset();
    rows_again_at_.reset();
  }
  phase_ = phase;
}

// ---- links

void AgentSession::link_up(Lane which, Duration now, Instant wall) {
  LaneState& state = lane(which);
  state = LaneState{};
  state.is_up = true;
  if (which == Lane::kControl) {
    attach();
    if (phase_ == Phase::kOpen) ask_status(now);
    return;
  }
  sender_.window().reset();
  hellos_unanswered_ = 0;
  proof_.clear();
  enter(Phase::kDown);
  if (rebase_runs_)
    enter(Phase::kRebasing);
  else
    say_hello(now, wall);
}

void AgentSession::link_down(Lane which, Duration) {
  lane(which) = LaneState{};
  if (which == Lane::kControl) {
    attached_ = false;
    attach_at_.reset();
  } else {
    enter(Phase::kDown);
  }
}

void AgentSession::reconnect(std::string reason) {
  link_down(Lane::kData, Duration{});
  link_down(Lane::kControl, Duration{});
  events_.push_back(WantReconnect{std::move(reason)});
}

// ---- hello

void AgentSession::say_hello(Duration now, Instant wall) {
  enter(Phase::kHelloSent);
  wire::Hello hello;
  hello.version = options_.version;
  hello.boot = options_.boot;
  hello.hello_no = ++hello_no_;
  hello.epoch = outbox_.epoch;
  hello.first_seq = outbox_.first_seq;
  hello.last_seq = outbox_.last_seq;
  hello.acked_seq = outbox_.acked_seq;
  hello.acked_chain = outbox_.acked_chain;
  hello.incarnation = outbox_.incarnation;
  hello.inbox_cursor = inbox_stored_;
  hello.now = wall;
  if (!proof_.empty()) proof_said_at_ = now;
  hello.proof = std::exchange(proof_, {});
  send(Lane::kData, hello);
  ++hellos_unanswered_;
  hello_sent_at_ = now;
  hello_at_ = now + Duration{kHelloPatience.micros * std::min<std::int64_t>(hellos_unanswered_, kSilentHeartbeats)} + transfer_time();
  await_answer(Lane::kData, now);
}

void AgentSession::hello_after(Duration pause, Duration now) {
  enter(Phase::kHelloDue);
  hello_at_ = now + pause;
}

void AgentSession::hello_again(Duration now) { hello_after(hello_backoff_.next(), now); }

void AgentSession::pause(const wire::Fault& fault, Duration now) {
  if (fault.code == wire::FaultCode::kNotEnrolled || fault.code == wire::FaultCode::kRevoked) events_.push_back(KeyRefused{fault.text});
  if (paused_for_ != fault.code) events_.push_back(Paused{fault.code, fault.text});
  paused_for_ = fault.code;
  hellos_unanswered_ = 0;
  enter(Phase::kPaused);
  hello_at_ = now + kPausedPause + jitter_.up_to(kPausedJitter);
}

// ---- histories

void AgentSession::settle_history(const ChainLookup& lookup, Duration now) {
  const HistoryDecision decision = compare_histories(outbox_, *welcome_, lookup);
  switch (decision.verdict) {
    case HistoryVerdict::kContinue: return open(decision, now);
    case HistoryVerdict::kRebase: return rebase(decision.seq);
    case HistoryVerdict::kNeedChain:
      enter(Phase::kComparing);
      compared_seq_ = decision.seq;
      events_.push_back(WantChainAt{decision.seq});
  }
}

void AgentSession::open(const HistoryDecision& decision, Duration now) {
  enter(Phase::kOpen);
  sender_.start({welcome_->session, outbox_.epoch, decision.seq, decision.chain, welcome_->credit_bytes}, outbox_.last_seq);
  const bool is_other_life = outbox_.incarnation != welcome_->incarnation;
  const bool is_ahead = decision.seq > outbox_.acked_seq;
  outbox_.incarnation = welcome_->incarnation;
  outbox_.acked_seq = decision.seq;
  outbox_.acked_chain = decision.chain;
  if (is_other_life || is_ahead) store_ack();
  flush_control();
  ask_status(now);
}

void AgentSession::rebase(std::uint64_t first_seq) {
  enter(Phase::kRebasing);
  rebase_runs_ = true;
  events_.push_back(WantRebase{first_seq, welcome_->incarnation});
}

/// Only the newest acknowledgement has to be stored.
void AgentSession::store_ack() {
  if (!events_.empty() && std::holds_alternative<WantAckStored>(events_.back())) events_.pop_back();
  events_.push_back(WantAckStored{outbox_.incarnation, outbox_.acked_seq, outbox_.acked_chain});
}

// ---- what the stores answer

void AgentSession::outbox_advanced(std::uint64_t last_seq, Duration) {
  outbox_.last_seq = std::max(outbox_.last_seq, last_seq);
  sender_.outbox_advanced(last_seq);
}

void AgentSession::rows_loaded(std::vector<OutboxRow> rows, Duration now) {
  // The outbox may be ahead of what was told: what is sent must be known as ours when the hub names it.
  if (!rows.empty()) outbox_advanced(rows.back().seq, now);
  sender_.rows_loaded(std::move(rows));
  if (sender_.is_stalled() && !rows_again_at_) rows_again_at_ = now + kRowsPause;
}

void AgentSession::chain_loaded(std::uint64_t seq, std::optional<ChainHash> chain, Duration now) {
  if (phase_ == Phase::kComparing && compared_seq_ == seq) return settle_history({true, chain}, now);
  // A gap whose end the outbox cannot prove either: a new epoch needs no proof.
  if (phase_ == Phase::kOpen && !sender_.gap_chain_loaded(seq, chain)) rebase(seq + 1);
}

void AgentSession::rebased(OutboxState state, Duration now) {
  rebase_runs_ = false;
  // A first new epoch is said at once; one that failed, or one after the other, is not.
  const bool is_first = state.epoch != outbox_.epoch && ++rebases_unacked_ == 1;
  state.last_seq = std::max(state.last_seq, outbox_.last_seq);
  outbox_ = std::move(state);
  if (phase_ != Phase::kRebasing) return;
  if (is_first)
    hello_after(Duration{0}, now);
  else
    hello_again(now);
}

void AgentSession::inbox_stored(std::uint64_t last_no) {
  inbox_stored_ = std::max(inbox_stored_, last_no);
  inbox_received_ = std::max(inbox_received_, inbox_stored_);
  if (phase_ == Phase::kOpen) send(Lane::kData, wire::Delivered{inbox_stored_});
}

void AgentSession::inbox_failed() { inbox_received_ = inbox_stored_; }

// ---- control lane

void AgentSession::attach() {
  send(Lane::kControl, wire::Attach{options_.version, options_.boot});
  attached_ = true;
  attach_at_.reset();
  flush_control();
}

void AgentSession::flush_control() {
  if (phase_ != Phase::kOpen || !attached_) return;
  for (; !requests_.empty(); requests_.pop_front()) send(Lane::kControl, requests_.front());
  for (; !results_.empty(); results_.pop_front()) send(Lane::kControl, results_.front());
}

void AgentSession::ask_status(Duration now) {
  status_at_ = now + heartbeat_;
  if (phase_ == Phase::kOpen && attached_) events_.push_back(WantStatus{});
}

void AgentSession::status_collected(wire::Status status, Duration now) {
  if (phase_ != Phase::kOpen || !attached_) return;
  status.boot = options_.boot;
  status.inbox_cursor = inbox_stored_;
  status.hub_now = hub_clock_.first + (now - hub_clock_.second);
  send(Lane::kControl, status);
  await_answer(Lane::kControl, now);
  await_answer(Lane::kData, now);
}

void AgentSession::command_done(wire::CommandResult result) {
  if (results_.size() >= kResultsWaitingMax) results_.pop_front();  // the hub asks again
  results_.push_back(std::move(result));
  flush_control();
}

void AgentSession::drain(Duration now) {
  hello_backoff_.reset();
  if (phase_ == Phase::kHelloDue && hello_at_) hello_at_ = now;
  if (rows_again_at_) rows_again_at_ = now;
  ask_status(now);
}

void AgentSession::send_request(wire::Request request) {
  std::int64_t refused = 0;
  if (request.body.size() > kControlFrameBytesMax - kFrameSpare || request.request_id.size() > kFrameTextBytesMax)
    refused = kStatusTooLong;
  else if (requests_.size() >= kRequestsWaitingMax)
    refused = kStatusUnavailable;
  if (refused != 0) {
    events_.push_back(ReplyArrived{{std::move(request.request_id), refused, {}}});
    return;
  }
  requests_.push_back(std::move(request));
  flush_control();
}

// ---- time

Duration AgentSession::transfer_time() const {
  return Duration{static_cast<std::int64_t>(sender_.window().flight()) * 1'000'000 / kLinkBytesPerSecondMin};
}

Duration AgentSession::silence_limit() const { return Duration{heartbeat_.micros * kSilentHeartbeats}; }

std::optional<Duration> AgentSession::silence_deadline(Lane which) const {
  const auto& since = lane(which).answer_awaited_since;
  if (!lane(which).is_up || !since) return std::nullopt;
  return *since + silence_limit() + transfer_time();
}

void AgentSession::handle_timeout(Duration now, Instant wall) {
  for (const Lane which : {Lane::kData, Lane::kControl}) {
    const auto deadline = silence_deadline(which);
    if (deadline && now >= *deadline) return reconnect(which == Lane::kData ? "the data lane is silent" : "the control lane is silent");
  }
  if (hello_at_ && now >= *hello_at_) {
    if (phase_ == Phase::kHelloSent && hellos_unanswered_ >= kHellosUnansweredMax) return reconnect("no welcome comes");
    say_hello(now, wall);
  }
  const auto overdue = sender_.overdue_at(silence_limit());
  if (overdue && now >= *overdue) hello_after(Duration{0}, now);
  if (rows_again_at_ && now >= *rows_again_at_) {
    rows_again_at_.reset();
    sender_.try_again();
  }
  if (attach_at_ && now >= *attach_at_) {
    attach();
    ask_status(now);
  }
  if (status_at_ && now >= *status_at_) ask_status(now);
}

std::optional<Duration> AgentSession::poll_timeout() const {
  std::optional<Duration> earliest;
  keep_earliest(earliest, silence_deadline(Lane::kData));
  keep_earliest(earliest, silence_deadline(Lane::kControl));
  keep_earliest(earliest, hello_at_);
  keep_earliest(earliest, sender_.overdue_at(silence_limit()));
  keep_earliest(earliest, rows_again_at_);
  keep_earliest(earliest, attach_at_);
  keep_earliest(earliest, status_at_);
  return earliest;
}

std::optional<OutgoingFrame> AgentSession::poll_transmit(Duration now) {
  for (const Lane which : {Lane::kControl, Lane::kData}) {
    auto& out = lane(which).out;
    if (out.empty()) continue;
    OutgoingFrame frame{which, std::move(out.front())};
    out.pop_front();
    return frame;
  }
  auto bulk = sender_.next_frame(now);
  if (!bulk) return std::nullopt;
  await_answer(Lane::kData, now);
  return OutgoingFrame{Lane::kData, *std::move(bulk)};
}

std::optional<SessionEvent> AgentSession::poll_event() {
  if (events_.empty()) {
    if (const auto seq = sender_.next_chain_wish()) return WantChainAt{*seq};
    if (const auto wish = sender_.next_wish()) return WantRows{wish->first_seq, wish->count_max, wish->bytes_max};
    return std::nullopt;
  }
  SessionEvent event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace tillsync::agent
