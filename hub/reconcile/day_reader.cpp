#include "hub/reconcile/day_reader.h"

#include <algorithm>

#include "hub/intake/event_reader.h"

namespace tillsync::hub {
namespace {

using sql::Param;
using sql::Row;

constexpr std::string_view kSelectTills =
    "SELECT till, documents, traded, numbered, unnumbered, doubled, closes, first_sequence, last_sequence FROM till_day"
    " WHERE business_date = $1 AND location = $2 AND ($3 = '' OR till = $3)";
constexpr std::string_view kSelectTotals =
    "SELECT till, type, currency, documents, net_minor, tax_minor, gross_minor, rounding_minor, discounts_minor, units_milli FROM till_day_total"
    " WHERE business_date = $1 AND location = $2 AND ($3 = '' OR till = $3)";
constexpr std::string_view kSelectParts =
    "SELECT till, what, label, currency, amount_minor FROM till_day_part WHERE business_date = $1 AND location = $2 AND ($3 = '' OR till = $3)";
constexpr std::string_view kSelectCloses =
    "SELECT till, event_no FROM till_close WHERE business_date = $1 AND location = $2 AND ($3 = '' OR till = $3) ORDER BY event_no";
// From the last number before the day's first on.
constexpr std::string_view kSelectRanges =
    "SELECT first, last FROM till_sequence WHERE location = $1 AND till = $2 AND first <= $4"
    " AND first >= coalesce((SELECT max(first) FROM till_sequence WHERE location = $1 AND till = $2 AND first < $3), $3) ORDER BY first LIMIT $5";
constexpr std::string_view kSelectFindings =
    "SELECT business_date FROM till_day WHERE location = $1 AND till = $2 AND findings > 0 ORDER BY business_date";
constexpr std::string_view kSelectEvents =
    "SELECT event_nos FROM till_day_events WHERE business_date = $1 AND location = $2";
constexpr std::string_view kSelectSteps =
    "SELECT step_no, state, is_locked, is_forced, who, reason, certificate_no, event_no, at FROM business_day_step"
    " WHERE location = $1 AND business_date = $2 ORDER BY step_no";
constexpr std::string_view kSelectLocations =
    "SELECT DISTINCT location FROM till_day WHERE business_date = $1 UNION SELECT location FROM business_day WHERE business_date = $1";
constexpr std::string_view kSelectDates =
    "SELECT DISTINCT business_date FROM till_day WHERE business_date >= $2 AND business_date <= $3 AND location = $1 ORDER BY business_date";

std::optional<std::int64_t> integer_or_none(const Row& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return row.integer(column);
}

TillFacts& facts_of(TillsOfDay& tills, std::string_view till) {
  TillFacts& facts = tills[TillId(std::string(till))];
  if (facts.till.empty()) facts.till = TillId(std::string(till));
  return facts;
}

}  // namespace

Result<void> DayReader::read_figures(const DayKey& day, const TillId& till, TillsOfDay& tills) {
  const std::int64_t date = day.business_date.days;
  TS_RETURN_IF_ERROR(connection_.query(kSelectTills, {date, day.location.view(), till.view()}, [&tills](const Row& row) {
    TillDayChange& kept = facts_of(tills, row.text(0)).day;
    kept.documents = row.integer(1);
    kept.traded = row.integer(2);
    kept.numbered = row.integer(3);
    kept.unnumbered = row.integer(4);
    kept.doubled = row.integer(5);
    kept.closes = row.integer(6);
    kept.first_sequence = integer_or_none(row, 7);
    kept.last_sequence = integer_or_none(row, 8);
  }));
  TS_RETURN_IF_ERROR(connection_.query(kSelectTotals, {date, day.location.view(), till.view()}, [&tills](const Row& row) {
    facts_of(tills, row.text(0))
        .day.totals.push_back({std::string(row.text(1)), std::string(row.text(2)),
                               DayFigures{row.integer(3), row.integer(4), row.integer(5), row.integer(6), row.integer(7), row.integer(8), row.integer(9)}});
  }));
  return connection_.query(kSelectParts, {date, day.location.view(), till.view()}, [&tills](const Row& row) {
    facts_of(tills, row.text(0)).day.parts.push_back({std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), row.integer(4)});
  });
}

