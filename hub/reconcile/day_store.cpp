#include "hub/reconcile/day_store.h"

#include <algorithm>

#include "hub/intake/event_reader.h"
#include "hub/reconcile/schema.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

constexpr std::string_view kHub = "hub";
constexpr std::string_view kSelectDay =
    "SELECT state, is_locked, certificate_no, changed_at FROM business_day WHERE location = $1 AND business_date = $2 /* for update */";
constexpr std::string_view kSelectLocked =
    "SELECT business_date FROM business_day WHERE location = $1 AND business_date >= $2 AND is_locked = 1 ORDER BY business_date";
// The range that begins before the numbers, and those that begin within or right behind them.
constexpr std::string_view kSelectTillRanges =
    "SELECT first, last FROM (SELECT first, last FROM till_sequence WHERE location = $1 AND till = $2 AND first < $3 ORDER BY first DESC LIMIT 1)"
    " UNION ALL SELECT first, last FROM till_sequence WHERE location = $1 AND till = $2 AND first >= $3 AND first <= $4 ORDER BY first";
constexpr std::string_view kAddTillDay =
    "INSERT INTO till_day (business_date, location, till, documents, traded, numbered, unnumbered, doubled, closes, first_sequence, last_sequence, findings)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) ON CONFLICT (business_date, location, till) DO UPDATE SET"
    " documents = documents + excluded.documents, traded = traded + excluded.traded, numbered = numbered + excluded.numbered,"
    " unnumbered = unnumbered + excluded.unnumbered, doubled = doubled + excluded.doubled, closes = closes + excluded.closes,"
    " first_sequence = min(coalesce(first_sequence, excluded.first_sequence), coalesce(excluded.first_sequence, first_sequence)),"
    " last_sequence = max(coalesce(last_sequence, excluded.last_sequence), coalesce(excluded.last_sequence, last_sequence))";
constexpr std::size_t kTillDayWidth = 11;
constexpr std::string_view kAddTotal =
    "INSERT INTO till_day_total (business_date, location, till, type, currency, documents, net_minor, tax_minor, gross_minor, rounding_minor,"
    " discounts_minor, units_milli) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
    " ON CONFLICT (business_date, location, till, type, currency) DO UPDATE SET documents = documents + excluded.documents,"
    " net_minor = net_minor + excluded.net_minor, tax_minor = tax_minor + excluded.tax_minor, gross_minor = gross_minor + excluded.gross_minor,"
    " rounding_minor = rounding_minor + excluded.rounding_minor, discounts_minor = discounts_minor + excluded.discounts_minor,"
    " units_milli = units_milli + excluded.units_milli";
constexpr std::size_t kTotalWidth = 12;
constexpr std::string_view kAddPart =
    "INSERT INTO till_day_part (business_date, location, till, what, label, currency, amount_minor) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (business_date, location, till, what, label, currency) DO UPDATE SET amount_minor = amount_minor + excluded.amount_minor";
constexpr std::size_t kPartWidth = 7;
constexpr std::string_view kInsertEvents =
    "INSERT INTO till_day_events (business_date, location, till, first_event_no, event_nos) VALUES ($1, $2, $3, $4, $5)";
constexpr std::size_t kEventsWidth = 5;
constexpr std::string_view kInsertClose = "INSERT INTO till_close (business_date, location, till, event_no) VALUES ($1, $2, $3, $4)";
constexpr std::size_t kCloseWidth = 4;
constexpr std::string_view kDeleteRange = "DELETE FROM till_sequence WHERE location = $1 AND till = $2 AND first = $3";
constexpr std::string_view kPutRange =
    "INSERT INTO till_sequence (location, till, first, last) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (location, till, first) DO UPDATE SET last = excluded.last";
constexpr std::string_view kPutDay =
    "INSERT INTO business_day (location, business_date, state, is_locked, certificate_no, changed_at) VALUES ($1, $2, $3, $4, $5, $6)"
    " ON CONFLICT (location, business_date) DO UPDATE SET state = excluded.state, is_locked = excluded.is_locked,"
    " certificate_no = excluded.certificate_no, changed_at = excluded.changed_at";
constexpr std::string_view kInsertStep =
    "INSERT INTO business_day_step (location, business_date, state, is_locked, is_forced, who, reason, certificate_no, event_no, at)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

