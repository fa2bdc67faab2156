// The comparison of two histories that a welcome brings: does the hub know what this outbox knows, and where does sending go on?
// Pure. Source: ARCHITECTURE section 5 "Histories are compared, not only counted".
//
// | the hub says                      | this outbox                                   | decision                         |
// | --------------------------------- | --------------------------------------------- | -------------------------------- |
// | epoch not known, same incarnation | nothing of the epoch acknowledged             | send the epoch from its beginning |
// | epoch not known, same incarnation | some of the epoch acknowledged                | new epoch from the oldest row held |
// | epoch not known, another hub life | any                                           | new epoch from the oldest row held |
// | seq behind our last               | any (restored copy, sold on elsewhere)        | new epoch from the oldest row held |
// | seq, chain                        | same chain at seq                             | go on behind seq                 |
// | seq, chain                        | another chain at seq                          | new epoch from the oldest row held |
// | seq, chain                        | chain at seq is pruned                        | go on; what is gone is declared a gap |
//
// A new epoch holds everything that is held, also what was acknowledged under the one before: should the hub be put back, unannounced,
// to a time before it has heard of the new epoch, nothing else would tell that it has lost what the old one had brought. Business
// identity removes at the hub what it has already. "Same incarnation" is also true as long as no hub was ever seen.
#pragma once

#include <cstdint>
#include <optional>

#include "agent/outbox/outbox.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

enum class HistoryVerdict { kContinue, kNeedChain, kRebase };

struct HistoryDecision {
  HistoryVerdict verdict = HistoryVerdict::kContinue;
  std::uint64_t seq = 0;  // continue: the hub stands here. need chain: of this seq. rebase: the new epoch's first
  ChainHash chain;        // continue: at seq
};

/// What this outbox has at welcome.seq; asked: it has been looked up.
struct ChainLookup {
  bool asked = false;
  std::optional<ChainHash> chain;
};

HistoryDecision compare_histories(const OutboxState& state, const wire::Welcome& welcome, const ChainLookup& lookup);

}  // namespace tillsync::agent
