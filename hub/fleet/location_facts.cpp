#include "hub/fleet/location_facts.h"

#include <date/tz.h>

#include <chrono>

namespace tillsync::hub {
namespace {

/// nullopt: the system knows no such zone.
std::optional<WeekMinute> local_minute(const std::string& time_zone, Instant now) {
  try {
    const auto local = date::locate_zone(time_zone)->to_local(date::sys_time<std::chrono::microseconds>(std::chrono::microseconds(now.micros)));
    const auto day = date::floor<date::days>(local);
    const auto minute = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
    return WeekMinute{static_cast<int>(date::weekday(day).iso_encoding()) - 1, static_cast<int>(minute)};
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

LocationFacts location_facts(const Location& location) {
  return {location.name.value, location.group, location.time_zone, OpeningHours::parse(location.opening_hours.value)};
}

std::optional<bool> is_open(const LocationFacts& location, Instant now) {
  if (!location.hours || location.time_zone.empty()) return std::nullopt;
  const auto at = local_minute(location.time_zone, now);
  if (!at) return std::nullopt;
  return location.hours->is_open(*at);
}

}  // namespace tillsync::hub
