#include "hub/postings/summed_store.h"

#include <algorithm>
#include <map>

#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::int64_t kDay_s = 86'400;
constexpr std::string_view kSelectGroups =
    "SELECT location, business_date, currency, count(*), min(created_at) FROM posting WHERE status = 'collected' GROUP BY location, business_date, currency"
    " ORDER BY location, business_date, currency";
constexpr std::string_view kSelectCurrencies =
    "SELECT DISTINCT currency FROM posting WHERE status = 'collected' AND location = $1 AND business_date = $2 ORDER BY currency";
constexpr std::string_view kSelectParts =
    "SELECT posting_no, body FROM posting WHERE status = 'collected' AND location = $1 AND business_date = $2 AND currency = $3 ORDER BY posting_no LIMIT $4";
constexpr std::string_view kSelectNumbers =
    "SELECT (SELECT coalesce(max(batch_no), 0) FROM posting_sum WHERE location = $1 AND business_date = $2 AND currency = $3), (SELECT coalesce(max(posting_no), $4) FROM posting_sum)";
constexpr std::string_view kInsertSum = "INSERT INTO posting_sum (posting_no, location, business_date, currency, batch_no, parts, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr std::string_view kSelectPartStatus = "SELECT status FROM posting WHERE summed_no = $1 LIMIT 1";
constexpr std::string_view kTakePart = "UPDATE posting SET status = 'summed', summed_no = $2, updated_at = $3 WHERE posting_no = $1";
constexpr std::string_view kFollow =
    "UPDATE posting SET status = $2, erp_reference = CASE WHEN $3 = '' THEN erp_reference ELSE $3 END, updated_at = $4 WHERE summed_no = $1";
constexpr std::string_view kAddHistory =
    "INSERT INTO posting_history (posting_no, status, who, detail, at) SELECT posting_no, status, 'hub', $2, $3 FROM posting WHERE summed_no = $1";
// The sums of a status move to another, for all parts at once.
constexpr std::string_view kMoveTotals =
    "INSERT INTO posting_total (location, business_date, currency, kind, status, postings, gross_minor, units_milli)"
    " SELECT location, coalesce(business_date, 0), currency, kind, $2, $3 * count(*), $3 * sum(gross_minor), $3 * sum(units_milli) FROM posting WHERE summed_no = $1"
    " GROUP BY location, coalesce(business_date, 0), currency, kind"
    " ON CONFLICT (location, business_date, currency, kind, status) DO UPDATE SET postings = postings + excluded.postings, gross_minor = gross_minor + excluded.gross_minor,"
    " units_milli = units_milli + excluded.units_milli";

Result<void> move_totals(sql::Connection& connection, std::int64_t summed_no, std::string_view from, std::string_view to) {
  TS_RETURN_IF_ERROR(connection.run(kMoveTotals, {summed_no, from, std::int64_t{-1}}));
  TS_RETURN_IF_ERROR(connection.run(kMoveTotals, {summed_no, to, std::int64_t{1}}));
  return {};
}

/// "" when it has none.
Result<std::string> status_of_parts(sql::Connection& connection, std::int64_t summed_no) {
  std::string status;
  TS_RETURN_IF_ERROR(connection.query(kSelectPartStatus, {summed_no}, [&status](const Row& row) { status = row.text(0); }));
  return status;
}

}  // namespace

Result<std::vector<CollectedGroup>> collected_groups(sql::Connection& connection) {
  std::vector<CollectedGroup> groups;
  TS_RETURN_IF_ERROR(connection.query(kSelectGroups, {}, [&groups](const Row& row) {
    groups.push_back({LocationId(std::string(row.text(0))), Date{static_cast<std::int32_t>(row.integer(1))}, Currency{std::string(row.text(2))}, row.integer(3), Instant{row.integer(4)}});
  }));
  return groups;
}

bool is_ripe(const CollectedGroup& group, const SumPolicy& policy, Instant now) {
  const Instant day_end = Instant{} + seconds((std::int64_t{group.business_date.days} + 1) * kDay_s);
  return now >= std::max(day_end + policy.after_day, group.oldest_at + policy.after_late);
}

Result<std::int64_t> make_summed(sql::Connection& connection, std::string_view connector, const CollectedGroup& group, Instant now) {
  std::vector<std::int64_t> numbers;
  std::vector<Bytes> bodies;
  const std::int64_t date = group.business_date.days;
  TS_RETURN_IF_ERROR(connection.query(kSelectParts, {group.location.view(), date, std::string_view(group.currency.code), static_cast<std::int64_t>(kSumDocumentsMax)},
                                      [&](const Row& row) {
                                        numbers.push_back(row.integer(0));
                                        bodies.emplace_back(row.blob(1));
                                      }));
  if (numbers.empty()) return 0;
  std::vector<Posting> parts;
  for (const Bytes& body : bodies) {
    TS_ASSIGN_OR_RETURN(Posting part, decode_posting(body));
    parts.push_back(std::move(part));
  }
  SumKey key{std::string(connector), group.location, group.business_date, group.currency, 1};
  std::int64_t posting_no = 0;
  TS_RETURN_IF_ERROR(connection.query(kSelectNumbers, {group.location.view(), date, std::string_view(group.currency.code), kSummedNoBase}, [&](const Row& row) {
    key.batch_no = row.integer(0) + 1;
    posting_no = row.integer(1) + 1;
  }));
  TS_ASSIGN_OR_RETURN(Posting sum, sum_postings(key, parts));
  TS_RETURN_IF_ERROR(connection.run(kInsertSum, {posting_no, group.location.view(), date, std::string_view(group.currency.code), key.batch_no,
                                                 static_cast<std::int64_t>(numbers.size()), now.micros}));
  for (const std::int64_t part : numbers) TS_RETURN_IF_ERROR(connection.run(kTakePart, {part, posting_no, now.micros}));
  TS_RETURN_IF_ERROR(move_totals(connection, posting_no, to_string(PostingStatus::kCollected), to_string(PostingStatus::kSummed)));
  TS_RETURN_IF_ERROR(insert_summed(connection, sum, posting_no, now));
  return static_cast<std::int64_t>(numbers.size());
}

Result<std::int64_t> sum_day(sql::Connection& connection, std::string_view connector, const LocationId& location, Date business_date, Instant now) {
  std::vector<CollectedGroup> groups;
  TS_RETURN_IF_ERROR(connection.query(kSelectCurrencies, {location.view(), std::int64_t{business_date.days}}, [&](const Row& row) {
    groups.push_back({location, business_date, Currency{std::string(row.text(0))}, 0, {}});
  }));
  std::int64_t documents = 0;
  for (const CollectedGroup& group : groups) {
    // A batch takes kSumDocumentsMax at most.
    for (;;) {
      TS_ASSIGN_OR_RETURN(const std::int64_t summed, make_summed(connection, connector, group, now));
      if (summed == 0) break;
      documents += summed;
    }
  }
  return documents;
}

Result<void> follow_summed(sql::Connection& connection, std::int64_t summed_no, PostingStatus status, std::string_view erp_reference, Instant now) {
  TS_ASSIGN_OR_RETURN(const std::string from, status_of_parts(connection, summed_no));
  if (from.empty() || from == to_string(status)) return {};
  TS_RETURN_IF_ERROR(move_totals(connection, summed_no, from, to_string(status)));
  TS_RETURN_IF_ERROR(connection.run(kFollow, {summed_no, to_string(status), erp_reference, now.micros}));
  TS_RETURN_IF_ERROR(connection.run(kAddHistory, {summed_no, erp_reference, now.micros}));
  return {};
}

}  // namespace tillsync::hub
