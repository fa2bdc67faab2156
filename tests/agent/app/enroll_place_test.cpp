#include "agent/app/enroll_place.h"

#include <catch2/catch.hpp>

namespace tillsync::agent {
namespace {

std::string told(const std::string& pattern, const std::string& host, HostCase letters = HostCase::kKeep) {
  const auto place = place_in_host_name(pattern, host, letters);
  return place ? place->location + "|" + place->till : "none";
}

}  // namespace

TEST_CASE("place: location and till are taken out of the host name", "[agent][app]") {
  CHECK(told("pos-{location}-{till}", "pos-GB-2") == "GB|2");
  CHECK(told("pos-{location}-{till}", "POS-gb-2.shop.example", HostCase::kUpper) == "GB|2");
  CHECK(told("pos-{location}-{till}", "pos-GB-T2", HostCase::kLower) == "gb|t2");
  CHECK(told("{till}", "GB-1") == "|GB-1");
  CHECK(told("{location}pc*", "0012pc7") == "0012|");
  CHECK(told("*-{location}-*", "x-GB-y") == "GB|");
}

TEST_CASE("place: the first part takes as much as it can", "[agent][app]") {
  CHECK(told("pos-{location}-{till}", "pos-uk-leeds-2") == "uk-leeds|2");
  CHECK(told("{till}-{location}", "a-b-c") == "c|a-b");
}

TEST_CASE("place: a host name of another form, or a part without a character, is none", "[agent][app]") {
  CHECK(told("pos-{location}-{till}", "pos-GB") == "none");
  CHECK(told("pos-{location}-{till}", "pos-GB-") == "none");
  CHECK(told("pos-{location}-{till}", "pc-GB-1") == "none");
  CHECK(told("{location}", "") == "none");
}

TEST_CASE("place: a pattern without a part, with one twice or with too many stars is refused with what to write", "[agent][app]") {
  for (const char* pattern : {"", "pos-*", "{location}-{location}", "{till}{till}", "*{till}**"}) {
    const auto refused = place_in_host_name(pattern, "pos-GB-1", HostCase::kKeep);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().hint.find("pos-{location}-{till}") != std::string::npos);
  }
  CHECK(told("*{till}*", "1") == "|1");  // kHostStarsMax
}

TEST_CASE("place: keep, upper and lower are all that can become of letters", "[agent][app]") {
  CHECK(parse_host_case("").value() == HostCase::kKeep);
  CHECK(parse_host_case("keep").value() == HostCase::kKeep);
  CHECK(parse_host_case("upper").value() == HostCase::kUpper);
  CHECK(parse_host_case("lower").value() == HostCase::kLower);
  CHECK_FALSE(parse_host_case("UPPER"));
}

}  // namespace tillsync::agent
