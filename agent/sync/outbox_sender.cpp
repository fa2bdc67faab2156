#include "agent/sync/outbox_sender.h"

#include <algorithm>

#include "common/base/limits.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kWishBytesMin = 4 * 1024;
constexpr std::size_t kBatchesAhead = 2;
constexpr std::size_t kPermille = 1'000;
// Fewer than a frame may hold: the hub takes turns by batches, so that one agent's batch is what another waits for.
constexpr std::size_t kEventsPerBatch = 128;
constexpr std::size_t kPackingMemory = 8;  // a new batch counts for one part in eight
constexpr std::size_t kPackingMax = 20 * kPermille;

}  // namespace

void OutboxSender::start(Position position, std::uint64_t last_seq) {
  stop();
  running_ = true;
  position_ = std::move(position);
  sent_seq_ = position_.seq;
  last_seq_ = std::max(last_seq, position_.seq);
}

void OutboxSender::stop() {
  running_ = false;
  rows_.clear();
  rows_bytes_ = 0;
  wish_stale_ = wish_open_;
  stalled_ = false;
  gap_.reset();
  flight_.clear();
  flight_plain_bytes_ = 0;
  window_.forget_flight();
}

void OutboxSender::outbox_advanced(std::uint64_t last_seq) { last_seq_ = std::max(last_seq_, last_seq); }

std::uint64_t OutboxSender::next_load_seq() const {
  if (!rows_.empty()) return rows_.back().seq + 1;
  return (gap_ ? gap_->last_seq : sent_seq_) + 1;
}

bool OutboxSender::more_to_load() const { return next_load_seq() <= last_seq_; }

std::size_t OutboxSender::plain_of_wire(std::size_t wire_bytes) const { return wire_bytes * plain_per_wire_permille_ / kPermille; }
std::size_t OutboxSender::wire_of_plain(std::size_t plain_bytes) const { return plain_bytes * kPermille / plain_per_wire_permille_; }

std::optional<OutboxSender::RowsWish> OutboxSender::next_wish() {
  if (!running_ || wish_open_ || stalled_ || !more_to_load()) return std::nullopt;
  const std::size_t batch_bytes = std::clamp(plain_of_wire(window_.batch_bytes()), kWishBytesMin, kBatchBytesMax);
  const std::size_t ahead_bytes = std::min(kBatchesAhead * batch_bytes, kRowsAheadBytesMax);
  if (!rows_.empty() && (rows_bytes_ >= ahead_bytes || rows_.size() >= kBatchesAhead * kBatchEventsMax)) return std::nullopt;
  wish_open_ = true;
  return RowsWish{next_load_seq(), kBatchEventsMax, std::min(batch_bytes, kRowsAheadBytesMax)};
}

void OutboxSender::rows_loaded(std::vector<OutboxRow> rows) {
  const bool is_stale = wish_stale_ || !running_ || !wish_open_;
  wish_open_ = wish_stale_ = false;
  if (is_stale) return;
  const bool is_ordered =
      std::ranges::adjacent_find(rows, [](const OutboxRow& a, const OutboxRow& b) { return a.seq + 1 != b.seq; }) == rows.end();
  if (rows.empty() || !is_ordered || rows.front().seq < next_load_seq() || (rows.front().seq > next_load_seq() && !rows_.empty())) {
    stalled_ = true;
    return;
  }
  for (OutboxRow& row : rows) {
    rows_bytes_ += wire::size_of(row.event);
    rows_.push_back(std::move(row));
  }
  check_for_gap();
}

void OutboxSender::check_for_gap() {
  if (gap_ || rows_.empty()) return;
  OutboxRow& first = rows_.front();
  if (first.seq > sent_seq_ + 1) {
    gap_ = GapAhead{first.seq - 1, std::nullopt, false, "no longer held by the agent"};
  } else if (wire::size_of(first.event) > kBatchBytesMax) {
    // The doors refuse such a document; should one be there all the same, those behind it must not wait for ever.
    gap_ = GapAhead{first.seq, first.chain, true, "a document longer than a frame"};
    rows_bytes_ -= wire::size_of(first.event);
    rows_.pop_front();
  }
}

std::optional<std::uint64_t> OutboxSender::next_chain_wish() {
  if (!running_ || !gap_ || gap_->asked) return std::nullopt;
  gap_->asked = true;
  return gap_->last_seq;
}

bool OutboxSender::gap_chain_loaded(std::uint64_t seq, std::optional<ChainHash> chain) {
  if (!running_ || !gap_ || gap_->chain || gap_->last_seq != seq) return true;
  gap_->chain = chain;
  return chain.has_value();
}

