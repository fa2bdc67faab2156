#include "hub/sync/batch_receiver.h"

#include <limits>

#include "common/base/error.h"
#include "common/sync/chain.h"

namespace tillsync::hub {

void BatchReceiver::open(std::uint64_t session, Position committed) {
  TS_CHECK(pending_.empty());
  session_ = session;
  committed_ = received_ = committed;
}

TakenEvents BatchReceiver::take(const wire::Events& events, std::int64_t credit_bytes) {
  if (!is_open() || events.session != session_) return {TakeVerdict::kStale, {}, 0};
  const std::uint64_t count = events.events.size();
  if (events.epoch != received_.epoch || count == 0 || events.first_seq == 0 ||
      events.first_seq > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - count)
    return {TakeVerdict::kOutOfStep, {}, 0};
  const std::uint64_t last_seq = events.first_seq + count - 1;
  if (last_seq <= received_.seq) return {TakeVerdict::kDuplicate, {}, 0};
  if (events.first_seq != received_.seq + 1) return {TakeVerdict::kOutOfStep, {}, 0};

  TakenEvents taken{TakeVerdict::kTaken, {}, 0};
  taken.chains.reserve(events.events.size());
  ChainHash chain = received_.chain;
  for (const wire::Event& event : events.events) {
    chain = sync::chain_next(chain, event.content_hash);
    taken.chains.push_back(chain);
    taken.bytes += static_cast<std::int64_t>(wire::size_of(event));
  }
  if (chain != events.chain) return {TakeVerdict::kOutOfStep, {}, 0};
  if (has_pending() && pending_bytes_ + taken.bytes > credit_bytes) return {TakeVerdict::kOverCredit, {}, 0};
  push(events.first_seq, last_seq, chain, taken.bytes);
  return taken;
}

TakeVerdict BatchReceiver::take(const wire::Gap& gap) {
  if (!is_open() || gap.session != session_) return TakeVerdict::kStale;
  if (gap.epoch != received_.epoch || gap.first_seq == 0 || gap.last_seq < gap.first_seq ||
      gap.last_seq >= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return TakeVerdict::kOutOfStep;
  if (gap.last_seq <= received_.seq) return TakeVerdict::kDuplicate;
  if (gap.first_seq != received_.seq + 1) return TakeVerdict::kOutOfStep;
  push(gap.first_seq, gap.last_seq, gap.chain, 0);
  return TakeVerdict::kTaken;
}

void BatchReceiver::push(std::uint64_t first_seq, std::uint64_t last_seq, const ChainHash& chain, std::int64_t bytes) {
  pending_.push_back({received_.epoch, first_seq, last_seq, bytes});
  pending_bytes_ += bytes;
  received_.seq = last_seq;
  received_.chain = chain;
}

bool BatchReceiver::committed(const EpochId& epoch, std::uint64_t seq, const ChainHash& chain) {
  while (!pending_.empty() && pending_.front().epoch == epoch && pending_.front().last_seq <= seq) {
    pending_bytes_ -= pending_.front().bytes;
    pending_.pop_front();
  }
  if (!is_open() || epoch != committed_.epoch || seq <= committed_.seq) return false;
  committed_.seq = seq;
  committed_.chain = chain;
  return true;
}

void BatchReceiver::failed(const EpochId& epoch, std::uint64_t first_seq) {
  for (auto batch = pending_.begin(); batch != pending_.end(); ++batch) {
    if (batch->epoch != epoch || batch->first_seq != first_seq) continue;
    pending_bytes_ -= batch->bytes;
    pending_.erase(batch);
    return;
  }
}

}  // namespace tillsync::hub
