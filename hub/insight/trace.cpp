#include "hub/insight/trace.h"

#include <algorithm>
#include <array>

namespace tillsync::hub {
namespace {

struct Happening {
  std::string_view contract, name;
};
constexpr std::array kHappenings = {
    Happening{"sale", "sold"},   Happening{"return", "returned"},  Happening{"stock-movement", "moved"},     Happening{"till-close", "till_closed"},
    Happening{"void", "voided"}, Happening{"promise", "promised"}, Happening{"lease-close", "lease_closed"},
};

std::string happening(const TraceEvent& event) {
  const auto found = std::ranges::find(kHappenings, std::string_view(event.contract), &Happening::contract);
  return std::string(found == kHappenings.end() ? "occurred" : found->name);
}

std::string posting_milestone(std::string_view status) {
  if (status == "queued") return "posting_queued";
  if (status == "sending") return "sent";
  if (status == "posted") return "posted";
  return "posting_" + std::string(status);
}

std::string reservation_milestone(const TraceStep& step) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kNames = {{{"hold", "reserved"},
                                                                                     {"promise", "reserved"},
                                                                                     {"confirm", "confirmed"},
                                                                                     {"pick", "picked"},
                                                                                     {"fulfil", "fulfilled"},
                                                                                     {"release", "released"},
                                                                                     {"extend", "extended"},
                                                                                     {"expire", "expired"},
                                                                                     {"break", "broken"},
                                                                                     {"refuse", "refused"}}};
  for (const auto& [verb, name] : kNames)
    if (step.name == verb) return std::string(name);
  return step.name;  // ready, move, shrink
}

/// A till's clock, set right by what was measured. Where nothing was, or not enough: it cannot have happened behind its arrival.
Instant seen_from_hub(Instant at, const TraceEvent& event) { return std::min(at + event.skew.value_or(Duration{}), event.received_at); }

MilestoneRef event_ref(const TraceEvent& event) { return {"event", event.event_id, "/v1/events/" + event.event_id}; }

void add_event(const TraceEvent& event, std::vector<Milestone>& all) {
  const std::string origin = event.source.empty() ? (event.till.empty() ? "till" : "till " + event.till) : event.source;
  const std::string agent = event.agent_id.empty() ? origin : event.agent_id;
  if (event.occurred_at) {
    Milestone one;
    one.name = happening(event);
    one.legacy_name = "occurred";
    one.pos_time = event.occurred_at;
    one.at = seen_from_hub(*event.occurred_at, event);
    one.actor = origin;
    one.skew = event.skew;
    one.ref = event_ref(event);
    one.detail = document_title(event.contract, event.document_no, event.till);
    one.event_id = event.event_id;
    all.push_back(std::move(one));
  }
  if (event.agent_received_at) {
    Milestone one;
    one.name = one.legacy_name = "durable_at_agent";
    one.pos_time = event.agent_received_at;
    one.at = seen_from_hub(*event.agent_received_at, event);
    one.actor = agent;
    one.skew = event.skew;
    one.ref = event_ref(event);
    one.event_id = event.event_id;
    all.push_back(std::move(one));
  }
  Milestone arrived;
  arrived.name = arrived.legacy_name = "at_hub";
  arrived.hub_time = event.received_at;
  arrived.at = event.received_at;
  arrived.actor = "hub";
  arrived.ref = event_ref(event);
  arrived.event_id = event.event_id;
  if (event.is_opaque) arrived.detail = "its bytes cannot be read";
  all.push_back(std::move(arrived));
}

void add_steps(const TraceEvent& event, std::vector<Milestone>& all) {
  for (const TracePosting& posting : event.postings)
    for (const TraceStep& step : posting.steps) {
      Milestone one;
      one.name = posting_milestone(step.name);
      one.legacy_name = "posting_" + step.name;
      one.hub_time = step.at;
      one.at = step.at;
      one.actor = step.who;
      one.ref = MilestoneRef{"posting", posting.posting_id, "/postings/" + posting.posting_id};
      one.detail = step.detail;
      one.event_id = event.event_id;
      one.posting_id = posting.posting_id;
      all.push_back(std::move(one));
    }
  for (const TraceException& exception : event.exceptions)
    for (const TraceStep& step : exception.steps) {
      Milestone one;
      one.name = one.legacy_name = "exception_" + step.name;
      one.hub_time = step.at;
      one.at = step.at;
      one.actor = step.who;
      one.ref = MilestoneRef{"exception", exception.exception_id, "/exceptions/" + exception.exception_id};
      one.detail = step.detail.empty() ? exception.title : exception.title + ": " + step.detail;
      one.event_id = event.event_id;
      all.push_back(std::move(one));
    }
  if (event.closed) {
    Milestone one;
    one.name = one.legacy_name = "closed";
    one.hub_time = event.closed->at;
    one.at = event.closed->at;
    one.actor = event.closed->who;
    const std::string day = event.location + "/" + (event.business_date ? format_date(*event.business_date) : "");
    one.ref = MilestoneRef{"close", day, "/closes/" + day};
    one.detail = event.closed->detail;
    one.event_id = event.event_id;
    all.push_back(std::move(one));
  }
}

void add_reservation(const TraceReservation& reservation, std::vector<Milestone>& all) {
  for (const TraceStep& step : reservation.steps) {
    Milestone one;
    one.name = reservation_milestone(step);
    one.legacy_name = "reservation_" + step.name;
    one.hub_time = step.at;
    one.at = step.at;
    one.actor = step.who;
    one.ref = MilestoneRef{"reservation", reservation.reservation_id, "/reservations/" + reservation.reservation_id};
    one.detail = reservation.order_no.empty() ? step.detail : "order " + reservation.order_no + (step.detail.empty() ? "" : ": " + step.detail);
    all.push_back(std::move(one));
  }
}

std::optional<NextMilestone> next_of(const TracePosting& posting, const std::string& erp_trouble) {
  const std::string error = posting.last_error.empty() ? "" : ": " + posting.last_error;
  if (posting.status == "queued") return NextMilestone{"sent", erp_trouble.empty() ? "its turn at the ERP" : "the ERP: " + erp_trouble};
  if (posting.status == "sending") return NextMilestone{"posted", "the ERP's answer"};
  if (posting.status == "retrying")
    return NextMilestone{"posted", (posting.next_try_at ? "the next try at " + format_instant(*posting.next_try_at) : std::string("the next try")) + error};
  if (posting.status == "unknown") return NextMilestone{"posted", "the look-up at the ERP, whose answer was lost" + error};
  if (posting.status == "refused") return NextMilestone{"posted", "a person, who corrects or skips it" + error};
  if (posting.status == "held") return NextMilestone{"sent", "a person, who corrects or releases it" + error};
  if (posting.status == "collected") return NextMilestone{"posted", "the sum of its day"};
  if (posting.status == "summed") return NextMilestone{"posted", posting.summed_by.empty() ? "the sum that it is part of" : "the sum " + posting.summed_by};
  return std::nullopt;
}

std::optional<NextMilestone> next_of(const TraceEvent& event, DocumentState state, const std::string& erp_trouble) {
  if (state == DocumentState::kTraining || state == DocumentState::kVoided) return std::nullopt;
  for (const TracePosting& posting : event.postings)
    if (auto next = next_of(posting, erp_trouble)) return next;
  for (const TraceException& exception : event.exceptions)
    if (exception.status == "open") return NextMilestone{"exception_resolved", exception.owner + ": " + exception.title};
  if (!event.closed && event.business_date && !event.postings.empty())
    return NextMilestone{"closed", "the closing of " + (event.location_name.empty() ? event.location : event.location_name) + ", " + format_date(*event.business_date)};
  return std::nullopt;
}

std::optional<NextMilestone> next_of(const TraceReservation& reservation) {
  if (reservation.state == "held")
    return NextMilestone{"confirmed", "the channel" + (reservation.expires_at ? ", until " + format_instant(*reservation.expires_at) : std::string())};
  if (reservation.state == "confirmed") return NextMilestone{"picked", "the store or warehouse"};
  if (reservation.state == "picked") return NextMilestone{"ready", "the store or warehouse"};
  if (reservation.state == "ready") return NextMilestone{"fulfilled", "the customer"};
  return std::nullopt;
}

void count_waits(std::vector<Milestone>& milestones) {
  for (std::size_t i = 1; i < milestones.size(); ++i) {
    const Duration wait = milestones[i].at - milestones[i - 1].at;
    milestones[i].wait = std::max(wait, Duration{});
  }
}

}  // namespace

