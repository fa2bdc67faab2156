#include "hub/reservations/arbitration.h"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <random>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

/// Positions by name "location/sku", made when they are first asked for.
class Shelf {
 public:
  Position& at(const std::string& location, const std::string& sku, std::int64_t units = 0) {
    Position& position = positions_[{location, sku}];
    position.key = {LocationId(location), Sku(sku)};
    if (units > 0) position.on_hand_milli = units * 1'000;
    return position;
  }
  LineDemand line(const std::string& sku, std::int64_t units, const std::vector<std::string>& locations) {
    return bundle(sku, units, {{Sku(sku), 1'000}}, locations, false);
  }
  LineDemand bundle(const std::string& sku, std::int64_t units, std::vector<PartNeed> needs, const std::vector<std::string>& locations, bool is_bundle = true) {
    LineDemand demand;
    demand.line_no = ++lines_;
    demand.sku = Sku(sku);
    demand.qty_milli = units * 1'000;
    demand.is_bundle = is_bundle;
    demand.needs = std::move(needs);
    for (const std::string& location : locations) {
      Source source{LocationId(location), {}};
      for (const PartNeed& need : demand.needs) source.positions.push_back(&at(location, need.sku.value));
      demand.sources.push_back(std::move(source));
    }
    return demand;
  }
  bool is_clean() const {
    return std::ranges::all_of(positions_, [](const auto& entry) { return entry.second.tentative_milli == 0; });
  }

 private:
  std::map<std::pair<std::string, std::string>, Position> positions_;
  std::int64_t lines_ = 0;
};

/// "line:location=units …"
std::string text_of(const std::vector<LineDemand>& lines, const Allotment& allotment) {
  if (!allotment.is_granted) return "refused";
  std::string text;
  for (const Allocation& one : allotment.allocations)
    text += (text.empty() ? "" : " ") + std::to_string(one.line) + ":" + lines[one.line].sources[one.source].location.value + "=" +
            format_quantity(Quantity{one.qty_milli});
  return text;
}

}  // namespace

TEST_CASE("arbitration: a table of cases", "[reservations][arbitration]") {
  struct Case {
    const char* name;
    AllotmentRules rules;
    std::map<std::string, std::int64_t> stock;               // by location, of SKU A
    std::vector<std::pair<std::int64_t, std::vector<std::string>>> lines;  // of SKU A
    const char* expected;
  };
  using enum Sourcing;
  const Case cases[] = {
      {"the first that has all of it", {kInOrder, false, false}, {{"X", 1}, {"Y", 5}}, {{3, {"X", "Y"}}}, "0:Y=3"},
      {"in order where both have it", {kInOrder, false, false}, {{"X", 5}, {"Y", 9}}, {{3, {"X", "Y"}}}, "0:X=3"},
      {"most stock", {kMostStock, false, false}, {{"X", 5}, {"Y", 9}}, {{3, {"X", "Y"}}}, "0:Y=3"},
      {"not split unless it may be", {kInOrder, false, false}, {{"X", 2}, {"Y", 2}}, {{3, {"X", "Y"}}}, "refused"},
      {"split in order", {kInOrder, true, false}, {{"X", 2}, {"Y", 2}}, {{3, {"X", "Y"}}}, "0:X=2 0:Y=1"},
      {"split by most stock", {kMostStock, true, false}, {{"X", 2}, {"Y", 4}}, {{5, {"X", "Y"}}}, "0:Y=4 0:X=1"},
      {"one place is better than a split", {kInOrder, true, false}, {{"X", 2}, {"Y", 3}}, {{3, {"X", "Y"}}}, "0:Y=3"},
      {"partial from the one that has most", {kInOrder, false, true}, {{"X", 1}, {"Y", 2}}, {{3, {"X", "Y"}}}, "0:Y=2"},
      {"partial and split takes all there is", {kInOrder, true, true}, {{"X", 1}, {"Y", 2}}, {{9, {"X", "Y"}}}, "0:X=1 0:Y=2"},
      {"nothing is not partial", {kInOrder, true, true}, {{"X", 0}}, {{1, {"X"}}}, "refused"},
      {"two lines of one SKU see each other", {kInOrder, false, false}, {{"X", 5}}, {{3, {"X"}}, {3, {"X"}}}, "refused"},
      {"the second line gets the rest", {kInOrder, false, true}, {{"X", 5}}, {{3, {"X"}}, {3, {"X"}}}, "0:X=3 1:X=2"},
      {"no candidate", {kInOrder, false, false}, {}, {{1, {}}}, "refused"},
      {"few parcels beat the order", {kFewestParcels, false, false}, {{"X", 2}, {"Y", 4}}, {{2, {"X", "Y"}}, {2, {"Y"}}}, "0:Y=2 1:Y=2"},
      {"few parcels, two of them", {kFewestParcels, false, false}, {{"X", 2}, {"Y", 2}}, {{2, {"X", "Y"}}, {2, {"X", "Y"}}}, "0:X=2 1:Y=2"},
      {"few parcels, the rest partial", {kFewestParcels, false, true}, {{"X", 3}}, {{2, {"X"}}, {2, {"X"}}}, "0:X=2 1:X=1"},
  };
  for (const Case& one : cases) {
    INFO(one.name);
    Shelf shelf;
    for (const auto& [location, units] : one.stock) shelf.at(location, "A", units);
    std::vector<LineDemand> lines;
    for (const auto& [units, locations] : one.lines) lines.push_back(shelf.line("A", units, locations));
    const Allotment allotment = allot(lines, one.rules);
    CHECK(text_of(lines, allotment) == one.expected);
    CHECK(shelf.is_clean());
  }
}

TEST_CASE("arbitration: reserved, leased, safety stock and fractions count", "[reservations][arbitration]") {
  Shelf shelf;
  Position& position = shelf.at("X", "A", 10);
  position.reserved_milli = 3'000;
  position.leased_milli = 2'000;
  position.safety_milli = 1'500;
  LineDemand line = shelf.line("A", 0, {"X"});
  line.qty_milli = 3'500;
  CHECK(allot({line}, {}).is_granted);
  line.qty_milli = 3'501;
  const Allotment refused = allot({line}, {});
  CHECK_FALSE(refused.is_granted);
  CHECK(refused.shortages.at(0).available_milli == 3'500);
}

TEST_CASE("arbitration: a bundle comes in whole units, all parts from one place", "[reservations][arbitration]") {
  Shelf shelf;
  shelf.at("X", "CUP", 5);
  shelf.at("X", "TEA", 100);
  shelf.at("Y", "TEA", 100);
  const std::vector<PartNeed> needs = {{Sku("CUP"), 2'000}, {Sku("TEA"), 500}};
  LineDemand line = shelf.bundle("SET", 3, needs, {"Y", "X"});
  CHECK(units_at(line, line.sources[0]) == 0);
  CHECK(units_at(line, line.sources[1]) == 2'000);
  CHECK(text_of({line}, allot({line}, {Sourcing::kInOrder, false, true})) == "0:X=2");
  CHECK(part_quantity(2'000, needs[1]) == 1'000);
  CHECK(part_quantity(1, {Sku("TEA"), 500}) == 1);  // rounded up
}

TEST_CASE("arbitration: figures at the bounds do not wrap", "[reservations][arbitration]") {
  Shelf shelf;
  shelf.at("X", "A").on_hand_milli = INT64_MAX;
  LineDemand line = shelf.bundle("B", 1, {{Sku("A"), INT64_MAX}}, {"X"});
  CHECK(units_at(line, line.sources[0]) == 1'000);
  CHECK(allot({line}, {}).is_granted);
  line.qty_milli = INT64_MAX;
  CHECK_FALSE(allot({line}, {}).is_granted);
}

TEST_CASE("arbitration: whatever is asked, nothing is given twice", "[reservations][arbitration][property]") {
  std::mt19937 random(20101201);
  const auto draw = [&random](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  const std::vector<std::string> locations = {"A", "B", "C", "D", "E"}, skus = {"P", "Q", "R"};
  int granted = 0;
  for (int round = 0; round < 3'000; ++round) {
    Shelf shelf;
    for (const auto& location : locations)
      for (const auto& sku : skus) shelf.at(location, sku, draw(0, 4));
    std::vector<LineDemand> lines;
    for (int i = draw(1, 4); i > 0; --i) {
      std::vector<std::string> candidates = locations;
      std::ranges::shuffle(candidates, random);
      candidates.resize(static_cast<std::size_t>(draw(0, 5)));
      if (draw(0, 3) == 0)
        lines.push_back(shelf.bundle("BUNDLE", draw(1, 2), {{Sku("P"), 1'000}, {Sku("Q"), draw(1, 2) * 1'000}}, candidates));
      else
        lines.push_back(shelf.line(skus[static_cast<std::size_t>(draw(0, 2))], draw(1, 5), candidates));
    }
    const AllotmentRules rules{static_cast<Sourcing>(draw(0, 2)), draw(0, 1) == 1, draw(0, 1) == 1};
    const Allotment allotment = allot(lines, rules);
    REQUIRE(shelf.is_clean());
    std::map<const Position*, std::int64_t> taken;
    std::vector<std::int64_t> given(lines.size());
    for (const Allocation& one : allotment.allocations) {
      given[one.line] += one.qty_milli;
      for (std::size_t part = 0; part < lines[one.line].needs.size(); ++part)
        taken[lines[one.line].sources[one.source].positions[part]] += part_quantity(one.qty_milli, lines[one.line].needs[part]);
    }
    for (const auto& [position, milli] : taken) REQUIRE(milli <= position->on_hand_milli);
    for (std::size_t line = 0; line < lines.size(); ++line) {
      REQUIRE(given[line] <= lines[line].qty_milli);
      if (allotment.is_granted && !rules.may_be_partial) REQUIRE(given[line] == lines[line].qty_milli);
    }
    if (!allotment.is_granted) REQUIRE(allotment.allocations.empty());
    granted += allotment.is_granted ? 1 : 0;
  }
  CHECK(granted > 300);
  CHECK(granted < 2'700);
}
