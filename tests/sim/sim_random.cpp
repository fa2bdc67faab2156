#include "tests/sim/sim_random.h"

#include <sodium.h>

#include <cstring>

#include "common/base/error.h"
#include "common/sync/jitter.h"

namespace tillsync::sim {
namespace {

sync::Jitter& generator() {
  static sync::Jitter jitter(0);
  return jitter;
}

void fill(void* const to, const std::size_t count) {
  auto* bytes = static_cast<char*>(to);
  for (std::size_t i = 0; i < count; i += 8) {
    const std::uint64_t number = generator().next();
    std::memcpy(bytes + i, &number, std::min<std::size_t>(8, count - i));
  }
}

randombytes_implementation implementation = {[] { return "tillsync-sim"; },
                                             [] { return static_cast<std::uint32_t>(generator().next()); },
                                             [] {},
                                             nullptr,
                                             &fill,
                                             nullptr};

}  // namespace

void install_random() { TS_CHECK(randombytes_set_implementation(&implementation) == 0); }

void seed_random(std::uint64_t seed) { generator() = sync::Jitter(seed); }

}  // namespace tillsync::sim
