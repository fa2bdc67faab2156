#include "common/sync/jitter.h"

namespace tillsync::sync {

std::uint64_t Jitter::next() {
  state_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

Duration Jitter::up_to(Duration limit) {
  if (limit.micros <= 0) return {0};
  return {static_cast<std::int64_t>(next() % (static_cast<std::uint64_t>(limit.micros) + 1))};
}

}  // namespace tillsync::sync
