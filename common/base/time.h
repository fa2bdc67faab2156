// Instants, durations and business dates, and their texts. Pure: nothing here asks what time it is (common/base/os.h
// does). Any thread. Source: ARCHITECTURE rule 10.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/error.h"

namespace tillsync {

/// A span of time in microseconds.
struct Duration {
  std::int64_t micros = 0;
  auto operator<=>(const Duration&) const = default;
};
constexpr Duration milliseconds(std::int64_t n) { return {n * 1'000}; }
constexpr Duration seconds(std::int64_t n) { return {n * 1'000'000}; }
/// Of a day of 24 hours: UTC and dates have no other.
inline constexpr std::int64_t kDayMicros = 86'400'000'000;
constexpr Duration operator+(Duration a, Duration b) { return {a.micros + b.micros}; }
constexpr Duration operator-(Duration a, Duration b) { return {a.micros - b.micros}; }

/// Microseconds since 1970-01-01T00:00:00Z (UTC, leap seconds folded).
struct Instant {
  std::int64_t micros = 0;
  auto operator<=>(const Instant&) const = default;
};
constexpr Instant operator+(Instant t, Duration d) { return {t.micros + d.micros}; }
constexpr Instant operator-(Instant t, Duration d) { return {t.micros - d.micros}; }
constexpr Duration operator-(Instant a, Instant b) { return {a.micros - b.micros}; }

/// 9999-12-31T23:59:59.999999Z, the last instant that has a text; 1970-01-01T00:00:00Z is the first.
inline constexpr Instant kInstantMax{253'402'300'799'999'999};

/// RFC 3339 with offset ("Z" or ±hh:mm), year 1970–9999 (in UTC too), up to 6 decimals of a second kept (more are cut).
/// kInvalid else.
Result<Instant> parse_instant(std::string_view text);
/// "2010-12-01T08:26:00Z", with decimals only where there are any.
std::string format_instant(Instant instant);

/// A business date as the POS says it: days since 1970-01-01, never converted between zones.
struct Date {
  std::int32_t days = 0;
  auto operator<=>(const Date&) const = default;
};
/// 9999-12-31, the last date that has a text; 1970-01-01 is the first.
inline constexpr Date kDateMax{2'932'896};
/// "YYYY-MM-DD" of the Gregorian calendar, year 1970–9999; kInvalid else (2011-02-29 is).
Result<Date> parse_date(std::string_view text);
std::string format_date(Date date);
/// The UTC date of an instant.
Date date_of(Instant instant);

}  // namespace tillsync
