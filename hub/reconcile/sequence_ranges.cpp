#include "hub/reconcile/sequence_ranges.h"

#include <algorithm>

namespace tillsync::hub {

bool SequenceRanges::add(std::int64_t number) {
  // Numbers mostly come in order, so that the place is mostly the end.
  if (!ranges_.empty() && ranges_.back().last + 1 == number) {
    ranges_.back().last = number;
    return true;
  }
  const auto after = std::ranges::upper_bound(ranges_, number, {}, &NumberRange::first);
  if (after != ranges_.begin() && std::prev(after)->last >= number) return false;
  const bool joins_before = after != ranges_.begin() && std::prev(after)->last + 1 == number;
  const bool joins_after = after != ranges_.end() && after->first == number + 1;
  if (joins_before && joins_after) {
    std::prev(after)->last = after->last;
    ranges_.erase(after);
  } else if (joins_before) {
    std::prev(after)->last = number;
  } else if (joins_after) {
    after->first = number;
  } else {
    ranges_.insert(after, {number, number});
  }
  return true;
}

std::vector<NumberRange> SequenceRanges::missing(std::int64_t first, std::int64_t last, std::size_t limit) const {
  std::vector<NumberRange> found;
  std::int64_t next = first;
  for (const NumberRange& range : ranges_) {
    if (range.last < next) continue;
    if (next > last || found.size() >= limit) break;
    if (range.first > next) found.push_back({next, std::min(range.first - 1, last)});
    next = range.last + 1;
  }
  if (next <= last && found.size() < limit) found.push_back({next, last});
  return found;
}

std::int64_t SequenceRanges::missing_count(std::int64_t first, std::int64_t last) const {
  if (last < first) return 0;
  std::int64_t there = 0;
  for (const NumberRange& range : ranges_) {
    const std::int64_t from = std::max(range.first, first);
    const std::int64_t to = std::min(range.last, last);
    if (from <= to) there += to - from + 1;
  }
  return last - first + 1 - there;
}

std::optional<std::int64_t> SequenceRanges::last_below(std::int64_t number) const {
  const auto after = std::ranges::lower_bound(ranges_, number, {}, &NumberRange::first);
  if (after == ranges_.begin()) return std::nullopt;
  return std::min(std::prev(after)->last, number - 1);
}

std::optional<std::int64_t> SequenceRanges::last() const {
  if (ranges_.empty()) return std::nullopt;
  return ranges_.back().last;
}

}  // namespace tillsync::hub
