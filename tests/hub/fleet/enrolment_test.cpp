#include "hub/fleet/enrolment.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kEnrolmentNow{1'000'000'000};

EnrolmentToken token(std::int64_t uses = 0) {
  return {.token_id = "t_1",
          .location = LocationId("GB"),
          .uses_max = 1,
          .uses = uses,
          .created_at = {},
          .created_by = "admin",
          .expires_at = kEnrolmentNow + seconds(60)};
}
EnrolmentRequest request() { return {.public_key = "key-1", .name = "till pc", .version = "0.1.0"}; }
AgentRecord granted() { return decide_enrolment(request(), token(), std::nullopt, {}, kEnrolmentNow).agent; }

}  // namespace

TEST_CASE("enrolment: a good token makes an unknown key an agent at its location", "[fleet]") {
  const auto decision = decide_enrolment(request(), token(), std::nullopt, {}, kEnrolmentNow);
  CHECK(decision.status == EnrolmentStatus::kGranted);
  CHECK(decision.agent.location.value == "GB");
  CHECK(decision.agent.agent_id.value.starts_with("a_"));
  CHECK(decision.agent.agent_id.value.size() == 28);
  CHECK(decision.refusal.empty());
  CHECK_FALSE(decision.made_location);
}

TEST_CASE("enrolment: the same key and token again get the same answer, even when the token is spent and old", "[fleet]") {
  const auto decision = decide_enrolment(request(), token(1), granted(), {}, kEnrolmentNow + seconds(1'000));
  CHECK(decision.status == EnrolmentStatus::kSameAgain);
  CHECK(decision.agent.agent_id == granted().agent_id);
}

TEST_CASE("enrolment: unknown, expired and used-up tokens are refused", "[fleet]") {
  CHECK(decide_enrolment(request(), std::nullopt, std::nullopt, {}, kEnrolmentNow).status == EnrolmentStatus::kUnknownToken);
  CHECK(decide_enrolment(request(), std::nullopt, granted(), {}, kEnrolmentNow).status == EnrolmentStatus::kUnknownToken);
  CHECK(decide_enrolment(request(), token(1), std::nullopt, {}, kEnrolmentNow).status == EnrolmentStatus::kUsedUp);
  const Instant end = token().expires_at;
  CHECK(decide_enrolment(request(), token(), std::nullopt, {}, end - Duration{1}).status == EnrolmentStatus::kGranted);
  CHECK(decide_enrolment(request(), token(), std::nullopt, {}, end).status == EnrolmentStatus::kExpired);
  CHECK_FALSE(decide_enrolment(request(), token(), std::nullopt, {}, end).refusal.empty());
}

TEST_CASE("enrolment: a revoked key stays out, whatever token it brings", "[fleet]") {
  AgentRecord revoked = granted();
  revoked.standing = Standing::kRevoked;
  CHECK(decide_enrolment(request(), token(), revoked, {}, kEnrolmentNow).status == EnrolmentStatus::kRevoked);
}

TEST_CASE("enrolment: a key does not move to another location", "[fleet]") {
  EnrolmentToken other = token();
  other.token_id = "t_2";
  CHECK(decide_enrolment(request(), other, granted(), {}, kEnrolmentNow).status == EnrolmentStatus::kSameAgain);
  other.location = LocationId("FR");
  CHECK(decide_enrolment(request(), other, granted(), {}, kEnrolmentNow).status == EnrolmentStatus::kOtherLocation);
}

namespace {

/// A token for two PCs that say themselves where they stand.
EnrolmentToken group_token(TokenReach reach, std::string group = "") {
  EnrolmentToken made = token();
  made.location = {};
  made.uses_max = 2;
  made.reach = reach;
  made.group = std::move(group);
  return made;
}
EnrolmentRequest from(const std::string& location, const std::string& till = "") {
  EnrolmentRequest made = request();
  made.location = location;
  made.till = till;
  return made;
}
EnrolmentPlace known_place(const std::string& group = "", const std::vector<std::string>& tills = {}) {
  EnrolmentPlace place;
  place.location = Location{};
  place.location->id = LocationId("GB");
  place.location->group = group;
  for (const std::string& till : tills) {
    place.location->tills.emplace_back();
    place.location->tills.back().id = TillId(till);
  }
  return place;
}
EnrolmentStatus status_of(const EnrolmentRequest& asked, const EnrolmentToken& shown, const EnrolmentPlace& place = {}, const std::optional<AgentRecord>& existing = {}) {
  const auto decision = decide_enrolment(asked, shown, existing, place, kEnrolmentNow);
  CHECK(decision.refusal.empty() == decision.is_granted());
  return decision.status;
}

}  // namespace

TEST_CASE("enrolment: a group token takes a PC where it says that it stands", "[fleet]") {
  const auto decision = decide_enrolment(from("GB", "GB-1"), group_token(TokenReach::kKnownLocations), std::nullopt, known_place(), kEnrolmentNow);
  CHECK(decision.status == EnrolmentStatus::kGranted);
  CHECK(decision.agent.location.value == "GB");
  CHECK(decision.agent.till == "GB-1");
  CHECK_FALSE(decision.made_location);
  CHECK(status_of(from(""), group_token(TokenReach::kKnownLocations)) == EnrolmentStatus::kNoLocation);
  CHECK(status_of(from("G\nB"), group_token(TokenReach::kAnyLocation)) == EnrolmentStatus::kBadName);
  CHECK(status_of(from("GB", std::string(65, 't')), group_token(TokenReach::kKnownLocations), known_place()) == EnrolmentStatus::kBadName);
  CHECK(status_of(from("GB", std::string(64, 't')), group_token(TokenReach::kKnownLocations), known_place()) == EnrolmentStatus::kGranted);
}

TEST_CASE("enrolment: a location that is not known is refused by its name, or made where the token says so", "[fleet]") {
  const auto refused = decide_enrolment(from("LEEDS"), group_token(TokenReach::kKnownLocations), std::nullopt, {}, kEnrolmentNow);
  CHECK(refused.status == EnrolmentStatus::kUnknownLocation);
  CHECK(refused.refusal.find("tillsyncctl location put LEEDS") != std::string::npos);
  const auto made = decide_enrolment(from("LEEDS"), group_token(TokenReach::kAnyLocation, "stores"), std::nullopt, {}, kEnrolmentNow);
  CHECK(made.status == EnrolmentStatus::kGranted);
  REQUIRE(made.made_location);
  CHECK(made.made_location->id.value == "LEEDS");
  CHECK(made.made_location->group == "stores");
}

TEST_CASE("enrolment: a group token keeps to its group", "[fleet]") {
  for (const TokenReach reach : {TokenReach::kKnownLocations, TokenReach::kAnyLocation}) {
    CHECK(status_of(from("GB"), group_token(reach, "stores"), known_place("stores")) == EnrolmentStatus::kGranted);
    CHECK(status_of(from("GB"), group_token(reach, "stores"), known_place("warehouses")) == EnrolmentStatus::kWrongGroup);
    CHECK(status_of(from("GB"), group_token(reach), known_place("warehouses")) == EnrolmentStatus::kGranted);
  }
}

TEST_CASE("enrolment: uses are granted up to the limit and not one beyond", "[fleet]") {
  EnrolmentToken shown = group_token(TokenReach::kKnownLocations);
  shown.uses = 1;
  CHECK(status_of(from("GB"), shown, known_place()) == EnrolmentStatus::kGranted);
  shown.uses = 2;
  CHECK(status_of(from("GB"), shown, known_place()) == EnrolmentStatus::kUsedUp);
  CHECK(status_of(from("GB"), shown, known_place(), granted()) == EnrolmentStatus::kSameAgain);  // the first answer was lost
}

TEST_CASE("enrolment: a revoked token takes nobody new, and gives the same answer to whom it took", "[fleet]") {
  EnrolmentToken shown = token(1);
  shown.uses_max = 2;
  shown.revoked_at = kEnrolmentNow;
  CHECK(status_of(request(), shown) == EnrolmentStatus::kTokenRevoked);
  CHECK(status_of(request(), shown, {}, granted()) == EnrolmentStatus::kSameAgain);
}

TEST_CASE("enrolment: a till has one agent, and is one of the location's where that lists them", "[fleet]") {
  EnrolmentPlace place = known_place("", {"GB-1", "GB-2"});
  const EnrolmentToken shown = group_token(TokenReach::kAnyLocation);
  CHECK(status_of(from("GB", "GB-2"), shown, place) == EnrolmentStatus::kGranted);
  CHECK(status_of(from("GB", "GB-3"), shown, place) == EnrolmentStatus::kUnknownTill);
  CHECK(status_of(from("GB"), shown, place) == EnrolmentStatus::kGranted);
  place.till_holder = AgentId("a_first");
  const auto taken = decide_enrolment(from("GB", "GB-2"), shown, std::nullopt, place, kEnrolmentNow);
  CHECK(taken.status == EnrolmentStatus::kTillTaken);
  CHECK(taken.refusal.find("a_first") != std::string::npos);
}

TEST_CASE("enrolment: a token of one location says when the PC means another one", "[fleet]") {
  CHECK(status_of(from("GB"), token()) == EnrolmentStatus::kGranted);
  CHECK(status_of(from("FR"), token()) == EnrolmentStatus::kWrongLocation);
}

TEST_CASE("enrolment: a key that an image has copied is found when its PCs say other places", "[fleet]") {
  const EnrolmentToken shown = group_token(TokenReach::kKnownLocations);
  AgentRecord first = granted();
  first.till = "GB-1";
  CHECK(status_of(from("GB", "GB-1"), shown, known_place(), first) == EnrolmentStatus::kSameAgain);
  CHECK(status_of(from("GB", "GB-2"), shown, known_place(), first) == EnrolmentStatus::kOtherTill);
  CHECK(status_of(from("FR", "GB-1"), shown, known_place(), first) == EnrolmentStatus::kOtherLocation);
}

TEST_CASE("enrolment: the names of reaches are read as they are written", "[fleet]") {
  for (const TokenReach reach : {TokenReach::kOneLocation, TokenReach::kKnownLocations, TokenReach::kAnyLocation}) CHECK(parse_token_reach(to_string(reach)) == reach);
  CHECK_FALSE(parse_token_reach("some"));
}
