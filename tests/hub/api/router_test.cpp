#include "hub/api/router.h"

#include <catch2/catch.hpp>

using namespace tillsync::hub;

namespace {
const std::vector<Route> kRoutes = {{"GET", "/v1/agents", Role::kViewer, Repeat::kSafe},
                                    {"GET", "/v1/agents/{id}", Role::kViewer, Repeat::kSafe},
                                    {"PUT", "/v1/agents/{id}", Role::kOperator, Repeat::kIdempotent},
                                    {"POST", "/v1/agents/{id}/revoke", Role::kAdministrator, Repeat::kIdempotencyKey}};
}

TEST_CASE("router: segments match whole, parameters take one segment", "[api]") {
  CHECK(match_path("/v1/agents", "/v1/agents")->empty());
  CHECK(match_path("/v1/agents/{id}", "/v1/agents/a_1") == std::vector<std::string>{"a_1"});
  CHECK_FALSE(match_path("/v1/agents", "/v1/agents/"));
  CHECK_FALSE(match_path("/v1/agents/{id}", "/v1/agents/"));
  CHECK_FALSE(match_path("/v1/agents/{id}", "/v1/agents/a/b"));
  CHECK_FALSE(match_path("/v1/agents", "/v1/agentsx"));
  CHECK_FALSE(match_path("/v1/agents", ""));
  CHECK_FALSE(match_path("/v1/agents", "v1/agents"));
}

TEST_CASE("router: a path with another method names the methods that it takes", "[api]") {
  CHECK(find_route(kRoutes, "POST", "/v1/agents/a_1/revoke").route == 3);
  CHECK(find_route(kRoutes, "HEAD", "/v1/agents").status == MatchStatus::kFound);
  const auto wrong = find_route(kRoutes, "DELETE", "/v1/agents/a_1");
  CHECK(wrong.status == MatchStatus::kNoSuchMethod);
  CHECK(wrong.allowed == "GET, PUT");
  CHECK(find_route(kRoutes, "GET", "/v1/nothing").status == MatchStatus::kNoSuchPath);
}

TEST_CASE("router: roles ascend and have names", "[api]") {
  for (const Role role : {Role::kPublic, Role::kViewer, Role::kOperator, Role::kFinance, Role::kAdministrator}) CHECK(parse_role(to_string(role)) == role);
  CHECK_FALSE(parse_role("root"));
  CHECK(Role::kViewer < Role::kAdministrator);
}
