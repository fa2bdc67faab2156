#include "hub/fleet/location_facts.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

std::optional<bool> open_in(const std::string& zone, const std::string& hours, const char* at) {
  Location location;
  location.time_zone = zone;
  location.opening_hours = FreeText(hours);
  return is_open(location_facts(location), *parse_instant(at));
}

}  // namespace

TEST_CASE("location facts: open by the location's own clock, in winter and in summer", "[fleet]") {
  const std::string hours = "Mo-Sa 09:00-18:00";
  CHECK(open_in("Europe/London", hours, "2026-01-05T09:00:00Z") == true);
  CHECK(open_in("Europe/London", hours, "2026-01-05T08:59:59Z") == false);
  CHECK(open_in("Europe/London", hours, "2026-07-06T08:00:00Z") == true);   // summer time
  CHECK(open_in("Europe/London", hours, "2026-07-06T17:00:00Z") == false);
  CHECK(open_in("America/New_York", hours, "2026-01-05T09:00:00Z") == false);
  CHECK(open_in("Asia/Tokyo", hours, "2026-01-04T23:59:59Z") == false);     // Monday there
  CHECK(open_in("Asia/Tokyo", hours, "2026-01-05T00:00:00Z") == true);
}

TEST_CASE("location facts: without hours, without a zone, or with one that nobody knows it is not known", "[fleet]") {
  CHECK_FALSE(open_in("Europe/London", "", "2026-01-05T09:00:00Z"));
  CHECK_FALSE(open_in("", "24/7", "2026-01-05T09:00:00Z"));
  CHECK_FALSE(open_in("Nowhere/Town", "24/7", "2026-01-05T09:00:00Z"));
}
