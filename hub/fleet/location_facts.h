// What lists of agents show of a location, and whether it is open now. The time zones are those of the system (tzdata, by Howard
// Hinnant's date library). Any thread.
#pragma once

#include <optional>
#include <string>

#include "common/base/time.h"
#include "common/contract/masterdata.h"
#include "hub/fleet/opening_hours.h"

namespace tillsync::hub {

struct LocationFacts {
  std::string name, group;
  std::string time_zone = {};                  // IANA
  std::optional<OpeningHours> hours = {};      // nullopt: not known
};

LocationFacts location_facts(const Location& location);
/// nullopt where opening hours or time zone are not known. A dark agent of a location that is closed is idle.
std::optional<bool> is_open(const LocationFacts& location, Instant now);
/// How long the location was open between the two. nullopt as above.
std::optional<Duration> open_time(const LocationFacts& location, Instant from, Instant to);
/// Of an agent's silence since last_seen, what alerts count: nothing while its location is closed, else only time in which it was open. All of it where the hours are not
/// known, and once the agent is missing (kMissingAfter).
Duration silence_that_counts(const LocationFacts& location, Instant last_seen, Instant now);

}  // namespace tillsync::hub
