// GET /v1/stock.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("stock: what was sold is missing on hand, without age where no agent was ever heard", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  const json stock = stand.items("/v1/stock?location=GB&sku=A");
  REQUIRE(stock.size() == 1);
  CHECK(stock[0].at("on_hand") == "-6");
  CHECK(stock[0].at("state") == "sellable");
  CHECK(stock[0].at("age_s").is_null());
  CHECK(stock[0].at("as_of").is_null());
  CHECK(stock[0].at("counted_at").is_null());
}

TEST_CASE("stock: its age is the silence of the location's newest agent", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  const auto enrol = [&](const std::string& key, const std::string& location, std::int64_t silence_s) {
    AgentRecord agent;
    agent.agent_id = AgentId("a_" + key);
    agent.location = LocationId(location);
    agent.public_key = key;
    stand.agents.put(agent);
    stand.agents.set_status(key, {}, "0.1.0", os::now() - seconds(silence_s));
  };
  enrol("old", "GB", 5'000);
  enrol("new", "GB", 1'000);
  enrol("elsewhere", "FR", 0);
  const std::int64_t age_s = stand.items("/v1/stock?location=GB").at(0).at("age_s");
  CHECK(age_s >= 1'000);
  CHECK(age_s < 5'000);
}

TEST_CASE("stock: filters, pages, and refusals", "[api]") {
  ApiStand stand;
  stand.add_sale("1", "A");
  stand.add_sale("2", "B");
  stand.add_sale("3", "C");
  CHECK(stand.items("/v1/stock?sku=B").size() == 1);
  CHECK(stand.items("/v1/stock?sku=b").empty());  // case matters
  CHECK(stand.items("/v1/stock?location=FR").empty());
  CHECK(stand.items("/v1/stock?state=damaged").empty());
  const json first = stand.get("/v1/stock?limit=2");
  REQUIRE(first.at("items").size() == 2);
  const json second = stand.get("/v1/stock?limit=2&after=" + first.at("next").get<std::string>());
  REQUIRE(second.at("items").size() == 1);
  CHECK(second.at("next").is_null());
  CHECK(second.at("items").at(0).at("sku") != first.at("items").at(1).at("sku"));
  CHECK(stand.call("GET", "/v1/stock?after=yesterday").status == 422);
}
