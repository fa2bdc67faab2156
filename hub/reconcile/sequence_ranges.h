// The sequence numbers that were seen of one till, as merged ranges: gap-less numbers are one range, however many there are. Pure.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tillsync::hub {

/// Both ends belong to it; first <= last.
struct NumberRange {
  std::int64_t first = 0, last = 0;
  auto operator<=>(const NumberRange&) const = default;
};

/// Numbers outside of this are no sequence: they are left out, and the till is judged by counting.
inline constexpr std::int64_t kSequenceMax = 1'000'000'000'000'000;
constexpr bool is_sequence(std::int64_t number) { return number >= 0 && number <= kSequenceMax; }

/// Disjoint, not adjacent, in ascending order.
class SequenceRanges {
 public:
  SequenceRanges() = default;
  explicit SequenceRanges(std::vector<NumberRange> ranges) : ranges_(std::move(ranges)) {}

  /// False when the number is there already: two documents bear it. is_sequence(number).
  bool add(std::int64_t number);

  /// The numbers of [first, last] that are not there, in order; at most `limit` ranges. Empty when last < first.
  std::vector<NumberRange> missing(std::int64_t first, std::int64_t last, std::size_t limit) const;
  /// How many numbers of [first, last] are not there.
  std::int64_t missing_count(std::int64_t first, std::int64_t last) const;
  /// The largest number below `number` that is there.
  std::optional<std::int64_t> last_below(std::int64_t number) const;
  std::optional<std::int64_t> last() const;

  std::span<const NumberRange> ranges() const { return ranges_; }
  bool operator==(const SequenceRanges&) const = default;

 private:
  std::vector<NumberRange> ranges_;
};

}  // namespace tillsync::hub
