// The product's random bytes (keys, epochs, tokens), drawn from a seed while a simulation runs.
#pragma once

#include <cstdint>

namespace tillsync::sim {

/// Before the first use of libsodium in the process; from then on random_bytes() is a function of the seed.
void install_random();
void seed_random(std::uint64_t seed);

}  // namespace tillsync::sim
