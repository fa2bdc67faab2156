#include "hub/intake/event_reader.h"

#include <catch2/catch.hpp>

#include "hub/intake/intake_stage.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct Filled {
  HubDatabase database;
  TestHub hub{database.connection(), stages<IntakeStage>()};
  AgentFeed feed;
  EventReader reader{database.connection()};
  std::vector<DocumentOutcome> outcomes;

  Filled() {
    std::vector<IncomingDocument> documents;
    for (const char* no : {"1", "2", "3", "4", "5"}) documents.push_back(incoming(sale(no, {goods_line("A", 1, 100)})));
    documents.push_back(incoming(returned("1", {goods_line("A", 1, 100)})));
    documents[1].correlation_id = "c-2";
    outcomes = hub.commit(feed.batch(std::move(documents)));
    AgentFeed french("a_fr", 'f');
    hub.commit(french.batch({incoming(sale("1", {goods_line("A", 1, 100)}), "FR"), opaque("garbage")}));
  }
  std::vector<std::string> numbers(const EventFilter& filter) {
    const auto page = reader.list(filter);
    REQUIRE(page);
    std::vector<std::string> found;
    for (const EventSummary& event : page->events) found.push_back(event.location.value + "/" + event.document_no.value);
    return found;
  }
};
using Texts = std::vector<std::string>;

EventFilter with(std::string EventFilter::*field, std::string value, EventFilter filter = {}) {
  filter.*field = std::move(value);
  return filter;
}

}  // namespace

TEST_CASE("event reader: pages go through all events once, in both directions", "[intake]") {
  Filled filled;
  for (const bool newest_first : {false, true}) {
    EventFilter filter;
    filter.limit = 3;
    filter.newest_first = newest_first;
    std::vector<std::int64_t> seen;
    while (true) {
      const auto page = filled.reader.list(filter);
      REQUIRE(page);
      for (const EventSummary& event : page->events) seen.push_back(event.event_no);
      if (!page->next) break;
      filter.after = page->next;
    }
    std::vector<std::int64_t> expected{1, 2, 3, 4, 5, 6, 7, 8};
    if (newest_first) std::reverse(expected.begin(), expected.end());
    CHECK(seen == expected);
  }
}

TEST_CASE("event reader: the last page has no next, also when it is just full", "[intake]") {
  Filled filled;
  EventFilter filter;
  filter.limit = 8;
  CHECK_FALSE(filled.reader.list(filter)->next);
  filter.limit = 7;
  CHECK(filled.reader.list(filter)->next);
}

TEST_CASE("event reader: limits are kept", "[intake]") {
  Filled filled;
  EventFilter filter;
  filter.limit = kEventPageMax;
  CHECK(filled.reader.list(filter));
  filter.limit = kEventPageMax + 1;
  CHECK(filled.reader.list(filter).error().code == ErrorCode::kInvalid);
  filter.limit = 0;
  CHECK_FALSE(filled.reader.list(filter));
}

TEST_CASE("event reader: each filter narrows, together they narrow more", "[intake]") {
  Filled filled;
  const EventFilter number = with(&EventFilter::document_no, "1");
  const EventFilter british_number = with(&EventFilter::location, "GB", number);
  CHECK(filled.numbers(number) == Texts{"GB/1", "GB/1", "FR/1"});
  CHECK(filled.numbers(british_number) == Texts{"GB/1", "GB/1"});
  CHECK(filled.numbers(with(&EventFilter::contract, "return/1", british_number)) == Texts{"GB/1"});
  CHECK(filled.numbers(with(&EventFilter::contract, "return")) == Texts{"GB/1"});
  CHECK(filled.numbers(with(&EventFilter::till, "nobody")).empty());
  CHECK(filled.numbers(with(&EventFilter::correlation_id, "c-2")) == Texts{"GB/2"});
  CHECK(filled.numbers(with(&EventFilter::correlation_id, event_id_text(filled.outcomes[2].event_id))) == Texts{"GB/3"});
  CHECK(filled.numbers(with(&EventFilter::correlation_id, "c-none")).empty());
}

