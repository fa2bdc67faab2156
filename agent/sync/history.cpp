#include "agent/sync/history.h"

#include <algorithm>

#include "common/sync/chain.h"

namespace tillsync::agent {
namespace {

HistoryDecision continue_behind(std::uint64_t seq, const ChainHash& chain) { return {HistoryVerdict::kContinue, seq, chain}; }

HistoryDecision rebase_from(const OutboxState& state, std::uint64_t first_seq) {
  const std::uint64_t highest = state.last_seq + 1;
  return {HistoryVerdict::kRebase, std::clamp<std::uint64_t>(first_seq, 1, highest), {}};
}

}  // namespace

HistoryDecision compare_histories(const OutboxState& state, const wire::Welcome& welcome, const ChainLookup& lookup) {
  const bool same_hub_life = state.incarnation.is_zero() || state.incarnation == welcome.incarnation;
  if (!welcome.epoch_known) {
    if (same_hub_life && state.acked_seq < state.first_seq)
      return continue_behind(state.first_seq - 1, sync::chain_seed(state.epoch));
    return rebase_from(state, state.oldest_held_seq);
  }
  if (welcome.seq > state.last_seq || welcome.seq + 1 < state.first_seq) return rebase_from(state, state.oldest_held_seq);
  if (!lookup.asked) return {HistoryVerdict::kNeedChain, welcome.seq, {}};
  if (lookup.chain && *lookup.chain != welcome.chain) return rebase_from(state, state.oldest_held_seq);
  return continue_behind(welcome.seq, welcome.chain);
}

}  // namespace tillsync::agent
