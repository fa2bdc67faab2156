#include "hub/fleet/location_facts.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>

#include "hub/fleet/agent.h"

namespace tillsync::hub {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

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

std::optional<Duration> open_time(const LocationFacts& location, Instant from, Instant to) {
  if (!location.hours || location.time_zone.empty()) return std::nullopt;
  const auto sys = [](std::int64_t micros) { return date::sys_time<std::chrono::microseconds>(std::chrono::microseconds(micros)); };
  try {
    const date::time_zone* zone = date::locate_zone(location.time_zone);
    Duration sum{0};
    // Piece by piece between changes of the clock: within one local time is the hub's, shifted.
    for (std::int64_t at = from.micros; at < to.micros;) {
      const date::sys_info info = zone->get_info(sys(at));
      const std::int64_t shift = std::chrono::duration_cast<std::chrono::microseconds>(info.offset).count();
      const std::int64_t change = info.end.time_since_epoch() < std::chrono::seconds(to.micros / kMicrosPerSecond + 1)
                                      ? std::chrono::duration_cast<std::chrono::microseconds>(info.end.time_since_epoch()).count()
                                      : to.micros;
      const std::int64_t end = std::min(to.micros, change);
      sum.micros += location.hours->open_micros(at + shift, end + shift);
      at = end;
    }
    return sum;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

Duration silence_that_counts(const LocationFacts& location, Instant last_seen, Instant now) {
  const Duration silent = now - last_seen;
  const auto open = is_open(location, now);
  if (!open) return silent;
  if (!*open) return Duration{0};
  return silent >= kMissingAfter ? silent : open_time(location, last_seen, now).value_or(silent);
}

}  // namespace tillsync::hub
