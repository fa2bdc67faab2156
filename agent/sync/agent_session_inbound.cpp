// What the hub says, one handler per kind of frame. The table of transitions stands in agent_session.cpp.
#include <algorithm>

#include "agent/sync/agent_session.h"

namespace tillsync::agent {
namespace {

using wire::FaultCode;
using wire::Lane;

constexpr std::uint32_t kStepsLostMax = 8;  // then the own chain is doubted and a new epoch begins
constexpr std::int64_t kHeartbeatSecondsMin = 1, kHeartbeatSecondsMax = 300;
constexpr Duration kProofPause = seconds(1);  // between two proofs

bool stops_sync(FaultCode code) {
  return code == FaultCode::kConflict || code == FaultCode::kRevoked || code == FaultCode::kNotEnrolled || code == FaultCode::kUnsupported;
}

}  // namespace

void AgentSession::handle_frame(Lane which, BytesView frame, Duration now, Instant wall) {
  if (!lane(which).is_up) return;
  lane(which).answer_awaited_since.reset();
  if (which == Lane::kData && sender_.has_flight()) await_answer(Lane::kData, now);
  auto message = wire::decode(frame);
  if (!message) {
    // An answer to an error would never end; the hub has CURVE and its key is known, so this is a newer or broken hub.
    if (message.error().code == FaultCode::kUnsupported)
      send(which, wire::Fault{FaultCode::kUnsupported, message.error().text, false, {}});
    return;
  }
  if (which == Lane::kData)
    on_data_frame(*std::move(message), now, wall);
  else
    on_control_frame(*std::move(message), now);
}

void AgentSession::on_data_frame(wire::Message message, Duration now, Instant wall) {
  if (const auto* welcome = std::get_if<wire::Welcome>(&message)) return on_welcome(*welcome, now, wall);
  if (const auto* ack = std::get_if<wire::Ack>(&message)) return on_ack(*ack, now);
  if (const auto* credit = std::get_if<wire::Credit>(&message)) return sender_.set_credit(credit->credit_bytes);
  if (auto* deliver = std::get_if<wire::Deliver>(&message)) return on_deliver(std::move(*deliver));
  if (const auto* fault = std::get_if<wire::Fault>(&message)) return on_data_fault(*fault, now);
}

void AgentSession::on_control_frame(wire::Message message, Duration now) {
  if (auto* reply = std::get_if<wire::Reply>(&message)) {
    events_.push_back(ReplyArrived{std::move(*reply)});
  } else if (auto* command = std::get_if<wire::Command>(&message)) {
    events_.push_back(CommandArrived{std::move(*command)});
  } else if (const auto* fault = std::get_if<wire::Fault>(&message)) {
    on_control_fault(*fault, now);
  }
}

void AgentSession::on_welcome(const wire::Welcome& welcome, Duration now, Instant wall) {
  if (phase_ != Phase::kHelloSent || welcome.hello_no != hello_no_ || welcome.epoch != outbox_.epoch) return;
  const Duration round_trip = now - *hello_sent_at_;
  sender_.window().round_trip(round_trip, now);
  heartbeat_ = seconds(std::clamp(welcome.heartbeat_s, kHeartbeatSecondsMin, kHeartbeatSecondsMax));
  hellos_unanswered_ = 0;
  paused_for_.reset();
  welcome_ = welcome;
  hub_clock_ = {welcome.now, now};
  // The hub wrote its time somewhere on the way; half of the way back is the best guess.
  const Duration skew{welcome.now.micros + round_trip.micros / 2 - wall.micros};
  events_.push_back(LinkReady{welcome.incarnation, skew, welcome.version});
  settle_history({}, now);
}

void AgentSession::on_ack(const wire::Ack& ack, Duration now) {
  if (phase_ != Phase::kOpen) return;
  switch (sender_.acknowledge(ack, now)) {
    case AckVerdict::kStale: return;
    case AckVerdict::kWrong: return hello_again(now);
    case AckVerdict::kTaken: break;
  }
  if (!sender_.has_flight()) lane(Lane::kData).answer_awaited_since.reset();
  hello_backoff_.reset();
  steps_lost_ = rebases_unacked_ = 0;
  outbox_.acked_seq = sender_.acked_seq();
  outbox_.acked_chain = sender_.acked_chain();
  store_ack();
}

void AgentSession::on_deliver(wire::Deliver deliver) {
  if (phase_ != Phase::kOpen) return;
  std::vector<wire::InboxItem> fresh;
  std::uint64_t last = deliver.after;
  bool is_ordered = deliver.after <= inbox_received_;  // else a frame before it was lost
  for (wire::InboxItem& item : deliver.items) {
    is_ordered = is_ordered && item.no > last;
    last = item.no;
    if (item.no > inbox_received_) fresh.push_back(std::move(item));
  }
  if (!is_ordered || fresh.empty()) return send(Lane::kData, wire::Delivered{inbox_stored_});
  inbox_received_ = last;
  events_.push_back(WantInboxStored{std::move(fresh)});
}

void AgentSession::on_data_fault(const wire::Fault& fault, Duration now) {
  if (phase_ == Phase::kDown) return;
  if (stops_sync(fault.code)) {
    // What is unsupported after the welcome was one frame, not the session.
    if (fault.code == FaultCode::kUnsupported && phase_ == Phase::kOpen) return;
    return pause(fault, now);
  }
  if (phase_ == Phase::kPaused || phase_ == Phase::kRebasing) return;
  if (fault.code == FaultCode::kSuperseded) {
    proof_ = fault.nonce;
    const bool is_due = !proof_said_at_ || now - *proof_said_at_ >= kProofPause;
    return hello_after(is_due ? Duration{0} : kProofPause, now);
  }
  const bool answers_a_hello = fault.code == FaultCode::kBusy || fault.code == FaultCode::kInternal;
  if (phase_ == Phase::kHelloSent && !answers_a_hello) return;  // about a session that is over already
  if (phase_ == Phase::kHelloDue) return;
  hellos_unanswered_ = 0;
  if (fault.code == FaultCode::kOutOfStep && ++steps_lost_ >= kStepsLostMax && phase_ == Phase::kOpen) {
    steps_lost_ = 0;
    return rebase(outbox_.acked_seq + 1);
  }
  hello_again(now);
}

void AgentSession::on_control_fault(const wire::Fault& fault, Duration now) {
  if (fault.code == FaultCode::kOutOfStep && attached_) {
    // The hub does not know whose lane this is: its attach was lost.
    attached_ = false;
    attach_at_ = now + kProofPause;
  } else if (stops_sync(fault.code) && fault.code != FaultCode::kUnsupported && phase_ != Phase::kDown && phase_ != Phase::kPaused) {
    pause(fault, now);
  }
}

}  // namespace tillsync::agent
