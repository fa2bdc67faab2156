#include "hub/postings/posting_reader.h"

#include <algorithm>

#include "hub/intake/event_reader.h"
#include "hub/postings/journal.h"
#include "hub/postings/posting_map.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectNextLane =
    "SELECT lane FROM posting WHERE status IN ('queued', 'retrying', 'unknown') AND lane > $1 ORDER BY lane LIMIT 1";
// Behind whatever is neither posted nor simply queued nothing goes; how many stand before it tells whether those queued come with it.
constexpr std::string_view kSelectOfLane =
    "SELECT p.posting_no, p.posting_id, coalesce(p.idempotency_key, p.posting_id), p.kind, p.location, p.status, p.attempts, p.next_try_at, p.body, p.ordering_key,"
    " (SELECT count(*) FROM posting b WHERE b.is_open = 1 AND b.ordering_key = p.ordering_key AND b.posting_no < p.posting_no),"
    " EXISTS (SELECT 1 FROM posting_correction c WHERE c.posting_no = p.posting_no)"
    " FROM posting p WHERE p.status IN ('queued', 'retrying', 'unknown') AND p.lane = $1 AND p.posting_no > $2 AND NOT EXISTS"
    " (SELECT 1 FROM posting h WHERE h.is_open = 1 AND h.ordering_key = p.ordering_key AND h.posting_no < p.posting_no AND h.status <> 'queued')"
    " ORDER BY p.posting_no LIMIT $3";
constexpr std::string_view kSelectRecord =
    "SELECT posting_no, event_no, posting_id, coalesce(idempotency_key, posting_id), kind, location, business_date, currency, ordering_key, status, attempts,"
    " next_try_at, gross_minor, units_milli, erp_reference, last_error, created_at, updated_at, body FROM posting";
constexpr int kBodyColumn = 18;
constexpr std::size_t kTextHitsMax = 100;  // documents of one number, of different locations, tills and contracts
constexpr std::string_view kBehind =
    " WHERE is_open = 1 AND ordering_key = (SELECT ordering_key FROM posting WHERE posting_no = $1 AND is_open = 1) AND posting_no > $1";
constexpr std::string_view kSelectCounts = "SELECT status, postings FROM posting_count WHERE postings <> 0 ORDER BY status";
// Steps are numbered in the order in which they are taken.
constexpr std::string_view kSelectRates =
    "SELECT status, count(*), min(at) FROM posting_history WHERE history_no > (SELECT coalesce(max(history_no), 0) FROM posting_history) - $2 AND at >= $1 GROUP BY status";
constexpr std::string_view kSelectHasMore = "SELECT coalesce(min(at), 0) FROM posting_history WHERE history_no = (SELECT coalesce(max(history_no), 0) FROM posting_history) - $1 + 1";
constexpr std::string_view kSelectIsPart = "SELECT summed_no IS NOT NULL FROM posting WHERE posting_no = $1";
constexpr std::string_view kSelectNoOfEvent =
    "SELECT posting_no FROM posting WHERE posting_no = 2 * $1"
    " UNION ALL SELECT posting_no FROM posting WHERE event_no = $1 AND posting_no <> 2 * event_no";
constexpr std::string_view kSelectNoOfSummed = "SELECT posting_no FROM posting WHERE event_no IS NULL AND posting_id = $1";
constexpr std::string_view kSelectBodyOfEvent =
    "SELECT body, posting_no FROM posting WHERE posting_no = 2 * $1"
    " UNION ALL SELECT body, posting_no FROM posting WHERE event_no = $1 AND posting_no <> 2 * event_no";
constexpr std::string_view kSelectHistory =
    "SELECT status, who, detail, at FROM posting_step WHERE posting_no = $1 ORDER BY step_no";
constexpr std::string_view kSelectOldestOpen = "SELECT created_at FROM posting WHERE is_open = 1 ORDER BY posting_no LIMIT 1";
// The conditions stand in the text, so that a location's, or a date's of it, are looked up: "$1 = '' OR …" would read the sums of all locations each time.
constexpr std::string_view kSelectTotals = "SELECT location, business_date, currency, kind, status, postings, gross_minor, units_milli FROM posting_total WHERE postings <> 0";
constexpr std::string_view kOrderTotals = " ORDER BY location, business_date, currency, kind, status";

