#include "common/base/time.h"

#include <chrono>

namespace tillsync {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr int kYearMin = 1970;
constexpr int kYearMax = 9999;

/// Reads exactly `width` digits at `at`; -1 when there is something else.
int digits_at(std::string_view text, std::size_t at, std::size_t width) {
  if (at + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool char_at(std::string_view text, std::size_t at, char c) { return at < text.size() && text[at] == c; }

std::unexpected<Error> bad_date(std::string_view text) {
  return fail(ErrorCode::kInvalid, "parse date", "'" + std::string(text.substr(0, 40)) + "' is not a date",
              "write it like \"2010-12-01\"");
}

std::unexpected<Error> bad_instant(std::string_view text) {
  return fail(ErrorCode::kInvalid, "parse time", "'" + std::string(text.substr(0, 40)) + "' is not an RFC 3339 time",
              "write it with its offset, like \"2010-12-01T08:26:00Z\"");
}

/// The last `width` digits of a number that is not negative, with leading zeros.
void append_digits(std::string& text, int value, std::size_t width) {
  const std::size_t start = text.size();
  text.append(width, '0');
  for (std::size_t i = width; i-- > 0; value /= 10) text[start + i] = static_cast<char>('0' + value % 10);
}

/// Floor division: -1 µs belongs to the day before.
std::int64_t floor_div(std::int64_t value, std::int64_t divisor) {
  const std::int64_t quotient = value / divisor;
  return value % divisor < 0 ? quotient - 1 : quotient;
}

}  // namespace

Result<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return bad_date(text);
  const int year = digits_at(text, 0, 4);
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  if (year < kYearMin || year > kYearMax || month < 1 || day < 1) return bad_date(text);
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                        std::chrono::day{static_cast<unsigned>(day)}};
  if (!ymd.ok()) return bad_date(text);
  return Date{static_cast<std::int32_t>(std::chrono::sys_days{ymd}.time_since_epoch().count())};
}

std::string format_date(Date date) {
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{date.days}}};
  std::string text;
  append_digits(text, static_cast<int>(ymd.year()), 4);
  text += '-';
  append_digits(text, static_cast<int>(static_cast<unsigned>(ymd.month())), 2);
  text += '-';
  append_digits(text, static_cast<int>(static_cast<unsigned>(ymd.day())), 2);
  return text;
}

Date date_of(Instant instant) {
  return Date{static_cast<std::int32_t>(floor_div(instant.micros, kSecondsPerDay * kMicrosPerSecond))};
}

Result<Instant> parse_instant(std::string_view text) {
  if (text.size() < 20) return bad_instant(text);
  const auto date = parse_date(text.substr(0, 10));
  if (!date || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return bad_instant(text);
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return bad_instant(text);
  if (!char_at(text, 13, ':') || !char_at(text, 16, ':')) return bad_instant(text);

  std::size_t at = 19;
  std::int64_t fraction = 0;
  if (char_at(text, at, '.')) {
    ++at;
    const std::size_t first = at;
    std::int64_t unit = kMicrosPerSecond / 10;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) fraction += unit * (text[at] - '0');
    if (at == first) return bad_instant(text);
  }

  std::int64_t offset_seconds = 0;
  if (char_at(text, at, 'Z') || char_at(text, at, 'z')) {
    ++at;
  } else {
    if (!char_at(text, at, '+') && !char_at(text, at, '-')) return bad_instant(text);
    const int offset_hours = digits_at(text, at + 1, 2);
    const int offset_minutes = digits_at(text, at + 4, 2);
    if (offset_hours < 0 || offset_hours > 23 || offset_minutes < 0 || offset_minutes > 59 || !char_at(text, at + 3, ':'))
      return bad_instant(text);
    offset_seconds = (offset_hours * 60 + offset_minutes) * 60;
    if (text[at] == '-') offset_seconds = -offset_seconds;
    at += 6;
  }
  if (at != text.size()) return bad_instant(text);
  const std::int64_t total = date->days * kSecondsPerDay + hour * 3600 + minute * 60 + second - offset_seconds;
  const Instant instant{total * kMicrosPerSecond + fraction};
  if (instant < Instant{} || instant > kInstantMax) return bad_instant(text);
  return instant;
}

std::string format_instant(Instant instant) {
  const Date date = date_of(instant);
  const std::int64_t rest = instant.micros - date.days * kSecondsPerDay * kMicrosPerSecond;
  const auto micros = static_cast<int>(rest % kMicrosPerSecond);
  const auto second_of_day = static_cast<int>(rest / kMicrosPerSecond);
  std::string text = format_date(date);
  text += 'T';
  append_digits(text, second_of_day / 3600, 2);
  text += ':';
  append_digits(text, second_of_day / 60 % 60, 2);
  text += ':';
  append_digits(text, second_of_day % 60, 2);
  if (micros != 0) {
    text += '.';
    append_digits(text, micros, 6);
    while (text.back() == '0') text.pop_back();
  }
  text += 'Z';
  return text;
}

}  // namespace tillsync
