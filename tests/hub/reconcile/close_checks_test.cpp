#include "hub/reconcile/close_checks.h"

#include <catch2/catch.hpp>

#include "tests/hub/reconcile/reconcile_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

TillCheck check_with(std::vector<NumberRange> ranges, TillClose close) {
  TillCheck check;
  check.key = {LocationId("GB"), kFirstDay, TillId("GB-1")};
  check.has_new_close = true;
  check.facts.till = check.key.till;
  check.facts.day.traded = 1;
  check.facts.day.first_sequence = ranges.front().first;
  check.facts.day.last_sequence = ranges.back().last;
  check.facts.day.total(kSaleType, "GBP").documents = 1;
  check.facts.closes.push_back({9, DocumentNo("Z"), {}, {}, std::move(close)});
  check.facts.ranges = SequenceRanges(std::move(ranges));
  return check;
}

}  // namespace

TEST_CASE("close checks: the detail names numbers and figures, a few of them", "[reconcile]") {
  const CheckResult result = check_tills({check_with({{1, 1}, {3, 3}, {6, 6}, {8, 8}, {10, 10}, {12, 12}, {14, 14}}, close_body("1", 2, 150))}, {});
  REQUIRE(result.raised.size() == 2);
  CHECK(result.raised[0].code == "sequence.gap");
  CHECK(result.raised[0].detail == "missing 7: 2, 4-5, 7, 9, 11, …");
  CHECK(result.raised[0].event_no == 9);
  CHECK(result.raised[1].code == "close.differs");
  CHECK(result.raised[1].detail == "sale: close 2, hub 1; net GBP: close 1.50, hub 0.00; gross GBP: close 1.50, hub 0.00; tender:card GBP: close 1.50, hub 0.00");
  CHECK(result.findings == std::vector<std::pair<TillDayKey, std::int64_t>>{{{LocationId("GB"), kFirstDay, TillId("GB-1")}, 11}});
}

TEST_CASE("close checks: a till without a close is left alone", "[reconcile]") {
  TillCheck check = check_with({{1, 1}, {3, 3}}, close_body("1", 1, 0));
  check.facts.closes.clear();
  check.has_new_close = false;
  const CheckResult result = check_tills({check}, {});
  CHECK(result.raised.empty());
  CHECK(result.settled.empty());
  CHECK(result.findings.empty());
}

TEST_CASE("close checks: doubled numbers are told beside missing ones", "[reconcile]") {
  TillCheck check = check_with({{1, 3}}, close_body("1", 1, 0));
  check.facts.day.doubled = 2;
  const CheckResult result = check_tills({check}, {});
  REQUIRE(result.raised.size() == 1);
  CHECK(result.raised[0].detail == "2 documents bear a number that another one has");
}

TEST_CASE("close checks: what is found again without a new close is not told again", "[reconcile]") {
  TillCheck check = check_with({{1, 1}, {3, 3}}, close_body("1", 1, 0));
  check.has_new_close = false;
  CHECK(check_tills({check}, {}).raised.size() == 1);
  check.had_findings = true;
  CHECK(check_tills({check}, {}).raised.empty());
}
