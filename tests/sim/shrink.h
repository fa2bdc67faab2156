// Takes out of a failing plan what the failure does not need.
#pragma once

#include <cstddef>

#include "tests/sim/chain_world.h"

namespace tillsync::sim {

/// The smallest plan it finds that breaks the same promise, in at most `runs_max` runs.
Plan shrink(const Plan& failing, const Failure& failure, std::size_t runs_max = 400);

}  // namespace tillsync::sim