Param nullable(std::optional<std::int64_t> value) { return value ? Param(*value) : Param(nullptr); }
std::int64_t flag(bool value) { return value ? 1 : 0; }

Result<void> load_ranges(sql::Connection& connection, const DayTouch& touch, DayRows& rows) {
  for (const auto& [till, numbers] : touch.numbers) {
    std::vector<NumberRange> ranges;
    // Run by run: what lies between two runs may be many ranges, and does not matter.
    for (std::size_t first = 0; first < numbers.size();) {
      std::size_t end = first + 1;
      while (end < numbers.size() && numbers[end] <= numbers[end - 1] + 1) ++end;
      TS_RETURN_IF_ERROR(connection.query(kSelectTillRanges, {till.location.view(), till.till.view(), numbers[first], numbers[end - 1] + 1}, [&ranges](const Row& row) {
        const NumberRange range{row.integer(0), row.integer(1)};
        if (ranges.empty() || ranges.back().first < range.first) ranges.push_back(range);
      }));
      first = end;
    }
    rows.sequences.emplace(till, SequenceRanges(std::move(ranges)));
  }
  return {};
}

Result<void> load_reversals(sql::Connection& connection, const MicroBatch& batch, DayTouch& touch, DayRows& rows) {
  EventReader events(connection);
  const auto is_in_batch = [&batch](std::int64_t event_no) {
    return std::ranges::any_of(batch.documents, [event_no](const IncomingDocument& incoming) { return incoming.event_no == event_no && incoming.verdict == Verdict::kNew; });
  };
  for (const DocumentReversed& reversal : batch.reversals) {
    if (!is_in_batch(reversal.original_event_no)) {
      TS_ASSIGN_OR_RETURN(auto original, events.document(reversal.original_event_no));
      if (original) rows.originals.emplace(reversal.original_event_no, std::move(*original));
    }
    if (is_in_batch(reversal.event_no)) continue;
    TS_ASSIGN_OR_RETURN(const auto own, events.summary(reversal.event_no));
    if (!own) continue;
    std::optional<TillDayKey>& place = rows.voids[reversal.event_no];
    if (own->business_date) place = TillDayKey{own->location, *own->business_date, own->till};
    if (place) touch.days.push_back(place->day());
  }
  return {};
}

Result<void> load_days(sql::Connection& connection, const DayTouch& touch, DayRows& rows) {
  for (const DayKey& day : touch.days) {
    TS_ASSIGN_OR_RETURN(const auto lock, load_day_lock(connection, day));
    if (lock) rows.days.emplace(day, *lock);
  }
  const LocationId* previous = nullptr;
  for (const auto& [day, lock] : rows.days) {  // the earliest date of a location comes first
    if (!lock.is_locked || (previous != nullptr && *previous == day.location)) continue;
    previous = &day.location;
    std::vector<Date>& locked = rows.locked[day.location];
    TS_RETURN_IF_ERROR(connection.query(kSelectLocked, {day.location.view(), std::int64_t{day.business_date.days}}, [&locked](const Row& row) {
      locked.push_back(Date{static_cast<std::int32_t>(row.integer(0))});
    }));
  }
  return {};
}

Result<void> write_sequences(sql::Connection& connection, const DayRows& rows, const DayDecision& decision) {
  for (const auto& [till, merged] : decision.sequences) {
    const auto before = rows.sequences.find(till);
    const SequenceRanges none;
    const auto stored = (before == rows.sequences.end() ? none : before->second).ranges();
    const auto wanted = merged.ranges();
    for (const NumberRange& range : stored) {
      if (std::ranges::none_of(wanted, [&](const NumberRange& one) { return one.first == range.first; }))
        TS_RETURN_IF_ERROR(connection.run(kDeleteRange, {till.location.view(), till.till.view(), range.first}));
    }
    for (const NumberRange& range : wanted) {
      if (std::ranges::find(stored, range) == stored.end())
        TS_RETURN_IF_ERROR(connection.run(kPutRange, {till.location.view(), till.till.view(), range.first, range.last}));
    }
  }
  return {};
}

}  // namespace

Result<void> migrate_reconcile(sql::Connection& connection) { return sql::migrate(connection, "hub/reconcile", reconcile_schema::migrations()); }

