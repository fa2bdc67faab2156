#include "hub/postings/posting_store.h"

#include <cstdlib>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "hub/intake/intake.h"
#include "hub/postings/correction_reader.h"
#include "hub/postings/correction_store.h"
#include "hub/postings/journal.h"
#include "hub/postings/posting_map.h"
#include "hub/postings/posting_reader.h"
#include "hub/postings/summed_store.h"
#include "hub/postings/schema.h"
#include "hub/writer/bulk_insert.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kHub = "hub", kSummedKind = "summed";
constexpr std::size_t kPostingWidth = 21;
constexpr std::string_view kInsertPosting =
    "INSERT INTO posting (posting_no, event_no, posting_id, idempotency_key, kind, location, business_date, currency, ordering_key,"
    " status, is_open, attempts, next_try_at, gross_minor, units_milli, erp_reference, last_error, created_at, updated_at, body, lane) VALUES";
constexpr std::string_view kSelectState =
    "SELECT status, location, coalesce(business_date, 0), currency, kind, gross_minor, units_milli, posting_id, event_no, ordering_key,"
    " attempts > 1 OR EXISTS (SELECT 1 FROM posting_correction c WHERE c.posting_no = posting.posting_no), posting_no, updated_at FROM posting WHERE posting_no IN ";  // and for update
// Without is_open, which stays 1, so that the indexes of what is open are left alone.
constexpr std::string_view kUpdateToSending =
    "UPDATE posting SET status = 'sending', attempts = attempts + 1, next_try_at = NULL, last_error = '', updated_at = $1 WHERE posting_no IN ";
constexpr std::string_view kUpdateState =
    "UPDATE posting SET status = $2, is_open = $3, attempts = attempts + $4, next_try_at = $5,"
    " erp_reference = CASE WHEN $6 = '' THEN erp_reference ELSE $6 END, last_error = $7, updated_at = $8 WHERE posting_no = $1";
constexpr std::size_t kUpdateWidth = 8, kHistoryWidth = 6;
constexpr std::string_view kInsertHistory = "INSERT INTO posting_history (posting_no, status, who, detail, at, sent_at) VALUES";
constexpr std::size_t kNumbersAtOnce = 32;  // of postings, in one statement
constexpr std::string_view kAddTotal =
    "INSERT INTO posting_total (location, business_date, currency, kind, status, postings, gross_minor, units_milli)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (location, business_date, currency, kind, status) DO UPDATE SET"
    " postings = postings + excluded.postings, gross_minor = gross_minor + excluded.gross_minor,"
    " units_milli = units_milli + excluded.units_milli";
constexpr std::string_view kAddCount =
    "INSERT INTO posting_count (status, postings) VALUES ($1, $2) ON CONFLICT (status) DO UPDATE SET postings = postings + excluded.postings";
constexpr std::string_view kSelectBody = "SELECT body, summed_no IS NOT NULL FROM posting WHERE posting_no = $1";
constexpr std::string_view kSelectHeldOfDay =
    "SELECT posting_no, body FROM posting WHERE status = 'held' AND location = $1 AND business_date = $2 ORDER BY posting_no";
constexpr std::string_view kSelectSending = "SELECT posting_no FROM posting WHERE is_open = 1 AND status = 'sending'";

struct Total {
  std::int64_t postings = 0, gross_minor = 0, units_milli = 0;
};
/// By (location, business date, currency, kind, status).
using Totals = std::map<std::tuple<std::string, std::int64_t, std::string, std::string, std::string_view>, Total>;

struct PostingRow {
  PostingStatus status = PostingStatus::kQueued;
  std::string location;
  std::int64_t business_date = 0;
  std::string currency, kind;
  std::int64_t gross_minor = 0, units_milli = 0;
  std::string posting_id;
  std::optional<std::int64_t> event_no;
  std::string ordering_key;
  bool has_failed = false;  // or was corrected: it may stand on the exceptions list
  std::int64_t updated_at = 0;
};

