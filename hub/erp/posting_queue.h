// The forwarder's view of hub/postings: what is due, claiming it, and what became of it. due() runs on the loop's own reading
// connection, the others inside a writer's Task.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/erp/forward_plan.h"

namespace tillsync::hub {

inline constexpr std::size_t kDuePerLaneMax = 64;     // postings of one till in one claim, so that many tills share it
inline constexpr std::int64_t kUnknownAlarmFrom = 5;  // attempts that left the outcome unknown: a person has to look

struct DueClaims {
  std::vector<ClaimedPosting> postings;
  std::optional<Instant> next_due;  // of those that wait for their time, as far as this look went
};

class PostingQueue {
 public:
  /// At most `limit`, first in, first out within a key; not of the excluded keys. Goes round the tills from call to call.
  Result<DueClaims> due(sql::Connection& connection, Instant now, std::size_t limit, std::set<std::string> excluded);

  /// Records as being sent those that are not to be looked up; returns the numbers that may go on (a person may have skipped one).
  static Result<std::vector<std::int64_t>> claim(sql::Connection& connection, std::span<const ClaimedPosting> postings, Instant now);
  /// Results, and the exceptions that they raise or settle.
  static Result<void> record(sql::Connection& connection, std::span<const ForwardResult> results, Instant now);
  /// At start: what was being sent when the program ended has an unknown outcome.
  static Result<void> recover(sql::Connection& connection, Instant now, Duration settle);

 private:
  std::string after_lane_;
};

}  // namespace tillsync::hub
