#include "hub/insight/trace_reader.h"

#include <algorithm>
#include <set>

#include "hub/exceptions/catalogue.h"
#include "hub/postings/posting_map.h"
#include "hub/postings/posting_store.h"

namespace tillsync::hub {
namespace {

using sql::Blob;
using sql::Param;
using sql::Row;

// A document's posting has the number 2 × event_no; one that waited for another document is found by the index over those.
constexpr std::string_view kPostingColumns =
    "SELECT p.posting_no, p.posting_id, p.status, p.last_error, p.erp_reference, p.next_try_at, p.created_at, coalesce(s.posting_id, '') FROM posting p"
    " LEFT JOIN posting s ON s.posting_no = p.summed_no";
constexpr std::string_view kSelectPostings = " WHERE p.posting_no = 2 * $1 AND p.event_no = $1 UNION ALL ";
constexpr std::string_view kSelectPostingBehind = " WHERE p.event_no = $1 AND p.posting_no <> 2 * p.event_no";
constexpr std::string_view kSelectPostingSteps = "SELECT status, who, detail, at FROM posting_step WHERE posting_no = $1 ORDER BY step_no LIMIT $2";
constexpr std::string_view kExceptionColumns = "SELECT exception_no, exception_id, code, owner, status, detail FROM exception_case";
constexpr std::string_view kSelectExceptionsOfEvent = " WHERE event_no = $1 ORDER BY exception_no LIMIT $2";
constexpr std::string_view kSelectExceptionsOfPosting = " WHERE code = $1 AND subject = $2";
constexpr std::string_view kSelectExceptionSteps = "SELECT action, who, reason, at FROM exception_step WHERE exception_no = $1 ORDER BY step_no LIMIT $2";
constexpr std::string_view kSelectVoid = "SELECT 1 FROM stock_reversal WHERE original_event_id = $1 AND state = 'applied' LIMIT 1";
constexpr std::string_view kSelectClosed =
    "SELECT who, reason, at, certificate_no FROM business_day_step WHERE location = $1 AND business_date = $2 AND state = 'closed' AND at >= $3"
    " ORDER BY step_no DESC LIMIT 1";
constexpr std::string_view kSelectReservation =
    "SELECT reservation_no, order_no, state, expires_at - (SELECT hold_at - wall_at FROM reservation_clock), last_step_no, created_at FROM reservation"
    " WHERE reservation_id = $1";
// Steps of one reservation are a chain, newest first.
constexpr std::string_view kSelectReservationSteps =
    "WITH RECURSIVE chain (step_no, depth) AS (SELECT $1, 1 UNION ALL SELECT s.previous_step_no, depth + 1 FROM chain JOIN reservation_step s USING (step_no)"
    " WHERE s.previous_step_no <> 0 AND depth < $2)"
    " SELECT s.verb, s.who, s.why, s.at FROM chain JOIN reservation_step s USING (step_no) ORDER BY s.step_no";
constexpr std::string_view kSelectReservationsOfOrder = "SELECT reservation_id FROM reservation WHERE order_no = $1 AND order_no <> '' ORDER BY reservation_no DESC LIMIT $2";
constexpr std::string_view kSelectOfDocumentNo =
    "SELECT event_no FROM event WHERE document_no = $1 AND verdict = 'new' ORDER BY event_no DESC LIMIT $2";
constexpr std::string_view kSelectOfReference =
    "SELECT event_no, posting_no FROM posting WHERE erp_reference = $1 AND erp_reference <> '' ORDER BY posting_no DESC LIMIT $2";
constexpr std::string_view kSelectParts = "SELECT event_no FROM posting WHERE summed_no = $1 AND event_no IS NOT NULL ORDER BY posting_no LIMIT $2";
constexpr std::string_view kSelectSummed = "SELECT posting_no FROM posting WHERE posting_id = $1 AND event_no IS NULL";
constexpr std::string_view kSelectOfException = "SELECT event_no, subject FROM exception_case WHERE exception_id = $1";
constexpr std::string_view kSelectBalances = "SELECT last_entry_no FROM stock_balance WHERE sku = $1 AND last_entry_no <> 0 LIMIT $2";
constexpr std::string_view kSelectEntry = "SELECT previous_entry_no FROM stock_entry WHERE entry_no = $1";
constexpr std::int64_t kEntriesPerEvent = 4'194'304;  // entry_no = event_no × this + position
constexpr std::size_t kBalancesMax = 500;             // places of one SKU that are looked at

std::optional<Instant> instant_column(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(Instant{row.integer(column)});
}

}  // namespace

Result<void> TraceReader::read_postings(std::int64_t event_no, TraceEvent& event) {
  static const std::string kQuery = std::string(kPostingColumns) + std::string(kSelectPostings) + std::string(kPostingColumns) + std::string(kSelectPostingBehind);
  std::vector<std::int64_t> numbers;
  TS_RETURN_IF_ERROR(connection_.query(kQuery, {event_no}, [&](const Row& row) {
    numbers.push_back(row.integer(0));
    TracePosting& posting = event.postings.emplace_back();
    posting.posting_id = row.text(1);
    posting.status = row.text(2);
    posting.last_error = row.text(3);
    posting.erp_reference = row.text(4);
    posting.next_try_at = instant_column(row, 5);
    posting.summed_by = row.text(7);
    posting.steps.push_back({"queued", "hub", "", Instant{row.integer(6)}});
  }));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto& steps = event.postings[i].steps;
    TS_RETURN_IF_ERROR(connection_.query(kSelectPostingSteps, {numbers[i], static_cast<std::int64_t>(kTraceStepsMax)}, [&steps](const Row& row) {
      steps.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), Instant{row.integer(3)}});
    }));
    // Whatever was never queued (held at once, collected) began as what it is.
    if (steps.size() == 1 && event.postings[i].status != "queued") steps.front().name = event.postings[i].status;
  }
  return {};
}

