// Many stores at once: 500 agents that return within a second, and one that was dark for weeks beside others that sell.
#pragma once

#include "tests/bench/src/report.h"

namespace tillsync::bench {

void thundering_herd(Report& report);
void dark_for_weeks(Report& report);

}  // namespace tillsync::bench
