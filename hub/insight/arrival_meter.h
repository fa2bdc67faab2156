// Counts what the writer commits, in memory: documents, exceptions, and how long documents were on their way. The writer adds once a group, the sampler takes once a minute.
// Any thread.
#pragma once

#include <mutex>

#include "hub/insight/sample.h"

namespace tillsync::hub {

struct Arrivals {
  std::int64_t documents = 0, exceptions = 0;
  DelayCounts delays{};
};

class ArrivalMeter {
 public:
  void add(const Arrivals& arrivals);
  /// What came since the last call.
  Arrivals take();

 private:
  std::mutex mutex_;
  Arrivals sum_;
};

}  // namespace tillsync::hub