Result<void> TraceReader::read_exceptions(std::int64_t event_no, TraceEvent& event) {
  std::vector<std::int64_t> numbers;
  const auto take = [&](const Row& row) {
    if (std::ranges::find(numbers, row.integer(0)) != numbers.end()) return;
    numbers.push_back(row.integer(0));
    TraceException& exception = event.exceptions.emplace_back();
    exception.exception_id = row.text(1);
    exception.code = row.text(2);
    exception.title = catalogue_entry(exception.code).title;
    exception.owner = row.text(3);
    exception.status = row.text(4);
  };
  TS_RETURN_IF_ERROR(connection_.query(std::string(kExceptionColumns) + std::string(kSelectExceptionsOfEvent), {event_no, static_cast<std::int64_t>(kTraceStepsMax)}, take));
  for (const TracePosting& posting : event.postings)
    for (const std::string_view code : posting_exception_codes())
      TS_RETURN_IF_ERROR(connection_.query(std::string(kExceptionColumns) + std::string(kSelectExceptionsOfPosting), {code, std::string_view(posting.posting_id)}, take));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    TS_RETURN_IF_ERROR(connection_.query(kSelectExceptionSteps, {numbers[i], static_cast<std::int64_t>(kTraceStepsMax)}, [&](const Row& row) {
      event.exceptions[i].steps.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), Instant{row.integer(3)}});
    }));
  return {};
}

Result<void> TraceReader::read_voided(const EventSummary& summary, TraceEvent& event) {
  return connection_.query(kSelectVoid, {Blob{summary.event_id.view()}}, [&event](const Row&) { event.is_voided = true; });
}

Result<void> TraceReader::read_closed(TraceEvent& event) {
  if (!event.business_date) return {};
  return connection_.query(kSelectClosed, {std::string_view(event.location), std::int64_t{event.business_date->days}, event.received_at.micros}, [&event](const Row& row) {
    std::string detail = "certificate " + std::to_string(row.integer(3));
    if (!row.text(1).empty()) detail += ": " + std::string(row.text(1));
    event.closed = TraceStep{"closed", std::string(row.text(0)), std::move(detail), Instant{row.integer(2)}};
  });
}

Result<TraceEvent> TraceReader::read_event(const EventSummary& summary) {
  TraceEvent event;
  event.event_id = event_id_text(summary.event_id);
  event.contract = summary.contract;
  event.mode = summary.mode;
  event.source = summary.source;
  event.agent_id = summary.agent_id.value;
  event.location = summary.location.value;
  event.till = summary.till.value;
  event.document_no = summary.document_no.value;
  event.is_opaque = summary.is_opaque;
  event.business_date = summary.business_date;
  event.occurred_at = summary.occurred_at;
  event.agent_received_at = summary.agent_received_at;
  event.received_at = summary.received_at;
  if (!summary.agent_id.empty() && skew_of_) event.skew = skew_of_(summary.agent_id);
  TS_RETURN_IF_ERROR(read_postings(summary.event_no, event));
  TS_RETURN_IF_ERROR(read_exceptions(summary.event_no, event));
  TS_RETURN_IF_ERROR(read_voided(summary, event));
  return event;
}

