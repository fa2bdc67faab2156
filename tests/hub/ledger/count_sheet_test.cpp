#include "hub/ledger/count_sheet.h"

#include <catch2/catch.hpp>

#include "tests/hub/ledger/ledger_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

CountSheet sheet_of(const Document& document) {
  CountSheet sheet;
  sheet.lines = read_count(incoming(document), kNow, {}).lines;
  return sheet;
}

}  // namespace

TEST_CASE("count sheet: a count without an id stands alone and is final", "[ledger]") {
  StockMovement alone;
  CHECK(is_final_count(alone));
  CHECK(count_id_of(alone, 7) == "event:7");
  StockMovement area;
  area.count_id = "C1";
  CHECK_FALSE(is_final_count(area));
  area.final_count = true;
  CHECK(is_final_count(area));
  CHECK(count_id_of(area, 7) == "C1");
}

TEST_CASE("count sheet: lines of a group are summed at their latest time", "[ledger]") {
  Document document = count("c", {movement_line("A", 3), movement_line("B", 1), movement_line("A", 4)});
  std::get<StockMovement>(document.body).lines[0].counted_at = minutes_after(kMorning, 9);
  const auto groups = sum_groups(sheet_of(document));
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].group.sku == Sku("A"));
  CHECK(groups[0].total_milli == 7'000);
  CHECK(groups[0].at == minutes_after(kMorning, 9));
  CHECK_FALSE(groups[0].has_lots);
  CHECK(groups[1].at == kMorning);
}

TEST_CASE("count sheet: states and owners are counted apart, lots together", "[ledger]") {
  MovementLine damaged = movement_line("A", 2);
  damaged.state = "damaged";
  MovementLine lots = movement_line("A", 5);
  lots.lots = {lot("L1", 3)};
  const auto groups = sum_groups(sheet_of(count("c", {damaged, lots})));
  REQUIRE(groups.size() == 2);
  CHECK(groups[1].has_lots);
  CHECK(groups[1].total_milli == 5'000);
  CHECK(groups[1].by_lot == std::map<std::string, std::int64_t>{{"", 2'000}, {"L1", 3'000}});
}

TEST_CASE("count sheet: a count of nothing is a count", "[ledger]") {
  const auto groups = sum_groups(sheet_of(count("c", {movement_line("A", 0)})));
  REQUIRE(groups.size() == 1);
  CHECK(groups[0].total_milli == 0);
}

TEST_CASE("count sheet: a sum beyond 64 bits stays at its bound", "[ledger]") {
  MovementLine huge = movement_line("A", 0);
  huge.qty = Quantity{INT64_MAX};
  CHECK(sum_groups(sheet_of(count("c", {huge, huge})))[0].total_milli == INT64_MAX);
}

TEST_CASE("count sheet: lines nobody can name are told", "[ledger]") {
  const CountLines read = read_count(incoming(count("c", {movement_line("", 1), movement_line("A", 1)})), kNow, {});
  CHECK(read.lines.size() == 1);
  REQUIRE(read.unknown_lines.size() == 1);
  CHECK(read.unknown_lines[0].index == 0);
}
