// Makes summed postings of what has been collected. Reads on any connection; makes in a writer's task.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"
#include "hub/postings/posting_state.h"
#include "hub/postings/summed.h"

namespace tillsync::hub {

/// Summed postings have numbers above all documents' ones.
inline constexpr std::int64_t kSummedNoBase = std::int64_t{1} << 61;

/// What waits to be summed.
struct CollectedGroup {
  LocationId location;
  Date business_date;
  Currency currency;
  std::int64_t documents = 0;
  Instant oldest_at;  // of its postings' making
};
/// All of them, by location, date and currency.
Result<std::vector<CollectedGroup>> collected_groups(sql::Connection& connection);

/// When a group is summed: so long after the end of its business date (UTC), and what comes later so long after it came.
struct SumPolicy {
  Duration after_day = seconds(3 * 3'600);
  Duration after_late = seconds(900);
};
bool is_ripe(const CollectedGroup& group, const SumPolicy& policy, Instant now);

/// Sums the oldest kSumDocumentsMax of the group into the next batch and queues it. Returns how many documents it has; 0: nothing was collected.
Result<std::int64_t> make_summed(sql::Connection& connection, std::string_view connector, const CollectedGroup& group, Instant now);

/// Sums all that is collected of a location's business date, whatever the time: its day is being closed. Returns how many documents that were.
Result<std::int64_t> sum_day(sql::Connection& connection, std::string_view connector, const LocationId& location, Date business_date, Instant now);

/// What became of a summed posting becomes of its parts: posted and skipped ones.
Result<void> follow_summed(sql::Connection& connection, std::int64_t summed_no, PostingStatus status, std::string_view erp_reference, Instant now);

}  // namespace tillsync::hub
