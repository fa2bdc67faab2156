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

namespace {

LocationFacts shop_facts(const std::string& hours, const std::string& zone = "Europe/London") {
  Location location;
  location.time_zone = zone;
  location.opening_hours = FreeText(hours);
  return location_facts(location);
}
std::int64_t counted_s(const LocationFacts& shop, const char* last_seen, const char* now) {
  return silence_that_counts(shop, *parse_instant(last_seen), *parse_instant(now)).micros / 1'000'000;
}

}  // namespace

TEST_CASE("location facts: silence counts while the store is open, to the second at its borders", "[fleet]") {
  const LocationFacts shop = shop_facts("Mo-Sa 09:00-18:00");
  CHECK(counted_s(shop, "2026-01-05T17:55:00Z", "2026-01-05T17:59:59Z") == 299);
  CHECK(counted_s(shop, "2026-01-05T17:55:00Z", "2026-01-05T18:00:00Z") == 0);     // closed: idle
  CHECK(counted_s(shop, "2026-01-05T12:00:00Z", "2026-01-05T23:00:00Z") == 0);
  CHECK(counted_s(shop, "2026-01-05T17:55:00Z", "2026-01-06T08:59:59Z") == 0);
  CHECK(counted_s(shop, "2026-01-05T17:55:00Z", "2026-01-06T09:00:00Z") == 300);   // what was silent before it closed
  CHECK(counted_s(shop, "2026-01-05T18:10:00Z", "2026-01-06T09:00:30Z") == 30);    // the PC was switched off at night
  CHECK(counted_s(shop, "2026-01-03T18:00:00Z", "2026-01-05T09:15:00Z") == 900);   // over Sunday
  CHECK(counted_s(shop, "2026-01-03T18:00:00Z", "2026-01-05T09:15:01Z") == 901);
}

TEST_CASE("location facts: open time over a night, and over a night in which the clock changes", "[fleet]") {
  const auto open_s = [](const LocationFacts& shop, const char* from, const char* to) { return open_time(shop, *parse_instant(from), *parse_instant(to))->micros / 1'000'000; };
  const LocationFacts bar = shop_facts("Sa 22:00-04:00");
  CHECK(open_s(bar, "2026-01-03T12:00:00Z", "2026-01-04T12:00:00Z") == 6 * 3'600);
  CHECK(open_s(bar, "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z") == 5 * 3'600);  // an hour is left out
  CHECK(open_s(bar, "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z") == 7 * 3'600);  // an hour comes twice
  CHECK(counted_s(bar, "2026-03-29T00:30:00Z", "2026-03-29T02:59:59Z") == 8'999);
  CHECK(counted_s(bar, "2026-03-29T00:30:00Z", "2026-03-29T03:00:00Z") == 0);       // 04:00 there: closed
  CHECK(counted_s(bar, "2026-10-25T00:30:00Z", "2026-10-25T03:59:59Z") == 12'599);
  CHECK(counted_s(bar, "2026-10-25T00:30:00Z", "2026-10-25T04:00:00Z") == 0);
  const LocationFacts shop = shop_facts("09:00-18:00");
  CHECK(open_s(shop, "2026-03-28T18:00:00Z", "2026-03-29T08:30:00Z") == 1'800);     // opens at 08:00 UTC from then on
  CHECK(open_s(shop, "2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z") == 0);
  CHECK(open_s(shop_facts("09:00-18:00", "Asia/Tokyo"), "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z") == 9 * 3'600);
}

TEST_CASE("location facts: all silence counts where the hours are not known, and once the agent is missing", "[fleet]") {
  for (const LocationFacts& unknown : {shop_facts("nine to five"), shop_facts("24/7", ""), shop_facts("24/7", "Nowhere/Town"), LocationFacts{}}) {
    CHECK(counted_s(unknown, "2026-01-05T20:00:00Z", "2026-01-06T08:00:00Z") == 12 * 3'600);
    CHECK_FALSE(open_time(unknown, Instant{0}, Instant{1}));
  }
  const LocationFacts shop = shop_facts("09:00-18:00");
  CHECK(counted_s(shop, "2026-01-05T12:00:01Z", "2026-01-12T12:00:00Z") == 7 * 9 * 3'600 - 1);
  CHECK(counted_s(shop, "2026-01-05T12:00:00Z", "2026-01-12T12:00:00Z") == 7 * 86'400);
  CHECK(counted_s(shop, "2026-01-05T12:00:00Z", "2026-01-12T20:00:00Z") == 0);  // closed now
}