std::string_view to_string(DocumentState state) {
  switch (state) {
    case DocumentState::kAtHub: return "at_hub";
    case DocumentState::kPosting: return "posting";
    case DocumentState::kPosted: return "posted";
    case DocumentState::kException: return "exception";
    case DocumentState::kVoided: return "voided";
    case DocumentState::kTraining: return "training";
    case DocumentState::kUnreadable: return "unreadable";
  }
  return "at_hub";
}

DocumentState document_state(const TraceEvent& event) {
  if (event.is_opaque) return DocumentState::kUnreadable;
  if (event.mode == "training") return DocumentState::kTraining;
  const auto has = [&event](std::string_view status) { return std::ranges::any_of(event.postings, [&](const TracePosting& posting) { return posting.status == status; }); };
  if (std::ranges::any_of(event.exceptions, [](const TraceException& exception) { return exception.status == "open"; }) || has("refused") || has("held"))
    return DocumentState::kException;
  if (event.is_voided) return DocumentState::kVoided;
  for (const char* status : {"queued", "sending", "retrying", "unknown", "collected", "summed"})
    if (has(status)) return DocumentState::kPosting;
  return has("posted") ? DocumentState::kPosted : DocumentState::kAtHub;
}

std::string document_title(std::string_view contract, std::string_view document_no, std::string_view till) {
  std::string title = contract.empty() ? "Unreadable document" : std::string(contract);
  for (char& c : title)
    if (c == '_' || c == '-') c = ' ';
  if (title.front() >= 'a' && title.front() <= 'z') title.front() = static_cast<char>(title.front() - 'a' + 'A');
  if (!document_no.empty()) title += " " + std::string(document_no);
  if (!till.empty()) title += ", till " + std::string(till);
  return title;
}

Trace build_trace(const TraceFacts& facts) {
  Trace trace;
  trace.has_more = facts.is_cut;
  bool is_first = true;
  for (const TraceEvent& event : facts.events) {
    add_event(event, trace.milestones);
    add_steps(event, trace.milestones);
    const DocumentState state = document_state(event);
    // What needs a person is the state of the whole; else that of the document which came first.
    if (is_first || (state == DocumentState::kException && trace.state != DocumentState::kUnreadable)) trace.state = state;
    is_first = false;
    if (!trace.next) trace.next = next_of(event, state, facts.erp_trouble);
  }
  for (const TraceReservation& reservation : facts.reservations) {
    add_reservation(reservation, trace.milestones);
    if (!trace.next) trace.next = next_of(reservation);
  }
  std::ranges::stable_sort(trace.milestones, {}, &Milestone::at);
  if (trace.milestones.size() > kMilestonesMax) {
    trace.milestones.resize(kMilestonesMax);
    trace.has_more = true;
  }
  count_waits(trace.milestones);
  return trace;
}

}  // namespace tillsync::hub
