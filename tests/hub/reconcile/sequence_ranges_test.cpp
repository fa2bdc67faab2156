#include "hub/reconcile/sequence_ranges.h"

#include <catch2/catch.hpp>

using namespace tillsync::hub;

namespace {

using Ranges = std::vector<NumberRange>;

SequenceRanges ranges_with(std::initializer_list<std::int64_t> numbers) {
  SequenceRanges ranges;
  for (const std::int64_t number : numbers) CHECK(ranges.add(number));
  return ranges;
}
Ranges all_of(const SequenceRanges& ranges) { return {ranges.ranges().begin(), ranges.ranges().end()}; }

}  // namespace

TEST_CASE("sequence: numbers in any order become as few ranges as there are", "[reconcile]") {
  CHECK(all_of(ranges_with({1, 2, 3})) == Ranges{{1, 3}});
  CHECK(all_of(ranges_with({3, 1, 2})) == Ranges{{1, 3}});
  CHECK(all_of(ranges_with({1, 3, 5, 4})) == Ranges{{1, 1}, {3, 5}});
  CHECK(all_of(ranges_with({5, 1, 9, 0})) == Ranges{{0, 1}, {5, 5}, {9, 9}});
  CHECK(all_of(ranges_with({})).empty());
}

TEST_CASE("sequence: a number that is there already is told and changes nothing", "[reconcile]") {
  SequenceRanges ranges = ranges_with({1, 2, 3, 7});
  for (const std::int64_t number : {1, 2, 3, 7}) CHECK_FALSE(ranges.add(number));
  CHECK(all_of(ranges) == Ranges{{1, 3}, {7, 7}});
}

TEST_CASE("sequence: what is missing of an interval", "[reconcile]") {
  const SequenceRanges ranges = ranges_with({1, 2, 5, 6, 9});
  CHECK(ranges.missing(1, 9, 10) == Ranges{{3, 4}, {7, 8}});
  CHECK(ranges.missing(0, 12, 10) == Ranges{{0, 0}, {3, 4}, {7, 8}, {10, 12}});
  CHECK(ranges.missing(5, 6, 10).empty());
  CHECK(ranges.missing(6, 5, 10).empty());
  CHECK(ranges.missing(3, 3, 10) == Ranges{{3, 3}});
  CHECK(ranges.missing(20, 25, 10) == Ranges{{20, 25}});
  CHECK(ranges.missing(0, 12, 2) == Ranges{{0, 0}, {3, 4}});
  CHECK(ranges.missing(0, 12, 0).empty());
  CHECK(SequenceRanges().missing(1, 2, 10) == Ranges{{1, 2}});
  CHECK(ranges.missing_count(1, 9) == 4);
  CHECK(ranges.missing_count(0, 12) == 8);
  CHECK(ranges.missing_count(6, 5) == 0);
}

TEST_CASE("sequence: the last number below another", "[reconcile]") {
  const SequenceRanges ranges = ranges_with({1, 2, 5, 6});
  CHECK_FALSE(ranges.last_below(1).has_value());
  CHECK(ranges.last_below(2) == 1);
  CHECK(ranges.last_below(4) == 2);
  CHECK(ranges.last_below(6) == 5);
  CHECK(ranges.last_below(100) == 6);
  CHECK(ranges.last() == 6);
  CHECK_FALSE(SequenceRanges().last().has_value());
}

TEST_CASE("sequence: what is no number of a sequence", "[reconcile]") {
  CHECK(is_sequence(0));
  CHECK(is_sequence(kSequenceMax));
  CHECK_FALSE(is_sequence(kSequenceMax + 1));
  CHECK_FALSE(is_sequence(-1));
}