PostingStatus status_column(const Row& row, int column) { return posting_status(row.text(column)).value_or(PostingStatus::kHeld); }

PostingRecord read_record(const Row& row) {
  PostingRecord record;
  record.posting_no = row.integer(0);
  if (!row.is_null(1)) record.event_no = row.integer(1);
  record.posting_id = row.text(2);
  record.idempotency_key = row.text(3);
  record.kind = row.text(4);
  record.location = LocationId(std::string(row.text(5)));
  if (!row.is_null(6)) record.business_date = Date{static_cast<std::int32_t>(row.integer(6))};
  record.currency = row.text(7);
  record.ordering_key = row.text(8);
  record.status = status_column(row, 9);
  record.attempts = row.integer(10);
  if (!row.is_null(11)) record.next_try_at = Instant{row.integer(11)};
  record.gross = Amount{row.integer(12)};
  record.units = Quantity{row.integer(13)};
  record.erp_reference = row.text(14);
  record.last_error = row.text(15);
  record.created_at = Instant{row.integer(16)};
  record.updated_at = Instant{row.integer(17)};
  return record;
}

/// The conditions of a filter with their params; the filter outlives it.
class PostingConditions {
 public:
  explicit PostingConditions(const PostingFilter& filter) {
    // The constants stand there so that the partial indexes can be used.
    switch (filter.status.value_or(PostingStatus::kPosted)) {
      case PostingStatus::kRetrying:
      case PostingStatus::kUnknown:
      case PostingStatus::kRefused:
      case PostingStatus::kHeld:
      case PostingStatus::kSkipped: constant("status IN ('retrying', 'unknown', 'refused', 'held', 'skipped')"); break;
      case PostingStatus::kQueued:
      case PostingStatus::kSending: constant("is_open = 1"); break;
      default: break;
    }
    if (filter.status) add("status = ", to_string(*filter.status));
    if (!filter.location.empty()) of_location(filter.location);
    if (!filter.kind.empty()) add("kind = ", std::string_view(filter.kind));
    if (!filter.currency.empty()) add("currency = ", std::string_view(filter.currency));
    if (!filter.ordering_key.empty()) add("ordering_key = ", std::string_view(filter.ordering_key));
    if (filter.business_date) add("business_date = ", std::int64_t{filter.business_date->days});
    if (filter.after) add(filter.is_oldest_first ? "posting_no > " : "posting_no < ", *filter.after);
  }
  /// One of these numbers.
  void add_numbers(const std::vector<std::int64_t>& numbers) {
    std::string list = "posting_no IN (";
    for (std::size_t i = 0; i < numbers.size(); ++i) list += (i == 0 ? "" : ", ") + place(numbers[i]);
    constant(list + ")");
  }
  std::string place(Param param) {
    params_.push_back(param);
    return "$" + std::to_string(params_.size());
  }
  const std::string& where() const { return where_; }
  const std::vector<Param>& params() const { return params_; }

 private:
  /// Found through the location's events, so that the queue needs no index by location, which would cost the writer a page per posting. The few that have no number of
  /// their event's (sums, voids that waited, closes in a second currency) have indexes of their own.
  void of_location(std::string_view location) {
    const std::string param = place(location);
    constant("location = " + param);
    constant("posting_no IN (SELECT 2 * event_no FROM event WHERE location = " + param +
             " UNION ALL SELECT posting_no FROM posting WHERE posting_no <> 2 * event_no UNION ALL SELECT posting_no FROM posting WHERE event_no IS NULL)");
  }
  void constant(const std::string& condition) { where_ += (where_.empty() ? " WHERE " : " AND ") + condition; }
  void add(const std::string& before, Param param) { constant(before + place(param)); }
  std::string where_;
  std::vector<Param> params_;
};

}  // namespace

Result<std::optional<std::string>> PostingReader::next_lane(std::string_view after) {
  std::optional<std::string> lane;
  TS_RETURN_IF_ERROR(connection_.query(kSelectNextLane, {after}, [&lane](const Row& row) { lane = row.text(0); }));
  return lane;
}

