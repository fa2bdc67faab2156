#include "hub/access/lockout.h"

#include <algorithm>

namespace tillsync::hub {

Failures after_failure(Failures failures, const LockoutPolicy& policy, Instant now) {
  if (now - failures.last >= policy.forgotten_after && now >= failures.locked_until) failures = {};
  ++failures.count;
  failures.last = now;
  if (failures.count <= policy.free_failures) return failures;
  Duration lock = policy.first;
  for (int i = policy.free_failures + 1; i < failures.count && lock < policy.longest; ++i) lock = lock + lock;
  failures.locked_until = now + std::min(lock, policy.longest);
  return failures;
}

std::optional<Instant> LockoutTable::locked_until(std::string_view key, Instant now) const {
  const auto found = failures_.find(key);
  if (found == failures_.end() || found->second.locked_until <= now) return std::nullopt;
  return found->second.locked_until;
}

void LockoutTable::fail(std::string_view key, Instant now) {
  const auto found = failures_.find(key);
  if (found != failures_.end()) {
    found->second = after_failure(found->second, policy_, now);
    return;
  }
  if (failures_.size() >= kLockoutEntriesMax)
    failures_.erase(std::ranges::min_element(failures_, {}, [](const auto& entry) { return entry.second.last; }));
  failures_.emplace(key, after_failure({}, policy_, now));
}

void LockoutTable::clear(std::string_view key) {
  if (const auto found = failures_.find(key); found != failures_.end()) failures_.erase(found);
}

}  // namespace tillsync::hub
