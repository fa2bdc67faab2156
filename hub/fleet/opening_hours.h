// Opening hours as a location says them ("Mo-Fr 09:00-18:00; Sa 10:00-16:00; Su off"), a part of OpenStreetMap's opening_hours: days,
// spans of a day, "off", "24/7". What is not understood counts as not known. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace tillsync::hub {

inline constexpr int kMinutesPerDay = 24 * 60;
inline constexpr std::size_t kOpeningHoursBytesMax = 500;

/// A minute of a week in the location's own time; weekday 0 is Monday.
struct WeekMinute {
  int weekday = 0, minute = 0;
};

class OpeningHours {
 public:
  /// nullopt: not understood, empty, or longer than kOpeningHoursBytesMax. A later rule replaces an earlier one of the same day; a span may end after midnight.
  static std::optional<OpeningHours> parse(std::string_view text);
  bool is_open(const WeekMinute& at) const;
  /// How much of a span of local time is open. Both ends in microseconds of local time since 1970.
  std::int64_t open_micros(std::int64_t from, std::int64_t to) const;

 private:
  using Spans = std::vector<std::pair<int, int>>;  // minutes, from … before
  std::array<Spans, 7> days_;
};

}  // namespace tillsync::hub