TEST_CASE("event reader: one event comes with its document", "[intake]") {
  Filled filled;
  const auto detail = filled.reader.find(filled.outcomes[0].event_id);
  REQUIRE(detail);
  REQUIRE(*detail);
  CHECK((*detail)->document_json.find("\"document_no\":\"1\"") != std::string::npos);
  CHECK((*detail)->summary.agent_id == filled.feed.agent_id());
  CHECK((*detail)->summary.seq == 1);
  CHECK((*detail)->summary.correlation_id == event_id_text(filled.outcomes[0].event_id));
  CHECK((*detail)->summary.business_date == date_of(kMorning));

  EventId unknown;
  unknown.data.fill('u');
  const auto missing = filled.reader.find(unknown);
  REQUIRE(missing);
  CHECK_FALSE(*missing);
}

TEST_CASE("event reader: an opaque event has its bytes and no document", "[intake]") {
  Filled filled;
  const auto detail = filled.reader.find(opaque("garbage").event_id);
  REQUIRE(detail);
  REQUIRE(*detail);
  CHECK((*detail)->summary.is_opaque);
  CHECK((*detail)->payload == "garbage");
  CHECK((*detail)->document_json.empty());
  CHECK_FALSE(filled.reader.document((*detail)->summary.event_no).value());
}

TEST_CASE("event reader: conflicts are listed under the event", "[intake]") {
  Filled filled;
  filled.hub.commit(filled.feed.batch({incoming(sale("1", {goods_line("A", 7, 100)}))}));
  const auto conflicts = filled.reader.conflicts(filled.outcomes[0].event_id);
  REQUIRE(conflicts);
  REQUIRE(conflicts->size() == 1);
  CHECK(conflicts->at(0).exception_id.starts_with("x_"));
  CHECK(conflicts->at(0).document_json.find("\"7\"") != std::string::npos);
}

TEST_CASE("event reader: documents and numbers for the stages", "[intake]") {
  Filled filled;
  CHECK(filled.reader.event_no_of(filled.outcomes[1].event_id).value() == std::optional<std::int64_t>(2));
  const Identity second = identity_of(sale("2", {goods_line("A", 1, 100)}), LocationId("GB"));
  CHECK(filled.reader.event_no_of(second).value() == std::optional<std::int64_t>(2));
  CHECK_FALSE(filled.reader.event_no_of(identity_of(sale("2", {}), LocationId("XX"))).value());
  CHECK(filled.reader.summary(2).value()->document_no.value == "2");
  CHECK_FALSE(filled.reader.summary(99).value());
  const auto document = filled.reader.document(2);
  REQUIRE(document);
  REQUIRE(*document);
  CHECK((*document)->header.document_no.value == "2");
  CHECK_FALSE(filled.reader.document(99).value());
}

TEST_CASE("event reader: totals by location and date", "[intake]") {
  Filled filled;
  const auto all = filled.reader.totals();
  REQUIRE(all);
  CHECK(all->size() == 3);
  const auto british = filled.reader.totals(LocationId("GB"), date_of(kMorning));
  REQUIRE(british);
  REQUIRE(british->size() == 2);
  CHECK(british->at(1).contract == "sale");
  CHECK(british->at(1).documents == 5);
  CHECK(british->at(1).gross.minor == 500);
  CHECK(filled.reader.totals(LocationId("GB"), Date{1})->empty());
  CHECK(filled.reader.totals({}, date_of(kMorning))->size() == 3);
  CHECK(filled.reader.totals({}, Date{1})->empty());
}

TEST_CASE("event reader: an epoch that never came has no position", "[intake]") {
  Filled filled;
  EpochId unknown;
  unknown.data.fill('u');
  CHECK_FALSE(filled.reader.epoch_position(filled.feed.agent_id(), unknown).value());
}
