#include "common/sync/chain.h"

#include "common/crypto/crypto.h"

namespace tillsync::sync {

ChainHash chain_seed(const EpochId& epoch) { return {sha256({"tillsync-chain-1", epoch.view()})}; }

ChainHash chain_next(const ChainHash& previous, const ContentHash& content) {
  return {sha256({previous.view(), content.view()})};
}

}  // namespace tillsync::sync
