#include "agent/sync/enroll_client.h"

#include <catch2/catch.hpp>

#include <future>

#include "common/base/limits.h"
#include "tests/common/transport/loopback.h"

namespace tillsync::agent {
namespace {

/// A hub that gives every frame the same answer.
struct EnrollingHub {
  transport::CurveKeyPair keys = transport::generate_key_pair();
  std::unique_ptr<transport::RouterSocket> router;
  std::optional<wire::Enroll> asked;

  EnrollingHub() {
    auto bound = transport::RouterSocket::bind_curve(transport::make_context(), "tcp://127.0.0.1:*", keys,
                                                     [](std::string_view) { return true; }, kFrameBytesMax);
    REQUIRE(bound);
    router = std::move(*bound);
  }
  Result<wire::Enrolled> enrolled_with(const std::string& hub_key, const wire::Message& answer) {
    auto client = std::async(std::launch::async, [&, endpoint = router->endpoint()] {
      return enroll(endpoint, hub_key, transport::generate_key_pair(), {"token", "pc", "1.0", "GB", "GB-1"});
    });
    transport::eventually([&] {
      if (auto frame = router->receive()) {
        const auto message = wire::decode(frame->frame);
        if (message && std::holds_alternative<wire::Enroll>(*message)) asked = std::get<wire::Enroll>(*message);
        router->send(frame->routing_id, wire::encode(answer));
      }
      return client.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready;
    });
    return client.get();
  }
};

}  // namespace

TEST_CASE("enrolment: shows the token and gets agent and location", "[agent][sync]") {
  EnrollingHub hub;
  const auto enrolled = hub.enrolled_with(hub.keys.public_key, wire::Enrolled{AgentId{"a_1"}, LocationId{"GB"}});
  REQUIRE(enrolled);
  CHECK(enrolled->agent_id.value == "a_1");
  CHECK(enrolled->location.value == "GB");
  CHECK(hub.asked == wire::Enroll{"token", "pc", "1.0", "GB", "GB-1"});
}

TEST_CASE("enrolment: each refusal says what to do", "[agent][sync]") {
  EnrollingHub hub;
  const auto refused = [&](wire::FaultCode code) {
    auto result = hub.enrolled_with(hub.keys.public_key, wire::Fault{code, "because", false, ""});
    REQUIRE_FALSE(result);
    return result.error();
  };
  CHECK(refused(wire::FaultCode::kBadToken).code == ErrorCode::kDenied);
  CHECK_FALSE(refused(wire::FaultCode::kBadToken).hint.empty());
  CHECK(refused(wire::FaultCode::kRevoked).code == ErrorCode::kDenied);
  CHECK(refused(wire::FaultCode::kUnsupported).code == ErrorCode::kUnsupported);
  CHECK(refused(wire::FaultCode::kBusy).code == ErrorCode::kUnavailable);
}

TEST_CASE("enrolment: another hub key than the hub's is told apart from a hub that is not there", "[agent][sync]") {
  EnrollingHub hub;
  const auto wrong_key = hub.enrolled_with(transport::generate_key_pair().public_key, wire::Credit{});
  REQUIRE_FALSE(wrong_key);
  CHECK(wrong_key.error().code == ErrorCode::kDenied);
  CHECK_FALSE(hub.asked);
}

TEST_CASE("enrolment: bad keys and endpoints are refused at once", "[agent][sync]") {
  const auto keys = transport::generate_key_pair();
  CHECK(enroll("tcp://127.0.0.1:1", "short", keys, {"t", "n", "v"}).error().code == ErrorCode::kInvalid);
  CHECK(enroll("nonsense", keys.public_key, keys, {"t", "n", "v"}).error().code == ErrorCode::kInvalid);
}

}  // namespace tillsync::agent