Result<void> write_totals(sql::Connection& connection, const Totals& totals) {
  for (const auto& [key, total] : totals) {
    const auto& [location, date, currency, kind, status] = key;
    TS_RETURN_IF_ERROR(connection.run(kAddTotal, {std::string_view(location), date, std::string_view(currency), std::string_view(kind),
                                                  status, total.postings, total.gross_minor, total.units_milli}));
  }
  std::map<std::string_view, std::int64_t> counts;
  for (const auto& [key, total] : totals) counts[std::get<4>(key)] += total.postings;
  for (const auto& [status, postings] : counts)
    if (postings != 0) TS_RETURN_IF_ERROR(connection.run(kAddCount, {status, postings}));
  return {};
}

std::int64_t units_of(const Posting& posting) {
  std::int64_t units = 0;
  for (const PostingStock& line : posting.stock) units += summable(line.qty.milli);
  return units;
}

std::int64_t posting_no_of(const PostingQueued& queued) {
  if (queued.part > 0) return kPartNoBase + queued.event_no * static_cast<std::int64_t>(kPartsMax + 1) + queued.part;
  return queued.behind_event_no == 0 ? 2 * queued.event_no : 2 * queued.behind_event_no + 1;
}

/// "($2, $3, …)": kNumbersAtOnce of them.
std::string number_list(std::size_t first) {
  std::string list = "(";
  for (std::size_t i = 0; i < kNumbersAtOnce; ++i) list += (i == 0 ? "$" : ", $") + std::to_string(first + i);
  return list + ")";
}

/// Steps of postings, with their history and totals, which finish() writes in few statements: what take() is given stays until then.
class Steps {
 public:
  Steps(sql::Connection& connection, Instant now) : connection_(connection), now_(now) {}

  /// Before many are loaded, so that they are read together.
  Result<void> read(std::span<const std::int64_t> posting_nos) {
    static const std::string select = std::string(kSelectState) + number_list(1) + " /* for update */";
    for (std::size_t first = 0; first < posting_nos.size(); first += kNumbersAtOnce) {
      const std::vector<Param> numbers = filled_up(posting_nos.subspan(first, std::min(kNumbersAtOnce, posting_nos.size() - first)));
      TS_RETURN_IF_ERROR(connection_.query(select, numbers, [this](const Row& row) { rows_.insert_or_assign(row.integer(11), read_row(row)); }));
    }
    return {};
  }

  Result<std::optional<PostingRow>> load(std::int64_t posting_no) {
    // A second step of one posting follows the first.
    if (taken_.contains(posting_no)) TS_RETURN_IF_ERROR(write_steps());
    if (!rows_.contains(posting_no)) TS_RETURN_IF_ERROR(read({&posting_no, 1}));
    const auto found = rows_.find(posting_no);
    return found == rows_.end() ? std::nullopt : std::optional(found->second);
  }

  void take(std::int64_t posting_no, const PostingRow& before, PostingStatus to, std::string_view who, std::string_view detail,
            std::string_view erp_reference, std::string_view error, std::optional<Instant> next_try_at) {
    taken_.insert(posting_no);
    if (to == PostingStatus::kSending) {
      sending_.push_back(posting_no);  // the row says so until the next step, which says it then
    } else {
      // A look-up without an answer counts as well, so that the next one waits longer.
      const std::int64_t attempts = before.status == PostingStatus::kUnknown && to == PostingStatus::kUnknown ? 1 : 0;
      updates_.insert(updates_.end(), {posting_no, to_string(to), std::int64_t{is_open(to) ? 1 : 0}, attempts,
                                       next_try_at ? Param(next_try_at->micros) : Param(nullptr), erp_reference, error, now_.micros});
      history_.insert(history_.end(), {posting_no, to_string(to), who, detail, now_.micros,
                                       before.status == PostingStatus::kSending ? Param(before.updated_at) : Param(nullptr)});
    }
    move(before, before.status, -1);
    move(before, to, 1);
  }

  Result<void> finish() {
    TS_RETURN_IF_ERROR(write_steps());
    return write_totals(connection_, totals_);
  }

