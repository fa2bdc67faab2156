// Reads the posting queue: what the forwarder may send next, and lists and sums for the API. Any thread, with the connection
// of that thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/contract/masterdata.h"
#include "common/sql/sql.h"
#include "hub/postings/correction_reader.h"
#include "hub/postings/posting_state.h"

namespace tillsync::hub {

inline constexpr std::size_t kPostingPageMax = 500;

struct DuePosting {
  std::int64_t posting_no = 0;
  std::string posting_id, idempotency_key, kind;
  LocationId location;
  std::string ordering_key;
  PostingStatus status = PostingStatus::kQueued;  // queued or retrying: send; unknown: look up first
  std::int64_t attempts = 0;                      // so far
  Bytes body;                                     // decode_posting; the effective posting, with its corrections
};
/// Oldest first within a lane (location/till), the lanes in turn; first in, first out within an ordering key: a refused, unknown, retrying or
/// sending posting holds what is behind it. A due unknown or retrying one comes alone for its key.
struct DueRequest {
  Instant now;
  std::size_t limit = 100;           // postings in all
  std::size_t per_lane = 1;          // of one lane
  std::set<std::string> excluded;    // ordering keys that are being worked on
  std::string after_lane;            // where the last call ended, so that no lane starves
};
struct DuePage {
  std::vector<DuePosting> postings;
  std::string last_lane;                // after_lane of the next call
  std::optional<Instant> next_try_at;   // when the earliest of those that wait for their time is due
};

/// Empty fields do not filter. Newest first.
struct PostingFilter {
  std::optional<PostingStatus> status;
  std::string location, kind, ordering_key;
  std::optional<Date> business_date;
  std::optional<std::int64_t> after;  // `next` of the page before
  std::size_t limit = 50;             // 1 … kPostingPageMax
};
struct PostingRecord {
  std::int64_t posting_no = 0;
  std::optional<std::int64_t> event_no;
  std::string posting_id, idempotency_key, kind;
  LocationId location;
  std::optional<Date> business_date;
  std::string currency, ordering_key;
  PostingStatus status = PostingStatus::kQueued;
  std::int64_t attempts = 0;
  std::optional<Instant> next_try_at;
  Amount gross;
  Quantity units;
  std::string erp_reference, last_error;
  Instant created_at, updated_at;
};
struct PostingPage {
  std::vector<PostingRecord> postings;
  std::optional<std::int64_t> next;
};
/// What waits because of one: behind it under its ordering key.
struct PostingsBehind {
  std::vector<PostingRecord> first;  // oldest first
  std::int64_t count = 0;
};
struct PostingStep {
  PostingStatus status = PostingStatus::kQueued;
  std::string who, detail;
  Instant at;
};
struct PostingDetail {
  PostingRecord record;
  std::string posting_json;    // the effective posting, which is sent
  std::string submitted_json;  // as the documents made it; the same unless it was corrected
  std::string balance_problem; // of the effective posting; "" = debit and credit are equal
  bool is_part_of_sum = false;  // goes where its summed posting goes
  std::vector<StoredCorrection> corrections;
  std::vector<PostingStep> history;  // oldest first; its first is the posting's own making
};
/// Sums per location, business date, currency, kind and status.
struct PostingTotalRow {
  LocationId location;
  std::optional<Date> business_date;
  std::string currency, kind;
  PostingStatus status = PostingStatus::kQueued;
  std::int64_t postings = 0;
  Amount gross;    // sales positive, returns negative
  Quantity units;  // change of stock: sold is negative
};

class PostingReader {
 public:
  explicit PostingReader(sql::Connection& connection) : connection_(connection) {}

  Result<DuePage> due(const DueRequest& request);
  /// kInvalid: limit out of bounds.
  Result<PostingPage> list(const PostingFilter& filter);
  Result<std::optional<PostingDetail>> find(std::string_view posting_id);
  Result<std::optional<PostingRecord>> record(std::int64_t posting_no);
  /// The open ones behind a posting that is open itself; `limit` of them, and how many. None behind one that holds nothing up.
  Result<PostingsBehind> held_behind(std::string_view posting_id, std::size_t limit);
  Result<std::optional<std::int64_t>> posting_no_of(std::string_view posting_id);
  /// The effective posting of an event; nullopt when it has none.
  Result<std::optional<Posting>> posting_of_event(std::int64_t event_no);
  /// When the oldest posting that waits for the ERP was made; nullopt when none waits.
  Result<std::optional<Instant>> oldest_open();
  /// location empty = all. Rows of nothing are left out.
  Result<std::vector<PostingTotalRow>> totals(const LocationId& location = {}, std::optional<Date> business_date = {});

 private:
  /// What a page has taken of an ordering key; stopped: nothing more may come of it.
  struct TakenOfKey {
    std::int64_t count = 0;
    bool is_stopped = false;
  };
  Result<std::optional<std::string>> next_lane(std::string_view after);
  Result<void> due_of_lane(const std::string& lane, const DueRequest& request, std::map<std::string, TakenOfKey>& taken, DuePage& page);
  Result<void> lay_corrections_over(DuePosting& due);

  sql::Connection& connection_;
};

}  // namespace tillsync::hub
