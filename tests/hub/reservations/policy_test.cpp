#include "hub/reservations/policy.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "common/contract/reservation.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

std::string refused(const std::string& json) {
  const auto policy = parse_policy(json);
  REQUIRE_FALSE(policy.has_value());
  CHECK(policy.error().code == ErrorCode::kInvalid);
  return policy.error().detail;
}

}  // namespace

TEST_CASE("policy: an empty file is the defaults", "[reservations][policy]") {
  const auto policy = parse_policy("{}");
  REQUIRE(policy.has_value());
  CHECK(policy->hold_default_s == 900);
  CHECK(policy->ruling == std::vector{RulingKey::kPriority, RulingKey::kAge, RulingKey::kValue});
  CHECK(policy->ruling_re_sources);
  CHECK(policy->leases.empty());
}

TEST_CASE("policy: everything that can be said", "[reservations][policy]") {
  const auto policy = parse_policy(R"({"hold_default_s": 60, "dark_after_s": 30, "nearest": ["WH1", "GB"], "ruling": ["value", "age"], "ruling_re_sources": false,
    "leases": [{"stock_class": "fast", "share": "0.25", "min": "2", "max": "50", "ttl_s": 3600}] /* comments are allowed */})");
  REQUIRE(policy.has_value());
  CHECK(policy->hold_default_s == 60);
  CHECK(policy->nearest == std::vector{LocationId("WH1"), LocationId("GB")});
  CHECK(policy->ruling == std::vector{RulingKey::kValue, RulingKey::kAge});
  CHECK_FALSE(policy->ruling_re_sources);
  REQUIRE(policy->leases.size() == 1);
  CHECK(policy->leases[0].share_ppm == 250'000);
  CHECK(policy->leases[0].min.milli == 2'000);
  CHECK(policy->leases[0].max.milli == 50'000);
  CHECK(policy->leases[0].ttl_s == 3'600);
}

TEST_CASE("policy: what is wrong is said with its place", "[reservations][policy]") {
  CHECK(refused("[]") == "the file: is no JSON object");
  CHECK(refused("{") == "the file: is no JSON object");
  CHECK(refused(R"({"holt_default_s": 1})").starts_with("/holt_default_s: is not known; known are hold_default_s"));
  CHECK(refused(R"({"nearest": "WH1"})") == "/nearest: a list");
  CHECK(refused(R"({"nearest": [1]})") == "/nearest/0: the id of a location");
  CHECK(refused(R"({"ruling": ["luck"]})") == "/ruling/0: priority, age or value");
  CHECK(refused(R"({"ruling": ["age", "age"]})") == "/ruling/1: stands twice");
  CHECK(refused(R"({"ruling_re_sources": 1})") == "/ruling_re_sources: true or false");
  CHECK(refused(R"({"leases": [{"share": "0.1"}]})").starts_with("/leases/0/stock_class"));
  CHECK(refused(R"({"leases": [{"stock_class": "x", "share": "a"}]})").starts_with("/leases/0/share"));
  CHECK(refused(std::string(kPolicyBytesMax + 1, ' ')).starts_with("the file: is larger"));
}

TEST_CASE("policy: limits hold at the limit and not beyond", "[reservations][policy][limits]") {
  const auto with = [](const std::string& name, const std::string& value) { return "{\"" + name + "\": " + value + "}"; };
  const auto lease = [](const std::string& more) { return R"({"leases": [{"stock_class": "x", )" + more + "}]}"; };
  CHECK(parse_policy(with("hold_default_s", std::to_string(kHoldSecondsMax))));
  CHECK_FALSE(parse_policy(with("hold_default_s", std::to_string(kHoldSecondsMax + 1))));
  CHECK_FALSE(parse_policy(with("hold_default_s", "0")));
  CHECK(parse_policy(lease(R"("share": "1")")));
  CHECK_FALSE(parse_policy(lease(R"("share": "1.000001")")));
  CHECK(parse_policy(lease("\"ttl_s\": " + std::to_string(kLeaseSecondsMin))));
  CHECK_FALSE(parse_policy(lease("\"ttl_s\": " + std::to_string(kLeaseSecondsMin - 1))));
  CHECK(parse_policy(lease("\"ttl_s\": " + std::to_string(kLeaseSecondsMax))));
  CHECK_FALSE(parse_policy(lease("\"ttl_s\": " + std::to_string(kLeaseSecondsMax + 1))));
  CHECK(parse_policy("{}" + std::string(kPolicyBytesMax - 2, ' ')));
}

TEST_CASE("policy: the example in packaging is one", "[reservations][policy]") {
  const char* source = std::getenv("TILLSYNC_SOURCE_DIR");
  REQUIRE(source != nullptr);
  std::ifstream file(std::filesystem::path(source) / "packaging/reservation-policy.json");
  REQUIRE(file.is_open());
  std::stringstream text;
  text << file.rdbuf();
  const auto policy = parse_policy(text.str());
  INFO((policy ? std::string() : to_string(policy.error())));
  REQUIRE(policy.has_value());
  CHECK_FALSE(policy->leases.empty());
}