 private:
  static PostingRow read_row(const Row& row) {
    PostingRow posting;
    posting.status = posting_status(row.text(0)).value_or(PostingStatus::kHeld);
    posting.location = row.text(1);
    posting.business_date = row.integer(2);
    posting.currency = row.text(3);
    posting.kind = row.text(4);
    posting.gross_minor = row.integer(5);
    posting.units_milli = row.integer(6);
    posting.posting_id = row.text(7);
    if (!row.is_null(8)) posting.event_no = row.integer(8);
    posting.ordering_key = row.text(9);
    posting.has_failed = row.integer(10) != 0;
    posting.updated_at = row.integer(12);
    return posting;
  }

  /// One number several times in a list is as good as once.
  static std::vector<Param> filled_up(std::span<const std::int64_t> posting_nos) {
    std::vector<Param> numbers(posting_nos.begin(), posting_nos.end());
    numbers.resize(kNumbersAtOnce, posting_nos.back());
    return numbers;
  }

  Result<void> write_steps() {
    static const std::string to_sending = std::string(kUpdateToSending) + number_list(2);
    static const BulkInsert history(kInsertHistory, kHistoryWidth);
    for (std::size_t first = 0; first < sending_.size(); first += kNumbersAtOnce) {
      std::vector<Param> params = filled_up(std::span(sending_).subspan(first, std::min(kNumbersAtOnce, sending_.size() - first)));
      params.insert(params.begin(), now_.micros);
      TS_RETURN_IF_ERROR(connection_.run(to_sending, params));
    }
    TS_RETURN_IF_ERROR(connection_.run_each(kUpdateState, kUpdateWidth, updates_));
    TS_RETURN_IF_ERROR(history.run(connection_, history_));
    for (const std::int64_t posting_no : taken_) rows_.erase(posting_no);
    taken_.clear();
    sending_.clear();
    updates_.clear();
    history_.clear();
    return {};
  }

  void move(const PostingRow& row, PostingStatus status, std::int64_t sign) {
    Total& total = totals_[{row.location, row.business_date, row.currency, row.kind, to_string(status)}];
    total.postings += sign;
    total.gross_minor += sign * summable(row.gross_minor);
    total.units_milli += sign * row.units_milli;
  }

  sql::Connection& connection_;
  Instant now_;
  std::unordered_map<std::int64_t, PostingRow> rows_;  // as they stand in the database
  std::unordered_set<std::int64_t> taken_;             // with a step that is not written yet
  std::vector<std::int64_t> sending_;
  std::vector<Param> updates_, history_;
  Totals totals_;
};

/// It balances, and is no part of a summed posting, with which the ERP would have it twice.
Result<bool> may_be_sent_by_itself(sql::Connection& connection, std::int64_t posting_no) {
  Bytes body;
  bool is_part = false;
  TS_RETURN_IF_ERROR(connection.query(kSelectBody, {posting_no}, [&](const Row& row) {
    body = row.blob(0);
    is_part = row.integer(1) != 0;
  }));
  if (is_part) return false;
  TS_ASSIGN_OR_RETURN(const Posting posting, effective_posting(connection, posting_no, body));
  return check_balance(posting.journal, posting.currency.code).empty();
}

constexpr std::pair<std::string_view, std::string_view> kRefusals[] = {
    {"closed_period", "posting.closed_period"},       {"unknown_item", "posting.unknown_item"}, {"unknown_account", "posting.unknown_account"},
    {"unknown_location", "posting.unknown_location"}, {"unknown_tax", "posting.unknown_tax"},   {"unbalanced", "posting.unbalanced"},
    {"item_collision", "posting.item_collision"},     {"connector_failed", "posting.connector_failed"},
};
constexpr std::string_view kRefusedCode = "posting.refused", kOutcomeUnknown = "posting.outcome_unknown", kPeriodClosed = "period.closed";

ExceptionRaised refused(const PostingRow& row, const PostingResult& result) {
  const std::string_view error = result.error;
  ExceptionRaised raised;
  raised.code = exception_of_refusal(result.code);
  raised.subject = row.posting_id;
  raised.cause_key = result.cause.empty() ? "posting:" + std::string(error.substr(0, error.find('\n'))) : result.cause;
  raised.location = LocationId(row.location);
  raised.event_no = row.event_no;
  raised.detail = std::string(error) + " (" + row.kind + " of " + row.location + ")";
  if (row.gross_minor != 0) raised.worth = ExceptionWorth{std::abs(row.gross_minor), row.currency};
  return raised;
}

