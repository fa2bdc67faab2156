#include "hub/insight/arrival_meter.h"

#include <utility>

namespace tillsync::hub {

void ArrivalMeter::add(const Arrivals& arrivals) {
  const std::lock_guard lock(mutex_);
  sum_.documents += arrivals.documents;
  sum_.exceptions += arrivals.exceptions;
  for (std::size_t i = 0; i < kDelayBuckets; ++i) sum_.delays[i] += arrivals.delays[i];
}

Arrivals ArrivalMeter::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(sum_, {});
}

}  // namespace tillsync::hub
