#include "hub/reconcile/comparison_reader.h"

#include <catch2/catch.hpp>

#include "hub/reconcile/day_store.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const DayKey kComparedDay{LocationId("GB"), kFirstDay};

DayComparison compared(DayHub& hub) {
  std::size_t budget = kJournalsReadMax;
  const auto comparison = read_comparison(hub.connection(), kComparedDay, budget);
  REQUIRE((comparison && *comparison));
  return **comparison;
}
DifferencePage differences_of(DayHub& hub, std::int64_t after = 0, std::size_t limit = 100) {
  const auto page = read_differences(hub.connection(), kComparedDay, after, limit);
  REQUIRE(page);
  return *page;
}
std::vector<std::string> kinds_of(const DifferencePage& page) {
  std::vector<std::string> kinds;
  for (const DocumentDifference& difference : page.differences) kinds.push_back(std::string(to_string(difference.kind)) + " " + difference.document_no.value);
  return kinds;
}
void acknowledge(DayHub& hub, std::int64_t event_no) {
  REQUIRE(hub.connection().run("UPDATE posting SET status = 'posted', is_open = 0 WHERE event_no = $1", {event_no}));
}

}  // namespace

TEST_CASE("comparison reader: all three sides of a day, the ERP's as it acknowledges", "[reconcile]") {
  DayHub hub;
  const auto taken = hub.take({sale_of("1", 100), sale_of("2", 200), return_of("3", 50), void_of("4", "2"), sale_of("5", 7, {}, days_after(kFirstDay, 1))});
  CHECK_FALSE(compared(hub).sides.pos.has_value());
  CHECK(compared(hub).sides.hub.documents == 4);
  CHECK(compared(hub).sides.hub.money.at("GBP").gross == 50);
  CHECK(compared(hub).sides.erp.documents == 0);
  for (const DocumentOutcome& outcome : taken) acknowledge(hub, outcome.event_no);
  TillClose close = close_body("1", 2, 50);
  close.counts.return_count = 1;
  close.counts.void_count = 1;
  hub.take({close_of(close)});
  const DaySides sides = compared(hub).sides;
  REQUIRE(sides.pos);
  CHECK(sides.pos->documents == 4);
  CHECK(sides.erp.documents == 4);
  CHECK(sides.pos->money.at("GBP") == sides.hub.money.at("GBP"));
  CHECK(sides.hub.money.at("GBP") == sides.erp.money.at("GBP"));
  CHECK(kinds_of(differences_of(hub)) == std::vector<std::string>{"void 4"});
}

TEST_CASE("comparison reader: a day with more documents than may be read is left out", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), sale_of("2", 200)});
  std::size_t budget = 2;
  CHECK(read_comparison(hub.connection(), kComparedDay, budget)->has_value());
  CHECK(budget == 0);
  budget = 1;
  CHECK_FALSE(read_comparison(hub.connection(), kComparedDay, budget)->has_value());
}

TEST_CASE("comparison reader: documents that are not the same on all sides, each with why", "[reconcile]") {
  DayHub hub;
  Document critical = sale_of("1", 100);
  critical.header.critical = {"no_such_field"};
  const auto taken = hub.take({critical, sale_of("2", 200), sale_of("3", 300), void_of("4", "no such sale"), training_of("5"), movement("6", "receipt", {movement_line("A", 1)}),
                               close_of(close_body("1", 3, 601))});
  acknowledge(hub, taken[2].event_no);
  REQUIRE(hub.connection().run("UPDATE posting SET status = 'refused', last_error = 'no such customer' WHERE event_no = $1", {taken[1].event_no}));
  const DifferencePage page = differences_of(hub);
  CHECK(kinds_of(page) == std::vector<std::string>{"no_posting 1", "not_acknowledged 2", "void_without_effect 4", "not_acknowledged 6", "close_differs Z-1", "close_differs Z-1",
                                                   "close_differs Z-1", "close_differs Z-1", "close_differs Z-1"});
  CHECK(page.differences[1].status == PostingStatus::kRefused);
  CHECK(page.differences[1].detail == "no such customer");
  CHECK(page.differences[1].gross == 200);
  CHECK(page.differences[4].detail == "void: closes 0, documents 1");
  CHECK(page.differences[6].detail == "net: closes 6.01, documents 6.00");
  CHECK_FALSE(page.next.has_value());
}

TEST_CASE("comparison reader: a posting under another date says so", "[reconcile]") {
  DayHub hub;
  DayStep step;
  step.lock = DayLock{DayLockState::kClosed, true, 1, kNow};
  REQUIRE(write_day_step(hub.connection(), kComparedDay, step, kNow));
  const auto taken = hub.take({sale_of("1", 100)});
  acknowledge(hub, taken[0].event_no);
  const DifferencePage page = differences_of(hub);
  CHECK(kinds_of(page) == std::vector<std::string>{"dated_elsewhere 1"});
  CHECK(page.differences[0].detail == "posted with date 2010-12-02");
}

TEST_CASE("comparison reader: pages go on behind the last document", "[reconcile]") {
  DayHub hub;
  hub.take({sale_of("1", 100), sale_of("2", 200), sale_of("3", 300)});
  const DifferencePage first = differences_of(hub, 0, 2);
  CHECK(first.differences.size() == 2);
  REQUIRE(first.next);
  const DifferencePage second = differences_of(hub, *first.next, 2);
  CHECK(kinds_of(second) == std::vector<std::string>{"not_acknowledged 3"});
  CHECK_FALSE(second.next);
  CHECK(differences_of(hub, 0, 3).next == std::nullopt);
}