Result<void> DayReader::read_closes(const DayKey& day, const TillId& till, TillsOfDay& tills) {
  std::vector<std::pair<TillId, std::int64_t>> closes;
  TS_RETURN_IF_ERROR(connection_.query(kSelectCloses, {std::int64_t{day.business_date.days}, day.location.view(), till.view()}, [&closes](const Row& row) {
    closes.emplace_back(TillId(std::string(row.text(0))), row.integer(1));
  }));
  EventReader events(connection_);
  for (const auto& [of_till, event_no] : closes) {
    TS_ASSIGN_OR_RETURN(auto document, events.document(event_no));
    auto* body = document ? std::get_if<TillClose>(&document->body) : nullptr;
    if (body == nullptr)
      return fail(ErrorCode::kCorrupt, "read close " + std::to_string(event_no), "it is not in the event log", "verify the database and restore a backup");
    tills[of_till].closes.push_back({event_no, document->header.document_no, document->header.sequence, document->header.occurred_at, std::move(*body)});
  }
  return {};
}

Result<void> DayReader::read_ranges(const DayKey& day, TillsOfDay& tills) {
  for (auto& [till, facts] : tills) {
    const CloseSum closes = sum_closes(facts.closes);
    std::optional<std::int64_t> first = facts.day.first_sequence, last = facts.day.last_sequence;
    if (closes.first_sequence) first = std::min(first.value_or(*closes.first_sequence), *closes.first_sequence);
    if (closes.last_sequence) last = std::max(last.value_or(*closes.last_sequence), *closes.last_sequence);
    if (!first || !last) continue;
    std::vector<NumberRange> ranges;
    TS_RETURN_IF_ERROR(connection_.query(kSelectRanges, {day.location.view(), till.view(), *first, *last, static_cast<std::int64_t>(kRangesReadMax)},
                                         [&ranges](const Row& row) { ranges.push_back({row.integer(0), row.integer(1)}); }));
    facts.ranges = SequenceRanges(std::move(ranges));
  }
  return {};
}

Result<TillsOfDay> DayReader::tills(const DayKey& day, const TillId& till) {
  TillsOfDay tills;
  TS_RETURN_IF_ERROR(read_figures(day, till, tills));
  TS_RETURN_IF_ERROR(read_closes(day, till, tills));
  TS_RETURN_IF_ERROR(read_ranges(day, tills));
  return tills;
}

Result<std::vector<Date>> DayReader::dates_with_findings(const TillKey& till) {
  std::vector<Date> dates;
  TS_RETURN_IF_ERROR(connection_.query(kSelectFindings, {till.location.view(), till.till.view()},
                                       [&dates](const Row& row) { dates.push_back(Date{static_cast<std::int32_t>(row.integer(0))}); }));
  return dates;
}

Result<std::vector<std::int64_t>> DayReader::event_nos(const DayKey& day) {
  std::vector<std::int64_t> all;
  TS_RETURN_IF_ERROR(connection_.query(kSelectEvents, {std::int64_t{day.business_date.days}, day.location.view()}, [&all](const Row& row) {
    const std::vector<std::int64_t> some = unpack_event_nos(row.blob(0));
    all.insert(all.end(), some.begin(), some.end());
  }));
  std::ranges::sort(all);
  return all;
}

Result<std::vector<DayStepRecord>> DayReader::steps(const DayKey& day) {
  std::vector<DayStepRecord> steps;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSteps, {day.location.view(), std::int64_t{day.business_date.days}}, [&steps](const Row& row) {
    DayStepRecord& step = steps.emplace_back();
    step.step_no = row.integer(0);
    step.state = row.text(1) == to_string(DayLockState::kClosed) ? DayLockState::kClosed : DayLockState::kReopened;
    step.is_locked = row.integer(2) != 0;
    step.is_forced = row.integer(3) != 0;
    step.who = row.text(4);
    step.reason = row.text(5);
    step.certificate_no = row.integer(6);
    step.event_no = integer_or_none(row, 7);
    step.at = Instant{row.integer(8)};
  }));
  return steps;
}

Result<std::set<LocationId>> DayReader::locations(Date business_date) {
  std::set<LocationId> locations;
  TS_RETURN_IF_ERROR(connection_.query(kSelectLocations, {std::int64_t{business_date.days}},
                                       [&locations](const Row& row) { locations.insert(LocationId(std::string(row.text(0)))); }));
  return locations;
}

Result<std::vector<Date>> DayReader::dates(const LocationId& location, Date from, Date to) {
  std::vector<Date> dates;
  TS_RETURN_IF_ERROR(connection_.query(kSelectDates, {location.view(), std::int64_t{from.days}, std::int64_t{to.days}},
                                       [&dates](const Row& row) { dates.push_back(Date{static_cast<std::int32_t>(row.integer(0))}); }));
  return dates;
}

}  // namespace tillsync::hub
