// What happened at the doors since the start, for status and metrics. Any thread.
#pragma once

#include <atomic>
#include <cstdint>

namespace tillsync::agent {

struct IngestCounters {
  std::atomic<std::uint64_t> accepted = 0, duplicates = 0, conflicts = 0;
  std::atomic<std::uint64_t> failed = 0;  // commits that failed: disk full, locked
};

}  // namespace tillsync::agent