Result<void> TraceReader::read_reservation(std::string_view reservation_id, TraceFacts& facts) {
  if (std::ranges::any_of(facts.reservations, [&](const TraceReservation& known) { return known.reservation_id == reservation_id; })) return {};
  std::optional<TraceReservation> found;
  std::int64_t last_step = 0;
  TS_RETURN_IF_ERROR(connection_.query(kSelectReservation, {reservation_id}, [&](const Row& row) {
    found.emplace();
    found->reservation_id = reservation_id;
    found->order_no = row.text(1);
    found->state = row.text(2);
    found->expires_at = instant_column(row, 3);
    last_step = row.integer(4);
  }));
  if (!found) return {};
  TS_RETURN_IF_ERROR(connection_.query(kSelectReservationSteps, {last_step, static_cast<std::int64_t>(kTraceStepsMax)}, [&found](const Row& row) {
    found->steps.push_back({std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2)), Instant{row.integer(3)}});
  }));
  facts.reservations.push_back(std::move(*found));
  return {};
}

Result<std::optional<TraceFacts>> TraceReader::facts(std::string_view correlation_id) {
  EventFilter filter;
  filter.correlation_id = correlation_id;
  filter.limit = kTraceEventsMax;
  EventReader reader(connection_);
  TS_ASSIGN_OR_RETURN(const EventPage page, reader.list(filter));
  TraceFacts facts;
  facts.is_cut = page.next.has_value();
  for (const EventSummary& summary : page.events) {
    TS_ASSIGN_OR_RETURN(TraceEvent event, read_event(summary));
    TS_RETURN_IF_ERROR(read_closed(event));
    facts.events.push_back(std::move(event));
    if (summary.is_opaque || (summary.contract != "sale" && summary.contract != "return" && summary.contract != "promise")) continue;
    const auto document = reader.document(summary.event_no);
    if (!document || !*document) continue;  // one that no longer decodes has milestones all the same
    const auto& body = (*document)->body;
    std::string reservation;
    if (const auto* sale = std::get_if<Sale>(&body)) reservation = sale->reservation_id;
    if (const auto* back = std::get_if<Return>(&body)) reservation = back->reservation_id;
    if (const auto* promise = std::get_if<Promise>(&body)) reservation = promise->promise_id;
    if (!reservation.empty()) TS_RETURN_IF_ERROR(read_reservation(reservation, facts));
  }
  if (facts.events.empty()) TS_RETURN_IF_ERROR(read_reservation(correlation_id, facts));
  if (facts.events.empty() && facts.reservations.empty()) return std::nullopt;
  return facts;
}

Result<TraceHit> TraceReader::hit_of(const EventSummary& summary) {
  TS_ASSIGN_OR_RETURN(const TraceEvent event, read_event(summary));
  return TraceHit{summary.correlation_id, document_title(summary.contract, summary.document_no.view(), summary.till.view()), summary.location.value,
                  summary.occurred_at.value_or(summary.received_at), std::string(to_string(document_state(event)))};
}

Result<std::vector<std::int64_t>> TraceReader::events_of_sku(std::string_view sku, std::size_t limit) {
  // Entries of one balance are a chain, newest first; all chains are followed together, the newest entry of all each time.
  std::set<std::int64_t, std::greater<>> heads;
  TS_RETURN_IF_ERROR(connection_.query(kSelectBalances, {sku, static_cast<std::int64_t>(kBalancesMax)}, [&heads](const Row& row) { heads.insert(row.integer(0)); }));
  std::vector<std::int64_t> events;
  for (std::size_t steps = 0; !heads.empty() && events.size() < limit && steps < kSkuMovementsMax; ++steps) {
    const std::int64_t entry = *heads.begin();
    heads.erase(heads.begin());
    const std::int64_t event_no = entry / kEntriesPerEvent;
    if (events.empty() || events.back() != event_no) events.push_back(event_no);
    TS_RETURN_IF_ERROR(connection_.query(kSelectEntry, {entry}, [&heads](const Row& row) {
      if (row.integer(0) != 0) heads.insert(row.integer(0));
    }));
  }
  return events;
}