/// but: the code that stays open, "" = none.
void settle_all(std::vector<ExceptionSettled>& settled, const std::string& posting_id, const std::string& why, std::string_view but = {}) {
  for (const std::string_view code : posting_exception_codes())
    if (code != but) settled.push_back({std::string(code), posting_id, why});
}

}  // namespace

Result<void> migrate_postings(sql::Connection& connection) {
  return sql::migrate(connection, "hub/postings", postings_schema::migrations());
}

Result<void> insert_postings(sql::Connection& connection, std::span<const PostingQueued> postings, Instant now) {
  std::vector<Bytes> bodies;
  bodies.reserve(postings.size());
  std::vector<Param> params;
  params.reserve(postings.size() * kPostingWidth);
  Totals totals;
  const PostingQueued* previous = nullptr;
  Total* total = nullptr;
  for (const PostingQueued& queued : postings) {
    const Posting& posting = queued.posting;
    const bool may_be_sent = queued.balanced && queued.blocked.empty();
    const PostingStatus status = !may_be_sent ? PostingStatus::kHeld : queued.is_collected ? PostingStatus::kCollected : PostingStatus::kQueued;
    const std::int64_t units = units_of(posting);
    const std::int64_t date = posting.business_date ? posting.business_date->days : 0;
    bodies.push_back(encode_posting(posting));
    params.insert(params.end(),
                  {posting_no_of(queued), queued.part > 0 ? Param(nullptr) : Param(queued.event_no), std::string_view(posting.posting_id),
                   posting.idempotency_key == posting.posting_id ? Param(nullptr) : Param(std::string_view(posting.idempotency_key)),
                   std::string_view(posting.kind), posting.location.view(),
                   posting.business_date ? Param(date) : Param(nullptr), std::string_view(posting.currency.code),
                   std::string_view(posting.ordering_key), to_string(status), std::int64_t{is_open(status) ? 1 : 0}, std::int64_t{0},
                   nullptr, posting.gross.minor, units, std::string_view(), std::string_view(queued.balanced ? queued.blocked : queued.problem), now.micros, now.micros,
                   Blob{bodies.back()}, std::string_view(queued.lane.empty() ? posting.ordering_key : queued.lane)});
    // Neighbours mostly belong to the same total.
    if (previous == nullptr || previous->posting.location != posting.location || previous->posting.business_date != posting.business_date ||
        previous->posting.currency != posting.currency || previous->posting.kind != posting.kind || previous->balanced != queued.balanced ||
        previous->blocked.empty() != queued.blocked.empty() || previous->is_collected != queued.is_collected)
      total = &totals[{posting.location.value, date, posting.currency.code, posting.kind, to_string(status)}];
    previous = &queued;
    ++total->postings;
    total->gross_minor += summable(posting.gross.minor);
    total->units_milli += units;
  }
  static const BulkInsert insert(kInsertPosting, kPostingWidth);
  TS_RETURN_IF_ERROR(insert.run(connection, params));
  // The first step follows from the figures where they do not balance; that a period was closed has to be written down.
  std::vector<Param> held;
  for (const PostingQueued& queued : postings) {
    if (!queued.balanced || queued.blocked.empty()) continue;
    held.insert(held.end(), {posting_no_of(queued), to_string(PostingStatus::kHeld), kHub, std::string_view(queued.blocked), now.micros, nullptr});
  }
  static const BulkInsert history(kInsertHistory, kHistoryWidth);
  TS_RETURN_IF_ERROR(history.run(connection, held));
  return write_totals(connection, totals);
}