Result<void> PostingReader::due_of_lane(const std::string& lane, const DueRequest& request, std::map<std::string, TakenOfKey>& taken, DuePage& page) {
  const std::size_t wanted = std::min(request.per_lane, request.limit - page.postings.size());
  std::size_t found = 0;
  std::int64_t after = 0;
  Result<void> laid_over;
  const auto take = [&](const Row& row) {
    std::string key(row.text(9));
    if (!laid_over || request.excluded.contains(key)) return;
    const PostingStatus status = status_column(row, 5);
    const bool is_again = status == PostingStatus::kRetrying || status == PostingStatus::kUnknown;
    TakenOfKey& of_key = taken[key];
    if (of_key.is_stopped || row.integer(10) != of_key.count) return;
    if (is_again) {
      of_key.is_stopped = true;
      if (of_key.count > 0) return;
      if (!row.is_null(7) && Instant{row.integer(7)} > request.now) {
        const Instant at{row.integer(7)};
        page.next_try_at = page.next_try_at ? std::min(*page.next_try_at, at) : at;
        return;
      }
    }
    ++of_key.count;
    ++found;
    page.postings.push_back({row.integer(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)),
                             LocationId(std::string(row.text(4))), std::move(key), status, row.integer(6), Bytes(row.blob(8))});
    if (row.integer(11) != 0) laid_over = lay_corrections_over(page.postings.back());
  };
  // Not only the first of them: however many stand in front that are worked on or wait for their time, those behind flow.
  while (found < wanted) {
    const std::size_t asked = wanted - found;
    std::size_t seen = 0;
    TS_RETURN_IF_ERROR(connection_.query(kSelectOfLane, {std::string_view(lane), after, static_cast<std::int64_t>(asked)}, [&](const Row& row) {
      ++seen;
      after = row.integer(0);
      take(row);
    }));
    TS_RETURN_IF_ERROR(laid_over);
    if (seen < asked) break;
  }
  return {};
}

Result<void> PostingReader::lay_corrections_over(DuePosting& due) {
  TS_ASSIGN_OR_RETURN(const Posting effective, effective_posting(connection_, due.posting_no, due.body));
  due.body = encode_posting(effective);
  return {};
}

Result<DuePage> PostingReader::due(const DueRequest& request) {
  DuePage page;
  page.last_lane = request.after_lane;
  bool has_wrapped = request.after_lane.empty();
  std::string after = request.after_lane;
  std::map<std::string, TakenOfKey> taken;
  while (page.postings.size() < request.limit) {
    TS_ASSIGN_OR_RETURN(const auto lane, next_lane(after));
    if (!lane || (has_wrapped && !request.after_lane.empty() && *lane > request.after_lane)) {
      if (has_wrapped) break;
      has_wrapped = true;
      after.clear();
      continue;
    }
    after = *lane;
    page.last_lane = *lane;
    TS_RETURN_IF_ERROR(due_of_lane(*lane, request, taken, page));
  }
  return page;
}

Result<PostingPage> PostingReader::list(const PostingFilter& filter) {
  if (filter.limit == 0 || filter.limit > kPostingPageMax)
    return fail(ErrorCode::kInvalid, "list postings", "limit must be 1 to " + std::to_string(kPostingPageMax));
  PostingFilter narrowed = filter;
  TS_ASSIGN_OR_RETURN(const auto numbers, numbers_of_text(narrowed));
  PostingConditions conditions(narrowed);
  if (numbers) conditions.add_numbers(*numbers);
  const std::string limit = conditions.place(static_cast<std::int64_t>(filter.limit) + 1);
  const std::string query = std::string(kSelectRecord) + conditions.where() + " ORDER BY posting_no" + (filter.is_oldest_first ? "" : " DESC") + " LIMIT " + limit;
  PostingPage page;
  TS_RETURN_IF_ERROR(connection_.query(query, conditions.params(), [&page](const Row& row) { page.postings.push_back(read_record(row)); }));
  if (page.postings.size() > filter.limit) {
    page.postings.pop_back();
    page.next = page.postings.back().posting_no;
  }
  return page;
}