OutboxSender::Batch OutboxSender::plan_batch() const {
  Batch batch;
  const std::size_t wanted = plain_of_wire(window_.batch_bytes());
  for (const OutboxRow& row : rows_) {
    const std::size_t bytes = wire::size_of(row.event);
    if (batch.count == kEventsPerBatch || (batch.count > 0 && batch.plain_bytes + bytes > std::min(wanted, kBatchBytesMax))) break;
    batch.plain_bytes += bytes;
    ++batch.count;
  }
  return batch;
}

bool OutboxSender::may_send(const Batch& batch) const {
  if (flight_.empty()) return true;
  if (flight_.size() >= kBatchesInFlightMax) return false;
  const auto credit = static_cast<std::size_t>(std::max<std::int64_t>(position_.credit_bytes, 0));
  if (flight_plain_bytes_ + batch.plain_bytes > credit) return false;
  if (!window_.may_send(wire_of_plain(batch.plain_bytes))) return false;
  // Rows that come in a moment make a fuller batch; an acknowledgement on its way will call again.
  return batch.count < rows_.size() || batch.count == kEventsPerBatch || !more_to_load();
}

std::optional<Bytes> OutboxSender::next_frame(Duration now) {
  if (!running_) return std::nullopt;
  if (gap_) return gap_->chain ? std::optional(take_gap(now)) : std::nullopt;
  if (rows_.empty()) return std::nullopt;
  const Batch batch = plan_batch();
  if (!may_send(batch)) return std::nullopt;
  return take_batch(batch, now);
}

Bytes OutboxSender::take_gap(Duration now) {
  const Bytes frame = wire::encode(
      wire::Gap{position_.session, position_.epoch, sent_seq_ + 1, gap_->last_seq, *gap_->chain, std::move(gap_->reason)});
  note_sent(gap_->last_seq, *gap_->chain, 0, frame.size(), now);
  gap_.reset();
  check_for_gap();
  return frame;
}

Bytes OutboxSender::take_batch(const Batch& batch, Duration now) {
  wire::Events events{position_.session, position_.epoch, rows_.front().seq, rows_[batch.count - 1].chain, {}};
  events.events.reserve(batch.count);
  const std::uint64_t last_seq = rows_[batch.count - 1].seq;
  for (std::size_t i = 0; i < batch.count; ++i) {
    events.events.push_back(std::move(rows_.front().event));
    rows_.pop_front();
  }
  rows_bytes_ -= batch.plain_bytes;
  const ChainHash chain = events.chain;
  Bytes frame = wire::encode(events);
  const std::size_t packing = std::clamp(batch.plain_bytes * kPermille / frame.size(), kPermille, kPackingMax);
  plain_per_wire_permille_ = (plain_per_wire_permille_ * (kPackingMemory - 1) + packing) / kPackingMemory;
  note_sent(last_seq, chain, batch.plain_bytes, frame.size(), now);
  check_for_gap();
  return frame;
}

void OutboxSender::note_sent(std::uint64_t last_seq, const ChainHash& chain, std::size_t plain_bytes, std::size_t wire_bytes,
                             Duration now) {
  if (flight_.empty()) progress_at_ = now;
  flight_.push_back({last_seq, chain, plain_bytes, window_.sent(wire_bytes, now)});
  flight_plain_bytes_ += plain_bytes;
  sent_seq_ = last_seq;
}

AckVerdict OutboxSender::acknowledge(const wire::Ack& ack, Duration now) {
  if (!running_ || ack.session != position_.session || ack.epoch != position_.epoch) return AckVerdict::kStale;
  if (ack.seq < position_.seq) return AckVerdict::kStale;
  if (ack.seq == position_.seq) {
    if (ack.chain != position_.chain) return AckVerdict::kWrong;
    set_credit(ack.credit_bytes);
    return AckVerdict::kStale;
  }
  const auto end = std::ranges::find(flight_, ack.seq, &Sent::last_seq);
  if (end == flight_.end() || end->chain != ack.chain) return AckVerdict::kWrong;
  position_.seq = ack.seq;
  position_.chain = ack.chain;
  set_credit(ack.credit_bytes);
  progress_at_ = now;
  for (auto behind = flight_.begin(), last = std::next(end); behind != last; ++behind) {
    flight_plain_bytes_ -= behind->plain_bytes;
    window_.acknowledged(behind->sample, now);
  }
  flight_.erase(flight_.begin(), std::next(end));
  return AckVerdict::kTaken;
}

std::optional<Duration> OutboxSender::overdue_at(Duration patience) const {
  if (flight_.empty()) return std::nullopt;
  const auto transfer = static_cast<std::int64_t>(window_.flight()) * 1'000'000 / kLinkBytesPerSecondMin;
  return progress_at_ + patience + Duration{transfer};
}

}  // namespace tillsync::agent