Result<void> insert_summed(sql::Connection& connection, const Posting& posting, std::int64_t posting_no, Instant now) {
  const Bytes body = encode_posting(posting);
  const std::int64_t date = posting.business_date->days, units = units_of(posting);
  const std::string lane = posting.location.value + "/summed";
  const Param params[] = {posting_no, nullptr, std::string_view(posting.posting_id), nullptr, std::string_view(posting.kind), posting.location.view(), date,
                          std::string_view(posting.currency.code), std::string_view(posting.ordering_key), to_string(PostingStatus::kQueued), std::int64_t{1}, std::int64_t{0},
                          nullptr, posting.gross.minor, units, std::string_view(), std::string_view(), now.micros, now.micros, Blob{body}, std::string_view(lane)};
  static const BulkInsert insert(kInsertPosting, kPostingWidth);
  TS_RETURN_IF_ERROR(insert.run(connection, {std::begin(params), std::end(params)}));
  Totals totals;
  totals[{posting.location.value, date, posting.currency.code, posting.kind, to_string(PostingStatus::kQueued)}] = {1, summable(posting.gross.minor), units};
  return write_totals(connection, totals);
}

Result<std::vector<std::int64_t>> mark_sending(sql::Connection& connection, std::span<const std::int64_t> posting_nos, Instant now) {
  Steps steps(connection, now);
  std::vector<std::int64_t> marked;
  TS_RETURN_IF_ERROR(steps.read(posting_nos));
  for (const std::int64_t posting_no : posting_nos) {
    TS_ASSIGN_OR_RETURN(const auto row, steps.load(posting_no));
    if (!row || !may_follow(row->status, PostingStatus::kSending)) continue;
    steps.take(posting_no, *row, PostingStatus::kSending, kHub, {}, {}, {}, std::nullopt);
    marked.push_back(posting_no);
  }
  TS_RETURN_IF_ERROR(steps.finish());
  return marked;
}

std::string_view exception_of_refusal(std::string_view code) {
  for (const auto& [refusal, exception] : kRefusals)
    if (refusal == code) return exception;
  return kRefusedCode;
}

Result<RecordedResults> record_results(sql::Connection& connection, std::span<const PostingResult> results, Instant now) {
  Steps steps(connection, now);
  RecordedResults recorded;
  std::vector<std::int64_t> posting_nos;
  for (const PostingResult& result : results) posting_nos.push_back(result.posting_no);
  TS_RETURN_IF_ERROR(steps.read(posting_nos));
  for (const PostingResult& result : results) {
    TS_ASSIGN_OR_RETURN(const auto row, steps.load(result.posting_no));
    if (!row || !may_follow(row->status, result.status)) continue;
    const std::string_view detail = result.status == PostingStatus::kPosted ? result.erp_reference : result.error;
    steps.take(result.posting_no, *row, result.status, kHub, detail, result.erp_reference, result.error, result.next_try_at);
    if (row->kind == kSummedKind && result.status == PostingStatus::kPosted)
      TS_RETURN_IF_ERROR(follow_summed(connection, result.posting_no, PostingStatus::kPosted, result.erp_reference, now));
    ++recorded.taken;
    if (result.status == PostingStatus::kRefused) {
      recorded.raised.push_back(refused(*row, result));
      // What it was refused for before is mended, or it would not have come to this.
      if (row->has_failed) settle_all(recorded.settled, row->posting_id, "refused for another reason now", recorded.raised.back().code);
    }
    if (result.status == PostingStatus::kPosted && row->has_failed) settle_all(recorded.settled, row->posting_id, "posted");
  }
  TS_RETURN_IF_ERROR(steps.finish());
  return recorded;
}

Result<std::size_t> recover_postings(sql::Connection& connection, Instant now, Instant look_up_at) {
  std::vector<std::int64_t> sending;
  TS_RETURN_IF_ERROR(connection.query(kSelectSending, {}, [&sending](const Row& row) { sending.push_back(row.integer(0)); }));
  Steps steps(connection, now);
  TS_RETURN_IF_ERROR(steps.read(sending));
  for (const std::int64_t posting_no : sending) {
    TS_ASSIGN_OR_RETURN(const auto row, steps.load(posting_no));
    TS_CHECK(row && may_follow(row->status, PostingStatus::kUnknown));
    steps.take(posting_no, *row, PostingStatus::kUnknown, kHub, "the hub stopped while it was on its way", {},
                                  "the hub stopped while it was on its way", look_up_at);
  }
  TS_RETURN_IF_ERROR(steps.finish());
  return sending.size();
}