Result<std::int64_t> PostingReader::count(const PostingFilter& filter) {
  PostingFilter all = filter;
  all.after.reset();
  const bool is_by_status_alone = filter.status && filter.location.empty() && filter.kind.empty() && filter.currency.empty() && filter.ordering_key.empty() && !filter.business_date && filter.text.empty();
  if (is_by_status_alone) {
    TS_ASSIGN_OR_RETURN(const auto by_status, counts());
    for (const PostingCount& one : by_status)
      if (one.status == *filter.status) return std::min(one.postings, kPostingsCountedMax + 1);
    return std::int64_t{0};
  }
  TS_ASSIGN_OR_RETURN(const auto numbers, numbers_of_text(all));
  PostingConditions conditions(all);
  if (numbers) conditions.add_numbers(*numbers);
  const std::string limit = conditions.place(kPostingsCountedMax + 1);
  std::int64_t found = 0;
  TS_RETURN_IF_ERROR(connection_.query("SELECT count(*) FROM (SELECT 1 FROM posting" + conditions.where() + " LIMIT " + limit + ")", conditions.params(),
                                       [&found](const Row& row) { found = row.integer(0); }));
  return found;
}

Result<std::optional<std::vector<std::int64_t>>> PostingReader::numbers_of_text(PostingFilter& filter) {
  if (filter.text.empty()) return std::optional<std::vector<std::int64_t>>{};
  std::vector<std::int64_t> numbers;
  TS_ASSIGN_OR_RETURN(const auto of_id, posting_no_of(filter.text));
  if (of_id) numbers.push_back(*of_id);
  TS_ASSIGN_OR_RETURN(const auto events, EventReader(connection_).event_nos_of_document(filter.text, kTextHitsMax));
  for (const std::int64_t event_no : events)
    TS_RETURN_IF_ERROR(connection_.query(kSelectNoOfEvent, {event_no}, [&numbers](const Row& row) { numbers.push_back(row.integer(0)); }));
  if (!numbers.empty()) return std::optional(std::move(numbers));
  // Neither a posting nor a document: a location, which has none when there is no such location.
  if (!filter.location.empty() && filter.location != filter.text) return std::optional(std::vector<std::int64_t>{0});
  filter.location = filter.text;
  return std::optional<std::vector<std::int64_t>>{};
}

Result<std::vector<PostingCount>> PostingReader::counts() {
  std::vector<PostingCount> counts;
  TS_RETURN_IF_ERROR(connection_.query(kSelectCounts, {}, [&counts](const Row& row) { counts.push_back({status_column(row, 0), row.integer(1)}); }));
  return counts;
}

Result<PostingRates> PostingReader::rates(Instant since) {
  PostingRates rates;
  rates.since = since;
  TS_RETURN_IF_ERROR(connection_.query(kSelectRates, {since.micros, kRateStepsMax}, [&rates](const Row& row) { rates.steps.push_back({status_column(row, 0), row.integer(1)}); }));
  TS_RETURN_IF_ERROR(connection_.query(kSelectHasMore, {kRateStepsMax}, [&rates](const Row& row) { rates.since = std::max(rates.since, Instant{row.integer(0)}); }));
  return rates;
}

Result<std::optional<std::int64_t>> PostingReader::posting_no_of(std::string_view posting_id) {
  std::optional<std::int64_t> posting_no;
  const auto read = [&posting_no](const Row& row) { posting_no = row.integer(0); };
  // A document's posting is found through its event, so that the queue needs no index over random keys.
  if (const auto event_id = event_id_of_posting(posting_id)) {
    TS_ASSIGN_OR_RETURN(const auto event_no, EventReader(connection_).event_no_of(*event_id));
    if (event_no) TS_RETURN_IF_ERROR(connection_.query(kSelectNoOfEvent, {*event_no}, read));
  }
  if (!posting_no) TS_RETURN_IF_ERROR(connection_.query(kSelectNoOfSummed, {posting_id}, read));
  return posting_no;
}

Result<std::optional<PostingRecord>> PostingReader::record(std::int64_t posting_no) {
  std::optional<PostingRecord> record;
  const std::string query = std::string(kSelectRecord) + " WHERE posting_no = $1";
  TS_RETURN_IF_ERROR(connection_.query(query, {posting_no}, [&record](const Row& row) { record = read_record(row); }));
  return record;
}

Result<PostingsBehind> PostingReader::held_behind(std::string_view posting_id, std::size_t limit) {
  PostingsBehind behind;
  TS_ASSIGN_OR_RETURN(const auto posting_no, posting_no_of(posting_id));
  if (!posting_no) return behind;
  const std::string query = std::string(kSelectRecord) + std::string(kBehind) + " ORDER BY posting_no LIMIT $2";
  TS_RETURN_IF_ERROR(connection_.query(query, {*posting_no, static_cast<std::int64_t>(limit)}, [&behind](const Row& row) { behind.first.push_back(read_record(row)); }));
  const std::string count = "SELECT count(*) FROM posting" + std::string(kBehind);
  TS_RETURN_IF_ERROR(connection_.query(count, {*posting_no}, [&behind](const Row& row) { behind.count = row.integer(0); }));
  return behind;
}