Result<std::optional<DayLock>> load_day_lock(sql::Connection& connection, const DayKey& day) {
  std::optional<DayLock> lock;
  TS_RETURN_IF_ERROR(connection.query(kSelectDay, {day.location.view(), std::int64_t{day.business_date.days}}, [&lock](const Row& row) {
    lock = DayLock{row.text(0) == to_string(DayLockState::kClosed) ? DayLockState::kClosed : DayLockState::kReopened, row.integer(1) != 0, row.integer(2),
                   Instant{row.integer(3)}};
  }));
  return lock;
}

Result<DayRows> load_day_rows(sql::Connection& connection, const MicroBatch& batch) {
  DayRows rows;
  DayTouch touch = touched_by(batch);
  if (!batch.reversals.empty()) TS_RETURN_IF_ERROR(load_reversals(connection, batch, touch, rows));
  TS_RETURN_IF_ERROR(load_days(connection, touch, rows));
  TS_RETURN_IF_ERROR(load_ranges(connection, touch, rows));
  return rows;
}

Result<void> write_days(sql::Connection& connection, const DayRows& rows, const DayDecision& decision, Instant now) {
  std::vector<Param> days, totals, parts, events, closes;
  std::vector<Bytes> packed;
  packed.reserve(decision.changes.size());
  for (const auto& [key, change] : decision.changes) {
    const std::int64_t date = key.business_date.days;
    const std::string_view location = key.location.view();
    const std::string_view till = key.till.view();
    days.insert(days.end(), {date, location, till, change.documents, change.traded, change.numbered, change.unnumbered, change.doubled, change.closes,
                             nullable(change.first_sequence), nullable(change.last_sequence)});
    for (const DayTotal& total : change.totals) {
      const DayFigures& sums = total.figures;
      totals.insert(totals.end(), {date, location, till, std::string_view(total.type), std::string_view(total.currency), sums.documents, sums.net, sums.tax,
                                   sums.gross, sums.rounding, sums.discounts, sums.units});
    }
    for (const DayPart& part : change.parts)
      parts.insert(parts.end(), {date, location, till, std::string_view(part.what), std::string_view(part.label), std::string_view(part.currency), part.amount});
    if (change.event_nos.empty()) continue;
    packed.push_back(pack_event_nos(change.event_nos));
    events.insert(events.end(), {date, location, till, change.event_nos.front(), Blob{packed.back()}});
  }
  for (const auto& [key, event_no] : decision.closes)
    closes.insert(closes.end(), {std::int64_t{key.business_date.days}, key.location.view(), key.till.view(), event_no});
  TS_RETURN_IF_ERROR(connection.run_each(kAddTillDay, kTillDayWidth, days));
  TS_RETURN_IF_ERROR(connection.run_each(kAddTotal, kTotalWidth, totals));
  TS_RETURN_IF_ERROR(connection.run_each(kAddPart, kPartWidth, parts));
  TS_RETURN_IF_ERROR(connection.run_each(kInsertEvents, kEventsWidth, events));
  TS_RETURN_IF_ERROR(connection.run_each(kInsertClose, kCloseWidth, closes));
  TS_RETURN_IF_ERROR(write_sequences(connection, rows, decision));
  for (const DayReopened& reopened : decision.reopened) {
    DayStep step;
    step.lock = rows.days.at(reopened.day);
    step.lock.state = DayLockState::kReopened;
    step.who = kHub;
    step.reason = reopened.why;
    step.event_no = reopened.event_no;
    TS_RETURN_IF_ERROR(write_day_step(connection, reopened.day, step, now));
  }
  return {};
}

Result<void> write_day_step(sql::Connection& connection, const DayKey& day, const DayStep& step, Instant now) {
  const std::int64_t date = day.business_date.days;
  const std::string_view state = to_string(step.lock.state);
  TS_RETURN_IF_ERROR(connection.run(kPutDay, {day.location.view(), date, state, flag(step.lock.is_locked), step.lock.certificate_no, now.micros}));
  TS_RETURN_IF_ERROR(connection.run(kInsertStep, {day.location.view(), date, state, flag(step.lock.is_locked), flag(step.is_forced), std::string_view(step.who),
                                                  std::string_view(step.reason), step.lock.certificate_no, nullable(step.event_no), now.micros}));
  return {};
}

}  // namespace tillsync::hub
