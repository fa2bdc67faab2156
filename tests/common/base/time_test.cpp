#include "common/base/time.h"

#include <catch2/catch.hpp>

using namespace tillsync;

TEST_CASE("time: dates there and back, from the first to the last", "[base][time]") {
  CHECK(parse_date("1970-01-01")->days == 0);
  CHECK(parse_date("2010-12-01")->days == 14'944);
  CHECK(parse_date("9999-12-31") == kDateMax);
  for (const char* text : {"1970-01-01", "2000-02-29", "2010-12-01", "2012-02-29", "2100-02-28", "9999-12-31"})
    CHECK(format_date(*parse_date(text)) == text);
}

TEST_CASE("time: days that no calendar has are refused", "[base][time]") {
  for (const char* text : {"2011-02-29", "2100-02-29", "2010-13-01", "2010-00-10", "2010-04-31", "2010-12-00",
                           "1969-12-31", "10000-01-01", "2010-1-01", "2010-12-1", "20101201", "2010/12/01",
                           "2010-12-01 ", " 2010-12-01", "", "2010-12-0x", "2010-12-01T"}) {
    INFO(text);
    CHECK(parse_date(text).error().code == ErrorCode::kInvalid);
  }
}

TEST_CASE("time: instants are microseconds of UTC", "[base][time]") {
  CHECK(parse_instant("1970-01-01T00:00:00Z")->micros == 0);
  CHECK(parse_instant("2010-12-01T08:26:00Z")->micros == 1'291'191'960'000'000);
  CHECK(parse_instant("2010-12-01T09:26:00+01:00") == *parse_instant("2010-12-01T08:26:00Z"));
  CHECK(parse_instant("2010-11-30T23:56:00-08:30") == *parse_instant("2010-12-01T08:26:00Z"));
  CHECK(parse_instant("2010-12-01t08:26:00z") == *parse_instant("2010-12-01 08:26:00Z"));
  CHECK(parse_instant("9999-12-31T23:59:59.999999Z") == kInstantMax);
  CHECK(parse_instant("2016-12-31T23:59:60Z") == *parse_instant("2017-01-01T00:00:00Z"));  // a leap second
}

TEST_CASE("time: decimals of a second are kept to the microsecond and cut behind it", "[base][time]") {
  const std::int64_t whole = parse_instant("2010-12-01T08:26:00Z")->micros;
  CHECK(parse_instant("2010-12-01T08:26:00.5Z")->micros == whole + 500'000);
  CHECK(parse_instant("2010-12-01T08:26:00.000001Z")->micros == whole + 1);
  CHECK(parse_instant("2010-12-01T08:26:00.0000019999999999999999999Z")->micros == whole + 1);
}

TEST_CASE("time: what is no RFC 3339 time is refused", "[base][time]") {
  for (const char* text :
       {"", "2010-12-01", "2010-12-01T08:26:00", "2010-12-01T08:26Z", "2010-12-01T24:00:00Z", "2010-12-01T08:60:00Z",
        "2010-12-01T08:26:61Z", "2010-12-01T08:26:00.Z", "2010-12-01T08:26:00+0100", "2010-12-01T08:26:00+24:00",
        "2010-12-01T08:26:00+01:60", "2010-12-01T08:26:00+01:0", "2010-12-01T08:26:00Zx", "2010-12-01T08-26-00Z",
        "2010-02-30T08:26:00Z", "2010-12-01X08:26:00Z", "2010-12-01T08:26:00.5"}) {
    INFO(text);
    CHECK(parse_instant(text).error().code == ErrorCode::kInvalid);
  }
}

TEST_CASE("time: an offset cannot lead out of the years that have a text", "[base][time]") {
  CHECK_FALSE(parse_instant("1970-01-01T00:00:00+00:01").has_value());
  CHECK(parse_instant("1970-01-01T00:01:00+00:01").has_value());
  CHECK_FALSE(parse_instant("9999-12-31T23:59:59-00:01").has_value());
}

TEST_CASE("time: an instant is written in UTC, with decimals only where there are any", "[base][time]") {
  CHECK(format_instant(Instant{0}) == "1970-01-01T00:00:00Z");
  CHECK(format_instant(Instant{1'291'191'960'000'000}) == "2010-12-01T08:26:00Z");
  CHECK(format_instant(Instant{1'291'191'960'500'000}) == "2010-12-01T08:26:00.5Z");
  CHECK(format_instant(Instant{1'291'191'960'000'010}) == "2010-12-01T08:26:00.00001Z");
  CHECK(format_instant(kInstantMax) == "9999-12-31T23:59:59.999999Z");
  CHECK(format_instant(Instant{-1}) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("time: the date of an instant is that of UTC, also before 1970", "[base][time]") {
  CHECK(date_of(*parse_instant("2010-12-01T00:00:00Z")) == *parse_date("2010-12-01"));
  CHECK(date_of(*parse_instant("2010-12-01T23:59:59.999999Z")) == *parse_date("2010-12-01"));
  CHECK(date_of(*parse_instant("2010-12-02T00:30:00+01:00")) == *parse_date("2010-12-01"));
  CHECK(date_of(Instant{-1}) == Date{-1});
  CHECK(date_of(Instant{0}) == Date{0});
}

TEST_CASE("time: durations add up", "[base][time]") {
  CHECK(seconds(2) + milliseconds(5) == Duration{2'005'000});
  CHECK(Instant{10} + Duration{5} - Duration{3} == Instant{12});
  CHECK(Instant{10} - Instant{12} == Duration{-2});
}
