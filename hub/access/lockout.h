// How guessing of passwords is slowed down: after some failures each further one locks the name, and the address that it came from, for
// twice as long as the one before. Names that belong to nobody are counted alike, so that a lock tells nothing. In memory: a restart of
// the hub, which nobody outside can cause, forgets them. Pure; the caller locks.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace tillsync::hub {

struct LockoutPolicy {
  int free_failures = 4;               // the next one locks
  Duration first = seconds(1);         // doubled by each further failure
  Duration longest = seconds(15 * 60);
  Duration forgotten_after = seconds(3'600);  // since the last failure, and no shorter than the lock
};
inline constexpr LockoutPolicy kNameLockout{};
/// A shop's people share an address; who tries many names from one is slowed down all the same.
inline constexpr LockoutPolicy kAddressLockout{.free_failures = 19};
inline constexpr std::size_t kLockoutEntriesMax = 10'000;  // beyond it the one that failed longest ago is forgotten

struct Failures {
  int count = 0;
  Instant last, locked_until;
};
/// One more.
Failures after_failure(Failures failures, const LockoutPolicy& policy, Instant now);

class LockoutTable {
 public:
  explicit LockoutTable(const LockoutPolicy& policy) : policy_(policy) {}
  /// nullopt: not locked.
  std::optional<Instant> locked_until(std::string_view key, Instant now) const;
  void fail(std::string_view key, Instant now);
  void clear(std::string_view key);
  std::size_t size() const { return failures_.size(); }

 private:
  LockoutPolicy policy_;
  std::map<std::string, Failures, std::less<>> failures_;
};

}  // namespace tillsync::hub
