#include "hub/insight/sample_reader.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

using sql::Row;

constexpr std::string_view kSelectMaxima = "SELECT coalesce((SELECT max(history_no) FROM posting_history), 0), coalesce((SELECT max(step_no) FROM reservation_step), 0)";
constexpr std::string_view kCountSteps = "SELECT status, count(*) FROM posting_history WHERE history_no > $1 AND history_no <= $2 GROUP BY status";
constexpr std::string_view kSumRefunds =
    "SELECT count(*), sum(h.at - p.created_at) FROM posting_history h JOIN posting p ON p.posting_no = h.posting_no"
    " WHERE h.history_no > $1 AND h.history_no <= $2 AND h.status = 'posted' AND p.kind = 'return'";
// From the first thing that went wrong to the ERP's having it.
constexpr std::string_view kSumRecoveries =
    "SELECT count(*), sum(h.at - (SELECT min(f.at) FROM posting_history f WHERE f.posting_no = h.posting_no AND f.status IN ('retrying', 'unknown', 'refused')))"
    " FROM posting_history h JOIN posting p ON p.posting_no = h.posting_no WHERE h.history_no > $1 AND h.history_no <= $2 AND h.status = 'posted' AND p.attempts > 1"
    " AND EXISTS (SELECT 1 FROM posting_history f WHERE f.posting_no = h.posting_no AND f.status IN ('retrying', 'unknown', 'refused'))";
constexpr std::string_view kCountOrders = "SELECT verb, count(*) FROM reservation_step WHERE step_no > $1 AND step_no <= $2 GROUP BY verb";
constexpr std::string_view kCountAges =
    "SELECT coalesce(sum(age < $2), 0), coalesce(sum(age >= $2 AND age < $3), 0), coalesce(sum(age >= $3 AND age < $4), 0), coalesce(sum(age >= $4), 0), coalesce(max(age), 0)"
    " FROM (SELECT $1 - raised_at AS age FROM exception_case WHERE status = 'open' LIMIT $5)";
constexpr std::int64_t kSecondMicros = 1'000'000;

constexpr std::string_view kSelectDateUpTo = "SELECT max(business_date) FROM till_day WHERE business_date <= $1";
constexpr std::string_view kCountDay = "SELECT count(DISTINCT location) FROM till_day WHERE business_date = $1";
// Closed by its first step, without force, and never opened again.
constexpr std::string_view kCountBalanced =
    "SELECT count(*) FROM business_day d WHERE d.business_date = $1 AND d.state = 'closed'"
    " AND (SELECT count(*) FROM business_day_step s WHERE s.location = d.location AND s.business_date = d.business_date) = 1"
    " AND NOT EXISTS (SELECT 1 FROM business_day_step s WHERE s.location = d.location AND s.business_date = d.business_date AND s.is_forced = 1)";
constexpr std::string_view kSumAccuracy = "SELECT sum(items), sum(differing) FROM stock_comparison";
constexpr std::size_t kDatesLookedAt = 8;

std::int64_t seconds_of(const Row& row, int column) { return row.is_null(column) ? 0 : std::max<std::int64_t>(0, row.integer(column) / kSecondMicros); }

}  // namespace

Result<TableSample> read_table_sample(sql::Connection& connection, const Marks& marks, Instant now) {
  TableSample sample;
  std::int64_t postings_to = 0, orders_to = 0;
  TS_RETURN_IF_ERROR(connection.query(kSelectMaxima, {}, [&](const Row& row) {
    postings_to = row.integer(0);
    orders_to = row.integer(1);
  }));
  const auto from = [&marks](const char* name, std::int64_t newest) {
    const auto found = marks.find(name);
    // A mark above the newest row: a backup was put back.
    return found == marks.end() || found->second > newest ? newest : found->second;
  };
  const std::int64_t postings_from = from("posting_history", postings_to), orders_from = from("reservation_step", orders_to);
  postings_to = std::min(postings_to, postings_from + kRowsPerSampleMax);
  orders_to = std::min(orders_to, orders_from + kRowsPerSampleMax);
  sample.marks = {{"posting_history", postings_to}, {"reservation_step", orders_to}};

  Figures& figures = sample.figures;
  TS_RETURN_IF_ERROR(connection.query(kCountSteps, {postings_from, postings_to}, [&figures](const Row& row) {
    const std::string status(row.text(0));
    if (status == "posted" || status == "refused" || status == "retrying" || status == "unknown") figures["erp_" + status] = row.integer(1);
  }));
  TS_RETURN_IF_ERROR(connection.query(kSumRefunds, {postings_from, postings_to}, [&figures](const Row& row) {
    figures["refunds"] = row.integer(0);
    figures["refund_s"] = seconds_of(row, 1);
  }));
  TS_RETURN_IF_ERROR(connection.query(kSumRecoveries, {postings_from, postings_to}, [&figures](const Row& row) {
    figures["recoveries"] = row.integer(0);
    figures["recovery_s"] = seconds_of(row, 1);
  }));
  TS_RETURN_IF_ERROR(connection.query(kCountOrders, {orders_from, orders_to}, [&figures](const Row& row) {
    const std::string_view verb = row.text(0);
    if (verb == "fulfil") figures["orders_done"] += row.integer(1);
    if (verb == "release" || verb == "expire" || verb == "break") figures["orders_lost"] += row.integer(1);
  }));
  TS_RETURN_IF_ERROR(connection.query(kCountAges, {now.micros, kDayMicros, 3 * kDayMicros, 7 * kDayMicros, kRowsPerSampleMax}, [&figures](const Row& row) {
    figures["open_under_1d"] = row.integer(0);
    figures["open_1d_3d"] = row.integer(1);
    figures["open_3d_7d"] = row.integer(2);
    figures["open_over_7d"] = row.integer(3);
    figures["open_oldest_s"] = seconds_of(row, 4);
  }));
  return sample;
}

Result<std::vector<DayFigure>> read_day_figures(sql::Connection& connection, Instant now) {
  std::vector<DayFigure> figures;
  std::int64_t date = date_of(now).days;
  for (std::size_t looked = 0; looked < kDatesLookedAt; ++looked, --date) {
    std::optional<std::int64_t> found;
    TS_RETURN_IF_ERROR(connection.query(kSelectDateUpTo, {date}, [&found](const Row& row) {
      if (!row.is_null(0)) found = row.integer(0);
    }));
    if (!found || *found <= 0) break;
    date = *found;
    const Date day{static_cast<std::int32_t>(date)};
    TS_RETURN_IF_ERROR(connection.query(kCountDay, {date}, [&](const Row& row) { figures.push_back({"days_all", day, row.integer(0)}); }));
    TS_RETURN_IF_ERROR(connection.query(kCountBalanced, {date}, [&](const Row& row) { figures.push_back({"days_balanced", day, row.integer(0)}); }));
  }
  TS_RETURN_IF_ERROR(connection.query(kSumAccuracy, {}, [&](const Row& row) {
    if (row.is_null(0)) return;
    figures.push_back({"accuracy_items", date_of(now), row.integer(0)});
    figures.push_back({"accuracy_differing", date_of(now), row.integer(1)});
  }));
  return figures;
}

}  // namespace tillsync::hub
