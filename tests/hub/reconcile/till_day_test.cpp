#include "hub/reconcile/till_day.h"

#include <catch2/catch.hpp>

#include "hub/intake/intake.h"
#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

TillDayChange day_with(const std::vector<Document>& documents) {
  TillDayChange change;
  std::int64_t event_no = 0;
  for (const Document& document : documents) {
    IncomingDocument one = incoming(document);
    one.verdict = Verdict::kNew;
    one.event_no = ++event_no;
    add_document(change, one);
  }
  return change;
}

}  // namespace

TEST_CASE("till day: counts and sums per type and currency, returns negative", "[reconcile]") {
  Document taxed = sale_of("1", 1'000, 1);
  auto& money = std::get<Sale>(taxed.body);
  money.totals.tax = Amount{200};
  money.totals.gross = Amount{1'200};
  money.tax_summary.push_back({"S", Rate{200'000}, Amount{1'000}, Amount{200}, {}});
  money.tenders[0].amount = Amount{1'200};
  money.lines[0].discounts.push_back({});
  money.lines[0].discounts[0].amount = Amount{50};
  const TillDayChange day = day_with({taxed, return_of("2", 300, 2), no_sale_of("3", 3), training_of("4", 4), close_of(close_body("1", 1, 0), 5)});
  CHECK(day.documents == 5);
  CHECK(day.traded == 4);
  CHECK(day.closes == 1);
  CHECK(day.numbered == 5);
  CHECK(day.first_sequence == 1);
  CHECK(day.last_sequence == 5);
  CHECK(day.totals == std::vector<DayTotal>{{"sale", "GBP", {1, 1'000, 200, 1'200, 0, 50, 1'000}},
                                            {"return", "GBP", {1, -300, 0, -300, 0, 0, -1'000}},
                                            {"no_sale", "", {.documents = 1}},
                                            {"training", "", {.documents = 1}},
                                            {"close", "", {.documents = 1}}});
  CHECK(day.parts == std::vector<DayPart>{{"tax", "S", "GBP", 200}, {"tender", "card", "GBP", 900}});
}

TEST_CASE("till day: foreign money counts in the document's currency, and as what it is", "[reconcile]") {
  Document document = sale_of("1", 1'000);
  Tender& tender = std::get<Sale>(document.body).tenders[0];
  tender.type = "cash";
  tender.currency.code = "EUR";
  tender.foreign_amount = Amount{1'150};
  CHECK(day_with({document}).parts ==
        std::vector<DayPart>{{"tender", "cash", "GBP", 1'000}, {"foreign", "cash", "GBP", 1'000}, {"foreign_taken", "cash", "EUR", 1'150}});
}

TEST_CASE("till day: a void counts when it comes, its sums with its effect", "[reconcile]") {
  TillDayChange day = day_with({sale_of("1", 700), void_of("2", "1")});
  CHECK(day.total("void", "").documents == 1);
  const Document original = sale_of("1", 700);
  add_money(day, kVoidType, std::get<Sale>(original.body), false, -1);
  CHECK(day.total("void", "GBP") == DayFigures{0, -700, 0, -700, 0, 0, -1'000});
  CHECK(day.parts == std::vector<DayPart>{{"tender", "card", "GBP", 0}});
}

TEST_CASE("till day: movements and unknown modes are no documents of the till's trade", "[reconcile]") {
  Document odd = sale_of("1", 700);
  odd.header.mode = "rehearsal";
  const TillDayChange day = day_with({odd, movement("2", "receipt", {movement_line("A", 3)})});
  CHECK(day.documents == 2);
  CHECK(day.traded == 0);
  CHECK(day.unnumbered == 0);
  CHECK(day.totals == std::vector<DayTotal>{{"other", "", {.documents = 1}}, {"stock_movement", "", {.documents = 1}}});
}

TEST_CASE("till day: what is beyond what is summable is left out", "[reconcile]") {
  Document document = sale_of("1", 100);
  auto& money = std::get<Sale>(document.body);
  money.totals.gross = Amount{kSummableMax};
  CHECK(day_with({document}).totals[0].figures.gross == kSummableMax);
  money.totals.gross = Amount{kSummableMax + 1};
  CHECK(day_with({document}).totals[0].figures.gross == 0);
}

TEST_CASE("till day: a number that is no sequence leaves the document without one", "[reconcile]") {
  const TillDayChange day = day_with({sale_of("1", 100, -1), sale_of("2", 100)});
  CHECK(day.numbered == 0);
  CHECK(day.unnumbered == 2);
  CHECK_FALSE(day.first_sequence.has_value());
}

TEST_CASE("till day: event numbers packed and back", "[reconcile]") {
  CHECK(to_hex(pack_event_nos({300, 301, 303})) == "ac020102");
  for (const std::vector<std::int64_t>& numbers :
       {std::vector<std::int64_t>{}, {1}, {127, 128, 129}, {5, 5'000'000'000}, {std::int64_t{1} << 60}})
    CHECK(unpack_event_nos(pack_event_nos(numbers)) == numbers);
  CHECK(unpack_event_nos(Bytes(12, '\xff')).empty());      // never ends
  CHECK(unpack_event_nos(Bytes("\x05\x81", 2)) == std::vector<std::int64_t>{5});  // cut off
}
