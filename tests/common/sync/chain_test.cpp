#include "common/sync/chain.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::sync;

namespace {

ContentHash content(char fill) {
  ContentHash hash;
  hash.data.fill(fill);
  return hash;
}

}  // namespace

TEST_CASE("chain: the published values hold", "[sync][golden]") {
  // SHA-256 of "tillsync-chain-1" and 16 zero bytes, then of that and 32 bytes 0x01: reckoned with sha256sum.
  const ChainHash seed = chain_seed(EpochId{});
  CHECK(seed.hex() == "437a9aa2b4576677bdc4931431946f9a483091a351da316464b8ea24eab109e5");
  CHECK(chain_next(seed, content(1)).hex() == "a3f20d2061641ead31859ab01dcf13f757313cce1cff7e39b35d70fdc7d30774");
}

TEST_CASE("chain: another epoch, another order or another document gives another chain", "[sync]") {
  EpochId other;
  other.data[15] = 1;
  const ChainHash seed = chain_seed(EpochId{});
  CHECK(seed != chain_seed(other));
  CHECK(chain_next(seed, content(1)) != chain_next(seed, content(2)));
  CHECK(chain_next(chain_next(seed, content(1)), content(2)) != chain_next(chain_next(seed, content(2)), content(1)));
  CHECK(chain_next(seed, content(1)) == chain_next(seed, content(1)));
}
