#include "hub/reconcile/close_sheet.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

CloseRecord sheet_record(std::int64_t event_no, TillClose body, std::optional<std::int64_t> sequence = {}) {
  CloseRecord record;
  record.event_no = event_no;
  record.document_no = DocumentNo("D" + std::to_string(event_no));
  record.sequence = sequence;
  record.body = std::move(body);
  return record;
}
TillClose revised(std::string z_no, std::int64_t revision, std::string supersedes, std::int64_t sales) {
  TillClose body = close_body(z_no, sales, sales * 100);
  body.revision = revision;
  body.supersedes = std::move(supersedes);
  return body;
}

}  // namespace

TEST_CASE("closes: several of a day add up", "[reconcile]") {
  const CloseSum sum = sum_closes({sheet_record(1, close_body("1", 3, 300)), sheet_record(2, close_body("2", 2, 250))});
  CHECK(sum.closes == 2);
  CHECK(sum.counts.sale == 5);
  CHECK(sum.figures.at("GBP").gross == 550);
  CHECK(sum.tenders.at({"card", "GBP"}) == 550);
}

TEST_CASE("closes: one that is superseded does not count, in whichever order they came", "[reconcile]") {
  const TillClose first = revised("1", 0, "", 3);
  for (const auto& [name, supersedes] : {std::pair("its document number", "D1"), std::pair("its Z number", "1")}) {
    INFO(name);
    const TillClose second = revised("2", 0, supersedes, 4);
    CHECK(sum_closes({sheet_record(1, first), sheet_record(2, second)}).counts.sale == 4);
    CHECK(sum_closes({sheet_record(2, second), sheet_record(1, first)}).counts.sale == 4);
  }
  CHECK(superseded_by({sheet_record(1, first), sheet_record(2, revised("2", 0, "D1", 4))}) == std::vector{DocumentNo("D2"), DocumentNo()});
}

TEST_CASE("closes: of one Z number the highest revision counts", "[reconcile]") {
  CHECK(sum_closes({sheet_record(1, revised("1", 0, "", 3)), sheet_record(2, revised("1", 2, "", 5)), sheet_record(3, revised("1", 1, "", 4))}).counts.sale == 5);
  // The same revision twice: the later event.
  CHECK(sum_closes({sheet_record(1, revised("1", 0, "", 3)), sheet_record(2, revised("1", 0, "", 7))}).counts.sale == 7);
  // A close without a Z number is no revision of another without one.
  CHECK(sum_closes({sheet_record(1, revised("", 0, "", 3)), sheet_record(2, revised("", 0, "", 4))}).counts.sale == 7);
}

TEST_CASE("closes: a chain counts its last, and two that name each other both", "[reconcile]") {
  CHECK(sum_closes({sheet_record(1, revised("1", 0, "", 1)), sheet_record(2, revised("2", 0, "D1", 2)), sheet_record(3, revised("3", 0, "D2", 4))}).counts.sale == 4);
  CHECK(sum_closes({sheet_record(1, revised("1", 0, "D2", 1)), sheet_record(2, revised("2", 0, "D1", 2))}).counts.sale == 3);
  // One that names itself, and one that names nothing that is known.
  CHECK(sum_closes({sheet_record(1, revised("1", 0, "D1", 1)), sheet_record(2, revised("2", 0, "D9", 2))}).counts.sale == 3);
}

TEST_CASE("closes: tax per code or as one sum", "[reconcile]") {
  TillClose per_code = close_body("1", 1, 1'200);
  per_code.totals[0].taxes.push_back({"S", Rate{200'000}, Amount{1'000}, Amount{200}, {}});
  CloseSum sum = sum_closes({sheet_record(1, per_code)});
  CHECK(sum.figures.at("GBP").tax == 200);
  CHECK(sum.taxes.at({"S", "GBP"}) == 200);
  CHECK(sum.says_taxes);
  TillClose one_sum = close_body("2", 1, 1'200);
  one_sum.totals[0].tax = Amount{150};
  sum = sum_closes({sheet_record(1, per_code), sheet_record(2, one_sum)});
  CHECK(sum.figures.at("GBP").tax == 350);
  CHECK_FALSE(sum.says_taxes);
}

TEST_CASE("closes: numbers are the period's and the close's own, of a superseded one its own", "[reconcile]") {
  TillClose body = close_body("1", 2, 200);
  body.first_sequence = 5;
  body.last_sequence = 9;
  CloseSum sum = sum_closes({sheet_record(1, body, 10)});
  CHECK(sum.first_sequence == 5);
  CHECK(sum.last_sequence == 10);
  body.last_sequence = 99;
  sum = sum_closes({sheet_record(1, body, 10), sheet_record(2, revised("2", 0, "D1", 2), 11)});
  CHECK(sum.first_sequence == 10);
  CHECK(sum.last_sequence == 11);
  body.first_sequence = -4;
  CHECK(sum_closes({sheet_record(1, body)}).first_sequence == 99);
  CHECK_FALSE(sum_closes({sheet_record(1, close_body("1", 0, 0))}).first_sequence.has_value());
}

TEST_CASE("closes: what was counted over or short; not counted is neither", "[reconcile]") {
  TillClose body = close_body("1", 1, 500);
  CHECK(sum_closes({sheet_record(1, body)}).over_short.empty());
  body.tenders[0].counted = Amount{500};
  CHECK(sum_closes({sheet_record(1, body)}).over_short.empty());
  body.tenders[0].counted = Amount{450};
  const CloseSum sum = sum_closes({sheet_record(1, body)});
  REQUIRE(sum.over_short.size() == 1);
  CHECK(sum.over_short[0].amount == -50);
  CHECK(sum.over_short[0].z_no == "1");
}

TEST_CASE("closes: money without tenders leaves them unsaid", "[reconcile]") {
  TillClose body = close_body("1", 1, 500);
  body.tenders.clear();
  CHECK_FALSE(sum_closes({sheet_record(1, body)}).says_tenders);
  CHECK(sum_closes({sheet_record(1, close_body("2", 0, 0))}).says_tenders);
}
