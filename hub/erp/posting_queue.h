// What the forwarder wants of the table of postings. The first two run on its own reading connection, the others inside a writer's
// Task, which may run them twice.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/erp/forward_plan.h"

namespace tillsync::hub {

class PostingQueue {
 public:
  virtual ~PostingQueue() = default;

  /// Postings that may go out now, in the order of the queue: queued, retrying or unknown, due, and with nothing unfinished before
  /// them under the same ordering key but queued ones that are in the answer too.
  virtual Result<std::vector<ClaimedPosting>> due(sql::Connection& connection, Instant now, std::size_t limit) = 0;
  /// When the next one comes due; nullopt when none waits for a time.
  virtual Result<std::optional<Instant>> next_due(sql::Connection& connection) = 0;

  /// Records them as being sent; returns those that still could be (a person may have skipped one meanwhile).
  virtual Result<std::vector<std::int64_t>> claim(sql::Connection& connection, std::span<const std::int64_t> posting_nos, Instant now) = 0;
  virtual Result<void> record(sql::Connection& connection, std::span<const ForwardResult> results, Instant now) = 0;
  /// At start: what was being sent when the program ended has an unknown outcome.
  virtual Result<void> recover(sql::Connection& connection, Instant now) = 0;
};

}  // namespace tillsync::hub
