#include "hub/fleet/opening_hours.h"

#include <catch2/catch.hpp>

#include <string>

using namespace tillsync::hub;

namespace {

bool open_at(const char* text, int weekday, int hour, int minute = 0) {
  const auto hours = OpeningHours::parse(text);
  REQUIRE(hours);
  return hours->is_open({weekday, hour * 60 + minute});
}

}  // namespace

TEST_CASE("opening hours: days and spans, from the first minute to before the last", "[fleet]") {
  const char* text = "Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-16:00";
  CHECK_FALSE(open_at(text, 0, 8, 59));
  CHECK(open_at(text, 0, 9));
  CHECK(open_at(text, 4, 11, 59));
  CHECK_FALSE(open_at(text, 4, 12));
  CHECK(open_at(text, 4, 13));
  CHECK_FALSE(open_at(text, 4, 18));
  CHECK(open_at(text, 5, 10));
  CHECK_FALSE(open_at(text, 6, 12));
}

TEST_CASE("opening hours: past midnight, every day, around the clock, closed days", "[fleet]") {
  CHECK(open_at("Fr 18:00-02:00", 4, 23));
  CHECK(open_at("Fr 18:00-02:00", 5, 1, 59));
  CHECK_FALSE(open_at("Fr 18:00-02:00", 5, 2));
  CHECK_FALSE(open_at("Fr 18:00-02:00", 4, 1));
  CHECK(open_at("Su 18:00-02:00", 0, 1));  // Monday morning
  CHECK(open_at("09:00-18:00", 6, 9));
  CHECK(open_at("24/7", 3, 4));
  CHECK_FALSE(open_at("24/7; Su off", 6, 4));
  CHECK_FALSE(open_at("09:00-18:00; Mo,We-Th closed", 2, 10));
  CHECK(open_at("09:00-18:00; Mo,We-Th closed", 1, 10));
  CHECK(open_at("Sa-Mo 00:00-24:00", 0, 23, 59));
  CHECK(open_at("Sa-Mo 00:00-24:00;", 5, 0));
}

TEST_CASE("opening hours: what is not understood is not known", "[fleet]") {
  for (const char* text : {"", "  ", "nine to five", "Mo-Xx 09:00-18:00", "Mo 9-18", "Mo 09:00", "Mo 09:60-10:00", "Mo 25:00-26:00", "Mo-Tu-We 09:00-10:00", "Mo 09:00-18:00; PH", "Mo"})
    CHECK_FALSE(OpeningHours::parse(text));
  std::string at_limit = "24/7";
  at_limit.resize(kOpeningHoursBytesMax, ' ');
  CHECK(OpeningHours::parse(at_limit));
  CHECK_FALSE(OpeningHours::parse(at_limit + " "));
}

TEST_CASE("opening hours: the open part of a span is counted once, whatever spans lie over each other and wherever it begins", "[fleet]") {
  constexpr std::int64_t kMinute = 60'000'000, kDay = 24 * 60 * kMinute, kMonday = 4 * kDay;  // 5 January 1970
  const auto open = [](const char* text, std::int64_t from, std::int64_t to) { return OpeningHours::parse(text)->open_micros(from, to) / kMinute; };
  const char* text = "Mo-Fr 09:00-18:00";
  CHECK(open(text, kMonday, kMonday + kDay) == 9 * 60);
  CHECK(open(text, kMonday, kMonday + 7 * kDay) == 5 * 9 * 60);
  CHECK(open(text, kMonday + 9 * 60 * kMinute, kMonday + 9 * 60 * kMinute + kMinute) == 1);
  CHECK(open(text, kMonday + 18 * 60 * kMinute, kMonday + kDay + 9 * 60 * kMinute) == 0);
  CHECK(open(text, kMonday + 17 * 60 * kMinute, kMonday + kDay + 10 * 60 * kMinute) == 2 * 60);
  CHECK(open(text, kMonday - kDay, kMonday) == 0);          // Sunday
  CHECK(open(text, kMonday + kDay, kMonday) == 0);          // no span
  CHECK(open("24/7", kMonday + kMinute, kMonday + 3 * kDay) == 3 * 24 * 60 - 1);
  CHECK(open("Mo 09:00-14:00,12:00-18:00,10:00-11:00", kMonday, kMonday + kDay) == 9 * 60);
  CHECK(open("Mo 18:00-02:00", kMonday + kDay, kMonday + 2 * kDay) == 2 * 60);  // what is left of Monday's evening
  CHECK(open("Mo-Su 00:00-24:00", -3 * kDay, 0) == 3 * 24 * 60);                 // before 1970
}
