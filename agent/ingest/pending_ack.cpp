#include "agent/ingest/pending_ack.h"

#include <utility>

namespace tillsync::agent {

void PendingAck::put(const IncarnationId& incarnation, std::uint64_t seq, const ChainHash& chain, Duration now) {
  const Duration due = waiting_ ? waiting_->due : now + kAckDelay;
  waiting_ = Waiting{{incarnation, seq, chain, epoch_count_}, due};
}

std::optional<Acknowledgement> PendingAck::take(Duration now, bool at_once) {
  if (!waiting_ || (!at_once && now < waiting_->due)) return std::nullopt;
  return std::exchange(waiting_, std::nullopt)->acknowledgement;
}

void PendingAck::failed(const Acknowledgement& acknowledgement, const Error& error, Duration now) {
  const bool may_help = error.code == ErrorCode::kDiskFull || error.code == ErrorCode::kIo || error.code == ErrorCode::kUnavailable;
  if (waiting_ || !may_help || acknowledgement.epoch_count != epoch_count_) return;
  waiting_ = Waiting{acknowledgement, now + kAckAgain};
}

void PendingAck::begin_epoch() {
  waiting_.reset();
  ++epoch_count_;
}

std::optional<Duration> PendingAck::due() const { return waiting_ ? std::optional(waiting_->due) : std::nullopt; }

}  // namespace tillsync::agent
