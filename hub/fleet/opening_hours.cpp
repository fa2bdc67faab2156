#include "hub/fleet/opening_hours.h"

#include <algorithm>

namespace tillsync::hub {
namespace {

constexpr std::array<std::string_view, 7> kDayNames = {"Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"};

std::string_view without_spaces_around(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view{} : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(without_spaces_around(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::optional<int> day_number(std::string_view name) {
  const auto found = std::ranges::find(kDayNames, name);
  if (found == kDayNames.end()) return std::nullopt;
  return static_cast<int>(found - kDayNames.begin());
}

/// "Mo-Sa", "Mo,We,Fr-Su"
std::optional<std::vector<int>> read_days(std::string_view text) {
  std::vector<int> days;
  for (const std::string_view part : split(text, ',')) {
    const auto ends = split(part, '-');
    const auto first = day_number(ends.front()), last = day_number(ends.back());
    if (!first || !last || ends.size() > 2) return std::nullopt;
    for (int day = *first;; day = (day + 1) % 7) {
      days.push_back(day);
      if (day == *last) break;
    }
  }
  return days;
}

std::optional<int> read_minute(std::string_view text) {
  const auto digit = [&text](std::size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 100; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return std::nullopt;
  return hour * 60 + minute;
}

/// "09:00-12:00,13:00-18:00"; one that ends before it begins ends on the next day.
std::optional<std::vector<std::pair<int, int>>> read_spans(std::string_view text) {
  std::vector<std::pair<int, int>> spans;
  for (const std::string_view part : split(text, ',')) {
    const auto ends = split(part, '-');
    if (ends.size() != 2) return std::nullopt;
    const auto from = read_minute(ends[0]), to = read_minute(ends[1]);
    if (!from || !to) return std::nullopt;
    spans.emplace_back(*from, *to <= *from ? *to + kMinutesPerDay : *to);
  }
  return spans;
}

}  // namespace

std::optional<OpeningHours> OpeningHours::parse(std::string_view text) {
  if (text.size() > kOpeningHoursBytesMax || without_spaces_around(text).empty()) return std::nullopt;
  OpeningHours hours;
  for (const std::string_view rule : split(text, ';')) {
    if (rule.empty()) continue;
    if (rule == "24/7") {
      hours.days_.fill({{0, kMinutesPerDay}});
      continue;
    }
    const bool has_days = rule[0] >= 'A';
    const bool is_off = rule.ends_with(" off") || rule.ends_with(" closed");
    const std::size_t end = !has_days ? 0 : is_off ? rule.rfind(' ') : rule.find_first_of("0123456789");
    if (end == std::string_view::npos) return std::nullopt;
    const auto days = read_days(has_days ? without_spaces_around(rule.substr(0, end)) : "Mo-Su");
    if (!days) return std::nullopt;
    const std::optional<Spans> spans = is_off ? std::optional(Spans{}) : read_spans(rule.substr(end));
    if (!spans) return std::nullopt;
    for (const int day : *days) hours.days_[static_cast<std::size_t>(day)] = *spans;
  }
  return hours;
}

std::int64_t OpeningHours::open_micros(std::int64_t from, std::int64_t to) const {
  constexpr std::int64_t kMinute = 60'000'000, kDay = kMinutesPerDay * kMinute;
  constexpr std::int64_t kWeekdayOfFirst = 3;  // 1 January 1970 was a Thursday
  const auto day_of = [](std::int64_t at) { return at / kDay - (at % kDay < 0 ? 1 : 0); };
  std::vector<std::pair<std::int64_t, std::int64_t>> open;
  for (std::int64_t day = day_of(from) - 1; day <= day_of(to); ++day) {  // from the day before: its last span may end in this one
    const auto weekday = static_cast<std::size_t>(((day + kWeekdayOfFirst) % 7 + 7) % 7);
    for (const auto& [begin, end] : days_[weekday]) open.emplace_back(std::max(from, day * kDay + begin * kMinute), std::min(to, day * kDay + end * kMinute));
  }
  std::ranges::sort(open);
  std::int64_t sum = 0, counted_to = from;
  for (const auto& [begin, end] : open) {
    const std::int64_t first = std::max(begin, counted_to);
    if (end <= first) continue;
    sum += end - first;
    counted_to = end;
  }
  return sum;
}

bool OpeningHours::is_open(const WeekMinute& at) const {
  const auto holds = [](const Spans& spans, int minute) {
    return std::ranges::any_of(spans, [minute](const auto& span) { return span.first <= minute && minute < span.second; });
  };
  const auto today = static_cast<std::size_t>(at.weekday), yesterday = static_cast<std::size_t>((at.weekday + 6) % 7);
  return holds(days_[today], at.minute) || holds(days_[yesterday], at.minute + kMinutesPerDay);
}

}  // namespace tillsync::hub
