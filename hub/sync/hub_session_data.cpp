// What comes in on the data lane, one handler per kind of frame. The table of transitions stands in hub_session.cpp.
#include <algorithm>

#include "hub/sync/hub_session.h"

namespace tillsync::hub {

using wire::FaultCode;

void HubSession::on_hello(const Bytes& connection, wire::Hello hello) {
  note_machine(hello);
  const ClaimDecision decision = takeover_.claim(hello.boot, hello.proof);
  switch (decision.claim) {
    case Claim::kSuperseded:
      return fault(connection, FaultCode::kSuperseded, "another start of this agent speaks", decision.nonce);
    case Claim::kConflict: return report_conflict(connection, hello.boot);
    case Claim::kTookOver: take_over(connection, decision); break;
    case Claim::kCurrent:
      if (hello.hello_no <= hello_.hello_no) return;  // came twice, or late
      break;
  }
  clock_skew_ = wall_ - hello.now;
  hello_ = std::move(hello);
  data_connection_ = connection;
  data_key_ = knowledge_.key;
  heard_at_ = now_;
  if (early_attach_ && early_attach_->boot == hello_.boot) adopt_control(early_attach_->connection);
  close_session();
  look_up_or_settle();
}

void HubSession::take_over(const Bytes& connection, const ClaimDecision& decision) {
  // A live one will bring the nonce back; a dead one cannot.
  if (decision.displaced && data_connection_ != connection)
    fault(data_connection_, FaultCode::kSuperseded, "another start of this agent speaks", decision.nonce);
  control_connection_.clear();
  held_.clear();
}

/// Frames of another connection are of a superseded boot or a link that is gone: no answer, they would not understand it.
bool HubSession::is_data_frame_welcome(const Bytes& connection) {
  if (data_connection_.empty()) fault(connection, FaultCode::kOutOfStep, "say hello first");
  if (connection != data_connection_) return false;
  heard_at_ = now_;
  return phase_ == Phase::kOpen;
}

void HubSession::out_of_step(const char* why) {
  ++counters_.out_of_step;
  close_session();
  fault(data_connection_, FaultCode::kOutOfStep, why);
}

IncomingBatch HubSession::new_batch(std::uint64_t first_seq) {
  IncomingBatch batch;
  batch.agent_id = knowledge_.agent_id;
  batch.location = knowledge_.location;
  batch.epoch = hello_.epoch;
  batch.first_seq = first_seq;
  batch.opens_epoch = epoch_is_new_;
  batch.clock_skew = clock_skew_;
  return batch;
}

void HubSession::on_events(const Bytes& connection, wire::Events events) {
  if (!is_data_frame_welcome(connection)) return;
  // What was allowed once may still be on its way, so the bound is the whole window, not a share that became smaller since.
  TakenEvents taken = receiver_.take(events, options_.credit_bytes);
  if (taken.verdict != TakeVerdict::kStale) takeover_.show_life();
  switch (taken.verdict) {
    case TakeVerdict::kStale: return;
    case TakeVerdict::kDuplicate: ack_due_ = true; return;
    case TakeVerdict::kOutOfStep: return out_of_step("these documents do not follow what is here");
    case TakeVerdict::kOverCredit: return out_of_step("more is on its way than was allowed");
    case TakeVerdict::kTaken: break;
  }
  IncomingBatch batch = new_batch(events.first_seq);
  batch.plain_bytes = taken.bytes;
  batch.events = std::move(events.events);
  batch.chains = std::move(taken.chains);
  events_.push_back(std::move(batch));
}

void HubSession::on_gap(const Bytes& connection, wire::Gap gap) {
  if (!is_data_frame_welcome(connection)) return;
  const TakeVerdict verdict = receiver_.take(gap);
  if (verdict != TakeVerdict::kStale) takeover_.show_life();
  if (verdict == TakeVerdict::kStale) return;
  if (verdict == TakeVerdict::kDuplicate) {
    ack_due_ = true;
    return;
  }
  if (verdict != TakeVerdict::kTaken) return out_of_step("this gap does not follow what is here");
  IncomingBatch batch = new_batch(gap.first_seq);
  batch.gap = std::move(gap);
  events_.push_back(std::move(batch));
}

void HubSession::on_delivered(const Bytes& connection, const wire::Delivered& delivered) {
  if (!is_data_frame_welcome(connection) || delivered.no <= inbox_cursor_) return;
  inbox_cursor_ = delivered.no;
  events_.push_back(InboxDelivered{knowledge_.agent_id, delivered.no});
  if (!inbox_sent_ || delivered.no < *inbox_sent_) return;
  inbox_sent_.reset();
  want_inbox(inbox_cursor_);
}

}  // namespace tillsync::hub
