// The chain of hashes over an outbox: two histories that share (seq, chain) are the same up to seq. Pure.
// Source: ARCHITECTURE section 5 "Histories are compared, not only counted".
#pragma once

#include "common/base/bytes.h"

namespace tillsync::sync {

/// chain before the first document of an epoch.
ChainHash chain_seed(const EpochId& epoch);
/// SHA-256(previous || content hash).
ChainHash chain_next(const ChainHash& previous, const ContentHash& content);

}  // namespace tillsync::sync