Result<std::optional<PostingDetail>> PostingReader::find(std::string_view posting_id) {
  TS_ASSIGN_OR_RETURN(const auto posting_no, posting_no_of(posting_id));
  if (!posting_no) return std::nullopt;
  PostingDetail detail;
  Bytes body;
  const std::string query = std::string(kSelectRecord) + " WHERE posting_no = $1";
  TS_RETURN_IF_ERROR(connection_.query(query, {*posting_no}, [&](const Row& row) {
    detail.record = read_record(row);
    body = row.blob(kBodyColumn);
  }));
  TS_ASSIGN_OR_RETURN(const Posting posting, decode_posting(body));
  detail.submitted_json = posting_to_json(posting);
  TS_ASSIGN_OR_RETURN(detail.corrections, corrections_of(connection_, *posting_no));
  TS_ASSIGN_OR_RETURN(const Posting effective, effective_posting(posting, detail.corrections));
  detail.posting_json = posting_to_json(effective);
  TS_RETURN_IF_ERROR(connection_.query(kSelectIsPart, {*posting_no}, [&detail](const Row& row) { detail.is_part_of_sum = row.integer(0) != 0; }));
  detail.balance_problem = check_balance(effective.journal, effective.currency.code);
  TS_RETURN_IF_ERROR(connection_.query(kSelectHistory, {*posting_no}, [&detail](const Row& row) {
    detail.history.push_back({status_column(row, 0), std::string(row.text(1)), std::string(row.text(2)), Instant{row.integer(3)}});
  }));
  const bool began_held = !check_balance(posting.journal, posting.currency.code).empty();
  detail.history.insert(detail.history.begin(),
                        {began_held ? PostingStatus::kHeld : PostingStatus::kQueued, "hub", {}, detail.record.created_at});
  return detail;
}

Result<std::optional<Posting>> PostingReader::posting_of_event(std::int64_t event_no) {
  std::optional<Bytes> body;
  std::int64_t posting_no = 0;
  TS_RETURN_IF_ERROR(connection_.query(kSelectBodyOfEvent, {event_no}, [&](const Row& row) {
    body = Bytes(row.blob(0));
    posting_no = row.integer(1);
  }));
  if (!body) return std::nullopt;
  TS_ASSIGN_OR_RETURN(Posting posting, effective_posting(connection_, posting_no, *body));
  return std::optional<Posting>(std::move(posting));
}

Result<std::optional<Instant>> PostingReader::oldest_open() {
  std::optional<Instant> oldest;
  TS_RETURN_IF_ERROR(connection_.query(kSelectOldestOpen, {}, [&oldest](const Row& row) {
    if (!row.is_null(0)) oldest = Instant{row.integer(0)};
  }));
  return oldest;
}

Result<std::vector<PostingTotalRow>> PostingReader::totals(const LocationId& location, std::optional<Date> business_date) {
  std::vector<PostingTotalRow> rows;
  std::string query(kSelectTotals);
  std::vector<Param> params;
  if (!location.empty()) {
    params.emplace_back(location.view());
    query += " AND location = $1";
  }
  if (business_date) {
    params.emplace_back(std::int64_t{business_date->days});
    query += " AND business_date = $" + std::to_string(params.size());
  }
  query += kOrderTotals;
  TS_RETURN_IF_ERROR(connection_.query(query, params, [&rows](const Row& row) {
    PostingTotalRow total;
    total.location = LocationId(std::string(row.text(0)));
    if (row.integer(1) != 0) total.business_date = Date{static_cast<std::int32_t>(row.integer(1))};
    total.currency = row.text(2);
    total.kind = row.text(3);
    total.status = status_column(row, 4);
    total.postings = row.integer(5);
    total.gross = Amount{row.integer(6)};
    total.units = Quantity{row.integer(7)};
    rows.push_back(std::move(total));
  }));
  return rows;
}

}  // namespace tillsync::hub
