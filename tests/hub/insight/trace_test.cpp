#include "hub/insight/trace.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kTraceStart = parse_instant("2010-12-01T08:26:00Z").value_or(Instant{});
Instant after(std::int64_t s) { return kTraceStart + seconds(s); }

TraceEvent sold_event() {
  TraceEvent event;
  event.event_id = "e_1";
  event.contract = "sale";
  event.mode = "live";
  event.agent_id = "a_1";
  event.location = "GB";
  event.till = "GB-1";
  event.document_no = "536365";
  event.business_date = date_of(kTraceStart);
  event.occurred_at = kTraceStart;
  event.agent_received_at = after(1);
  event.received_at = after(60);
  return event;
}
TracePosting posting_in(const std::string& status) {
  TracePosting posting;
  posting.posting_id = "p_1";
  posting.status = status;
  posting.steps = {{"queued", "hub", "", after(60)}};
  return posting;
}
std::vector<std::string> names_of(const Trace& trace) {
  std::vector<std::string> names;
  for (const Milestone& milestone : trace.milestones) names.push_back(milestone.name);
  return names;
}

}  // namespace

TEST_CASE("trace: a sale's milestones stand in the order of the hub's clock, each with its wait", "[trace]") {
  TraceEvent event = sold_event();
  TracePosting posting = posting_in("posted");
  posting.steps.push_back({"sending", "hub", "", after(70)});
  posting.steps.push_back({"posted", "hub", "ERP-7", after(72)});
  event.postings.push_back(posting);
  event.closed = TraceStep{"closed", "ana", "certificate 1", after(90'000)};
  const Trace trace = build_trace({{event}, {}, "", false});
  CHECK(names_of(trace) == std::vector<std::string>{"sold", "durable_at_agent", "at_hub", "posting_queued", "sent", "posted", "closed"});
  CHECK_FALSE(trace.milestones[0].wait);
  CHECK(trace.milestones[0].pos_time == kTraceStart);
  CHECK_FALSE(trace.milestones[0].hub_time);
  CHECK(trace.milestones[2].wait == seconds(59));
  CHECK(trace.milestones[2].hub_time == after(60));
  CHECK(trace.milestones[5].detail == "ERP-7");
  CHECK(trace.state == DocumentState::kPosted);
  CHECK_FALSE(trace.next);
  CHECK_FALSE(trace.has_more);
}

TEST_CASE("trace: skew that was measured sets a till's clock right", "[trace]") {
  TraceEvent event = sold_event();
  event.skew = seconds(30);  // the hub is ahead
  const Trace trace = build_trace({{event}, {}, "", false});
  CHECK(trace.milestones[0].skew == seconds(30));
  CHECK(trace.milestones[2].wait == seconds(29));
}

TEST_CASE("trace: a clock that runs ahead never puts a sale behind its arrival", "[trace]") {
  TraceEvent event = sold_event();
  event.occurred_at = after(86'400);
  event.agent_received_at = after(86'401);
  const Trace trace = build_trace({{event}, {}, "", false});
  CHECK(names_of(trace) == std::vector<std::string>{"sold", "durable_at_agent", "at_hub"});
  for (const Milestone& milestone : trace.milestones) CHECK(milestone.wait.value_or(Duration{}) >= Duration{});
}

TEST_CASE("trace: what comes next, and what it waits for", "[trace]") {
  const auto next_of = [](const std::string& status, const std::string& trouble = "") {
    TraceEvent event = sold_event();
    event.postings.push_back(posting_in(status));
    event.postings.back().last_error = "unknown item";
    const Trace trace = build_trace({{event}, {}, trouble, false});
    return trace.next ? trace.next->name + " <- " + trace.next->waiting_for : "";
  };
  CHECK(next_of("queued") == "sent <- its turn at the ERP");
  CHECK(next_of("queued", "connection refused") == "sent <- the ERP: connection refused");
  CHECK(next_of("sending") == "posted <- the ERP's answer");
  CHECK(next_of("refused") == "posted <- a person, who corrects or skips it: unknown item");
  CHECK(next_of("collected") == "posted <- the sum of its day");
  CHECK(next_of("summed") == "posted <- the sum that it is part of");
  CHECK(next_of("unknown") == "posted <- the look-up at the ERP, whose answer was lost: unknown item");
  CHECK(next_of("posted") == "closed <- the closing of GB, 2010-12-01");
  CHECK(next_of("skipped") == "closed <- the closing of GB, 2010-12-01");
}

TEST_CASE("trace: the state of a document is the word of its worst part", "[trace]") {
  TraceEvent event = sold_event();
  CHECK(document_state(event) == DocumentState::kAtHub);
  event.postings.push_back(posting_in("posted"));
  CHECK(document_state(event) == DocumentState::kPosted);
  event.postings.push_back(posting_in("queued"));
  CHECK(document_state(event) == DocumentState::kPosting);
  event.is_voided = true;
  CHECK(document_state(event) == DocumentState::kVoided);
  event.exceptions.push_back({"x_1", "unknown_sku", "Unknown SKU", "master_data", "resolved", {}});
  CHECK(document_state(event) == DocumentState::kVoided);
  event.exceptions.back().status = "open";
  CHECK(document_state(event) == DocumentState::kException);
  event.mode = "training";
  CHECK(document_state(event) == DocumentState::kTraining);
  event.is_opaque = true;
  CHECK(document_state(event) == DocumentState::kUnreadable);
  for (const char* status : {"refused", "held"}) {
    TraceEvent other = sold_event();
    other.postings.push_back(posting_in(status));
    CHECK(document_state(other) == DocumentState::kException);
  }
}

TEST_CASE("trace: an exception's steps are milestones, and an open one is what is waited for", "[trace]") {
  TraceEvent event = sold_event();
  event.exceptions.push_back({"x_1", "unknown_sku", "Unknown SKU", "master_data", "open", {{"raised", "hub", "", after(61)}, {"assigned", "ana", "bo", after(100)}}});
  const Trace trace = build_trace({{event}, {}, "", false});
  CHECK(names_of(trace) == std::vector<std::string>{"sold", "durable_at_agent", "at_hub", "exception_raised", "exception_assigned"});
  CHECK(trace.milestones.back().actor == "ana");
  CHECK(trace.milestones.back().ref->href == "/exceptions/x_1");
  REQUIRE(trace.next);
  CHECK(trace.next->waiting_for == "master_data: Unknown SKU");
}

TEST_CASE("trace: a reservation's steps, and the one that comes next", "[trace]") {
  TraceReservation reservation{"r_1", "W-9", "confirmed", {}, {{"hold", "web", "", after(0)}, {"confirm", "web", "", after(5)}}};
  const Trace trace = build_trace({{}, {reservation}, "", false});
  CHECK(names_of(trace) == std::vector<std::string>{"reserved", "confirmed"});
  CHECK(trace.milestones[1].wait == seconds(5));
  REQUIRE(trace.next);
  CHECK(trace.next->name == "picked");
  reservation.state = "released";
  CHECK_FALSE(build_trace({{}, {reservation}, "", false}).next);
}

TEST_CASE("trace: at most a hundred milestones, and a word that there are more", "[trace]") {
  TraceReservation reservation{"r_1", "", "held", {}, {}};
  for (std::size_t i = 0; i < kMilestonesMax; ++i) reservation.steps.push_back({"extend", "web", "", after(static_cast<std::int64_t>(i))});
  CHECK_FALSE(build_trace({{}, {reservation}, "", false}).has_more);
  reservation.steps.push_back({"extend", "web", "", after(1'000)});
  const Trace trace = build_trace({{}, {reservation}, "", false});
  CHECK(trace.milestones.size() == kMilestonesMax);
  CHECK(trace.has_more);
  CHECK(build_trace({{}, {}, "", true}).has_more);
}

TEST_CASE("trace: titles for people", "[trace]") {
  CHECK(document_title("sale", "536365", "GB-1") == "Sale 536365, till GB-1");
  CHECK(document_title("stock-movement", "7", "") == "Stock movement 7");
  CHECK(document_title("", "", "") == "Unreadable document");
}