Result<std::vector<std::int64_t>> TraceReader::events_of(std::string_view q, std::size_t limit) {
  std::vector<std::int64_t> events;
  const auto add = [&events](std::int64_t event_no) {
    if (std::ranges::find(events, event_no) == events.end()) events.push_back(event_no);
  };
  const auto take = [&add](const Row& row) {
    if (!row.is_null(0)) add(row.integer(0));
  };
  const auto count = static_cast<std::int64_t>(limit);
  EventReader reader(connection_);
  EventFilter filter;
  filter.correlation_id = q;
  filter.limit = std::min(limit, kEventPageMax);
  filter.newest_first = true;
  TS_ASSIGN_OR_RETURN(const EventPage page, reader.list(filter));
  for (const EventSummary& summary : page.events) add(summary.event_no);
  if (const auto event_id = event_id_of_posting(q)) {
    TS_ASSIGN_OR_RETURN(const auto event_no, reader.event_no_of(*event_id));
    if (event_no) add(*event_no);
  }
  std::optional<std::int64_t> sum;
  TS_RETURN_IF_ERROR(connection_.query(kSelectSummed, {q}, [&sum](const Row& row) { sum = row.integer(0); }));
  std::vector<std::int64_t> sums;
  if (sum) sums.push_back(*sum);
  TS_RETURN_IF_ERROR(connection_.query(kSelectOfDocumentNo, {q, count}, take));
  TS_RETURN_IF_ERROR(connection_.query(kSelectOfReference, {q, count}, [&](const Row& row) {
    if (row.is_null(0)) sums.push_back(row.integer(1));
    else add(row.integer(0));
  }));
  for (const std::int64_t posting_no : sums) TS_RETURN_IF_ERROR(connection_.query(kSelectParts, {posting_no, count}, take));
  TS_RETURN_IF_ERROR(connection_.query(kSelectOfException, {q}, take));
  return events;
}

Result<std::vector<TraceHit>> TraceReader::find(std::string_view q, std::string_view location, std::size_t limit) {
  if (limit == 0 || limit > kTraceHitsMax) return fail(ErrorCode::kInvalid, "find traces", "limit must be 1 to " + std::to_string(kTraceHitsMax));
  std::vector<TraceHit> hits;
  if (q.empty()) return hits;
  const auto add = [&](TraceHit hit) {
    if (!location.empty() && hit.location != location) return;
    if (hits.size() < limit && std::ranges::none_of(hits, [&](const TraceHit& known) { return known.correlation_id == hit.correlation_id && known.title == hit.title; }))
      hits.push_back(std::move(hit));
  };
  EventReader reader(connection_);
  const auto add_events = [&](const std::vector<std::int64_t>& events) -> Result<void> {
    for (const std::int64_t event_no : events) {
      if (hits.size() >= limit) break;
      TS_ASSIGN_OR_RETURN(const auto summary, reader.summary(event_no));
      if (!summary || (!location.empty() && summary->location.view() != location)) continue;
      TS_ASSIGN_OR_RETURN(TraceHit hit, hit_of(*summary));
      add(std::move(hit));
    }
    return {};
  };
  TS_ASSIGN_OR_RETURN(const auto events, events_of(q, kTraceHitsMax));
  TS_RETURN_IF_ERROR(add_events(events));

  std::vector<std::string> reservations{std::string(q)};
  TS_RETURN_IF_ERROR(connection_.query(kSelectReservationsOfOrder, {q, static_cast<std::int64_t>(limit)},
                                       [&reservations](const Row& row) { reservations.emplace_back(row.text(0)); }));
  TraceFacts promised;
  for (const std::string& id : reservations) TS_RETURN_IF_ERROR(read_reservation(id, promised));
  if (location.empty())
    for (const TraceReservation& one : promised.reservations)
      add({one.reservation_id, one.order_no.empty() ? "Reservation" : "Order " + one.order_no, "", one.steps.empty() ? Instant{} : one.steps.back().at, one.state});

  if (hits.size() < limit) {
    TS_ASSIGN_OR_RETURN(const auto movements, events_of_sku(q, limit));
    TS_RETURN_IF_ERROR(add_events(movements));
  }
  return hits;
}

}  // namespace tillsync::hub
