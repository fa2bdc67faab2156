// Replay of a range: posted postings are queued again under their keys, which the ERP knows, a bounded number per commit. Writer thread;
// the size of a range on any thread with a connection of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/base/time.h"
#include "common/sql/sql.h"

namespace tillsync::hub {

inline constexpr std::size_t kReplayChunk = 100;              // postings queued in one commit
inline constexpr std::int64_t kReplayScanNumbers = 10'000;    // posting numbers looked through in one commit: two for each document

/// Either business dates (both days belong to it) or instants (from ≤ created_at < to: when the hub recorded the document).
struct ReplayRange {
  std::optional<Date> first_date, last_date;
  std::optional<Instant> from, to;
  std::string location, kind;  // "" = all
};
struct ReplaySize {
  std::int64_t postings = 0;
  std::optional<std::int64_t> locations;      // of business dates; instants are counted alone
  std::map<std::string, std::int64_t> gross;  // the same: currency → minor units
  std::vector<std::string> first_ids;
};
/// first_ids: up to `sample` of them, oldest first. kTimeout: the connection's limit, for a range of instants over a long time.
Result<ReplaySize> size_of_replay(sql::Connection& connection, const ReplayRange& range, std::size_t sample);

/// Of all postings: what is made after it is not of a replay that begins now.
Result<std::int64_t> newest_posting_no(sql::Connection& connection);

struct ReplayedPosting {
  std::int64_t posting_no = 0;
  std::string posting_id, location;
};
struct ReplayChunk {
  std::vector<ReplayedPosting> replayed;
  std::int64_t cursor = 0;  // `after` of the next chunk
  bool is_last = false;
};
/// A part of a summed posting is not sent by itself, or the ERP would have it twice: the summed posting is, when it is of the range.
/// Queues the next of the range behind `after` up to `upto` (posting_no). What is not posted at that moment is left alone.
Result<ReplayChunk> replay_chunk(sql::Connection& connection, const ReplayRange& range, std::int64_t after, std::int64_t upto, std::string_view who,
                                 std::string_view reason, Instant now);

}  // namespace tillsync::hub
