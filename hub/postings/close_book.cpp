#include "hub/postings/close_book.h"

#include <iterator>

namespace tillsync::hub {
namespace {

constexpr std::string_view kRevised = "posting.revised_close", kOtherCurrency = "posting.other_currency";

const TillClose& body_of(const KnownClose& close) {
  TS_CHECK(close.document.has_value());
  return std::get<TillClose>(close.document->body);
}

ExceptionRaised told(std::string_view code, const KnownClose& close, const CloseDay& day, std::string detail) {
  ExceptionRaised raised;
  raised.code = code;
  raised.subject = event_id_text(close.event_id);
  raised.cause_key = "till:" + day.location.value + "/" + day.till.value;
  raised.location = day.location;
  raised.event_no = close.version.event_no;
  raised.detail = std::move(detail);
  return raised;
}

/// The postings of a difference; what the chart has no account for goes to the list.
std::vector<PostingQueued> post(const KnownClose& close, const CloseDay& day, const TillClose& difference, const Chart& chart, MicroBatch& batch) {
  for (const std::string& currency : unposted_currencies(difference, chart))
    batch.exceptions.push_back(told(kOtherCurrency, close, day, "the close counts a difference in " + currency + ", and the chart has no tender account for it"));
  PostingSource source{close.version.event_no, close.event_id, day.location, &close.document->header, close.correlation_id};
  if (source.correlation_id.empty()) source.correlation_id = event_id_text(close.event_id);
  return map_close(source, difference, chart);
}

}  // namespace

std::vector<PostingQueued> CloseBook::take(const IncomingDocument& incoming, const Chart& chart, MicroBatch& batch) {
  const Header& header = incoming.document->header;
  const auto& body = std::get<TillClose>(incoming.document->body);
  KnownClose arrived{version_of(incoming.event_no, header, body), incoming.event_id, incoming.document, incoming.correlation_id, true};
  CloseDay day{incoming.location, header.till, header.business_date.value_or(Date{})};
  if (!header.business_date) {
    // Numbers begin anew after some years: without a date a close stands for itself.
    if (body.revision == 0 && body.supersedes.empty()) return post(arrived, day, body, chart, batch);
    batch.exceptions.push_back(told(kRevised, arrived, day, "close " + body.z_no + " revises another one and bears no business date"));
    return {};
  }
  std::vector<KnownClose>& known = days_[day];
  known.push_back(std::move(arrived));
  std::vector<CloseVersion> versions;
  for (const KnownClose& close : known) versions.push_back(close.version);
  std::vector<PostingQueued> made;
  for (const CloseStep& step : take_in(versions)) {
    KnownClose& close = known[step.version];
    close.is_changed = true;
    if (step.version + 1 < known.size()) batch.settled.push_back({std::string(kRevised), event_id_text(close.event_id), "the close that it revises came"});
    std::vector<const TillClose*> replaced;
    for (const std::size_t index : step.replaced) replaced.push_back(&body_of(known[index]));
    auto postings = post(close, day, difference_of(body_of(close), step.counts, replaced), chart, batch);
    made.insert(made.end(), std::make_move_iterator(postings.begin()), std::make_move_iterator(postings.end()));
  }
  for (std::size_t i = 0; i < known.size(); ++i) known[i].version.is_waiting = versions[i].is_waiting;
  if (known.back().version.is_waiting)
    batch.exceptions.push_back(told(kRevised, known.back(), day, "close " + body.z_no + " revises one that is not known of this till and date, so that nothing of it is posted"));
  return made;
}

}  // namespace tillsync::hub
