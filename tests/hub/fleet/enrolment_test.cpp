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
AgentRecord granted() { return decide_enrolment(request(), token(), std::nullopt, kEnrolmentNow).agent; }

}  // namespace

TEST_CASE("enrolment: a good token makes an unknown key an agent at its location", "[fleet]") {
  const auto decision = decide_enrolment(request(), token(), std::nullopt, kEnrolmentNow);
  CHECK(decision.status == EnrolmentStatus::kGranted);
  CHECK(decision.agent.location.value == "GB");
  CHECK(decision.agent.agent_id.value.starts_with("a_"));
  CHECK(decision.agent.agent_id.value.size() == 28);
  CHECK(refusal_text(decision.status).empty());
}

TEST_CASE("enrolment: the same key and token again get the same answer, even when the token is spent and old", "[fleet]") {
  const auto decision = decide_enrolment(request(), token(1), granted(), kEnrolmentNow + seconds(1'000));
  CHECK(decision.status == EnrolmentStatus::kSameAgain);
  CHECK(decision.agent.agent_id == granted().agent_id);
}

TEST_CASE("enrolment: unknown, expired and used-up tokens are refused", "[fleet]") {
  CHECK(decide_enrolment(request(), std::nullopt, std::nullopt, kEnrolmentNow).status == EnrolmentStatus::kUnknownToken);
  CHECK(decide_enrolment(request(), std::nullopt, granted(), kEnrolmentNow).status == EnrolmentStatus::kUnknownToken);
  CHECK(decide_enrolment(request(), token(1), std::nullopt, kEnrolmentNow).status == EnrolmentStatus::kUsedUp);
  const Instant end = token().expires_at;
  CHECK(decide_enrolment(request(), token(), std::nullopt, end - Duration{1}).status == EnrolmentStatus::kGranted);
  CHECK(decide_enrolment(request(), token(), std::nullopt, end).status == EnrolmentStatus::kExpired);
  for (const auto status : {EnrolmentStatus::kUnknownToken, EnrolmentStatus::kExpired, EnrolmentStatus::kUsedUp,
                            EnrolmentStatus::kRevoked, EnrolmentStatus::kOtherLocation}) {
    CHECK(!refusal_text(status).empty());
  }
}

TEST_CASE("enrolment: a revoked key stays out, whatever token it brings", "[fleet]") {
  AgentRecord revoked = granted();
  revoked.standing = Standing::kRevoked;
  CHECK(decide_enrolment(request(), token(), revoked, kEnrolmentNow).status == EnrolmentStatus::kRevoked);
}

TEST_CASE("enrolment: a key does not move to another location", "[fleet]") {
  EnrolmentToken other = token();
  other.token_id = "t_2";
  CHECK(decide_enrolment(request(), other, granted(), kEnrolmentNow).status == EnrolmentStatus::kSameAgain);
  other.location = LocationId("FR");
  CHECK(decide_enrolment(request(), other, granted(), kEnrolmentNow).status == EnrolmentStatus::kOtherLocation);
}
