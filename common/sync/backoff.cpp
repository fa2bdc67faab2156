#include "common/sync/backoff.h"

#include <algorithm>

namespace tillsync::sync {

Duration Backoff::next() {
  Duration highest = first_;
  for (std::uint32_t i = 0; i < tries_ && highest < longest_; ++i) highest = highest + highest;
  highest = std::min(highest, longest_);
  ++tries_;
  return floor_ + jitter_.up_to(highest - floor_);
}

}  // namespace tillsync::sync
