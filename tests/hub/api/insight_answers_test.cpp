#include "hub/api/insight_answers.h"

#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("insight answers: needs of other parts stand in the list", "[api]") {
  ApiStand stand;
  ApiContext& context = stand.context();
  OverviewNeed need;
  need.kind = "rollout";
  need.role = "a";
  need.title = "Roll-out 17 stopped, 3 of 20 failed";
  need.href = "/rollouts/17";
  context.insight.needs.push_back([need](sql::Connection&, Instant) -> Result<std::vector<OverviewNeed>> { return std::vector{need}; });
  const auto connection = context.reads.borrow();
  const auto body = overview_json(context, *connection, os::now());
  REQUIRE(body);
  REQUIRE(body->at("needs").size() == 1);
  CHECK(body->at("needs").at(0).at("title") == need.title);
  CHECK(body->at("needs").at(0).at("need_id").get<std::string>().starts_with("n_"));
  CHECK(body->at("needs").at(0).at("due_at").is_null());
}

TEST_CASE("insight answers: as_of is added, and bytes that are no text are replaced", "[api]") {
  const json body = json::parse(with_as_of({{"a", "\xFF"}}, Instant{0}));
  CHECK(body.at("as_of") == "1970-01-01T00:00:00Z");
  CHECK(body.at("a") == "\xEF\xBF\xBD");
}

TEST_CASE("insight answers: the state of connections", "[api]") {
  ApiStand stand;
  const auto facts = breaker_facts(stand.context());
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].connector == "generic");
}