Result<std::vector<std::string>> release_period(sql::Connection& connection, const LocationId& location, Date business_date,
                                                std::optional<Date> posting_date, std::string_view who, std::string_view reason, Instant now) {
  std::vector<std::pair<std::int64_t, Bytes>> bodies;
  TS_RETURN_IF_ERROR(connection.query(kSelectHeldOfDay, {location.view(), std::int64_t{business_date.days}}, [&](const Row& row) {
    bodies.emplace_back(row.integer(0), Bytes(row.blob(1)));
  }));
  std::vector<std::string> released;
  Steps steps(connection, now);
  for (const auto& [posting_no, body] : bodies) {
    TS_ASSIGN_OR_RETURN(const Posting posting, effective_posting(connection, posting_no, body));
    if (!check_balance(posting.journal, posting.currency.code).empty()) continue;
    TS_ASSIGN_OR_RETURN(const auto row, steps.load(posting_no));
    TS_CHECK(row.has_value());
    // Back to the business date, where the days stage or an earlier release gave another one.
    const std::optional<Date> date = posting_date || !posting.posting_date ? posting_date : std::optional(business_date);
    if (date && date != posting.posting_date) {
      Correction correction;
      correction.posting_date = date;
      TS_RETURN_IF_ERROR(record_correction(connection, posting_no, correction, posting.currency.code, who, reason, now));
    }
    steps.take(posting_no, *row, PostingStatus::kQueued, who, reason, {}, {}, std::nullopt);
    released.push_back(row->posting_id);
  }
  TS_RETURN_IF_ERROR(steps.finish());
  return released;
}

Result<PostingActionStatus> act_on_posting(sql::Connection& connection, std::string_view posting_id, PostingAction action,
                                           std::string_view who, std::string_view reason, Instant now) {
  TS_ASSIGN_OR_RETURN(const auto posting_no, PostingReader(connection).posting_no_of(posting_id));
  if (!posting_no) return PostingActionStatus::kNotFound;
  Steps steps(connection, now);
  TS_ASSIGN_OR_RETURN(const auto row, steps.load(*posting_no));
  const PostingActionDecision decision =
      decide_posting_action(row ? std::optional(row->status) : std::nullopt, action, reason);
  if (decision.status != PostingActionStatus::kDone) return decision.status;
  if (decision.to == PostingStatus::kQueued) {
    // One that was held and then skipped would go out unbalanced.
    TS_ASSIGN_OR_RETURN(const bool may_be_sent, may_be_sent_by_itself(connection, *posting_no));
    if (!may_be_sent) return PostingActionStatus::kNotPossible;
  }
  const std::optional<Instant> next = decision.to == PostingStatus::kUnknown ? std::optional(now) : std::nullopt;
  steps.take(*posting_no, *row, decision.to, who, reason, {}, {}, next);
  if (row->kind == kSummedKind && decision.to == PostingStatus::kSkipped)
    TS_RETURN_IF_ERROR(follow_summed(connection, *posting_no, PostingStatus::kSkipped, {}, now));
  TS_RETURN_IF_ERROR(steps.finish());
  return PostingActionStatus::kDone;
}

Result<void> queue_posting(sql::Connection& connection, std::int64_t posting_no, std::string_view who, std::string_view why, Instant now) {
  Steps steps(connection, now);
  TS_ASSIGN_OR_RETURN(const auto row, steps.load(posting_no));
  TS_CHECK(row.has_value());
  steps.take(posting_no, *row, PostingStatus::kQueued, who, why, {}, {}, std::nullopt);
  return steps.finish();
}

std::span<const std::string_view> posting_exception_codes() {
  static const std::vector<std::string_view> codes = [] {
    std::vector<std::string_view> made{kRefusedCode, kOutcomeUnknown, kPeriodClosed};
    for (const auto& [refusal, exception] : kRefusals) made.push_back(exception);
    return made;
  }();
  return codes;
}

}  // namespace tillsync::hub
