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

TEST_CASE("availability: what can be promised, per location and in all, with its age", "[api][availability]") {
  ApiStand stand;
  const auto receive = [&stand](const std::string& no, const std::string& location, const std::string& qty) {
    const json receipt = {{"contract", "stock-movement/1"}, {"location", location}, {"source", "WMS"}, {"till", "WMS"}, {"document_no", no},
                          {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"type", "receipt"}, {"lines", {{{"sku", "A"}, {"qty", qty}}}}};
    REQUIRE(stand.call("POST", "/v1/documents", receipt.dump()).status == 201);
  };
  receive("1", "GB", "5");
  receive("2", "WH1", "7");
  const json before = stand.get("/v1/availability/changes");
  CHECK(before.at("reset") == true);
  AgentRecord agent;
  agent.agent_id = AgentId("a_1");
  agent.location = LocationId("GB");
  agent.public_key = "k";
  stand.agents.put(agent);
  stand.agents.set_status("k", {}, "0.1.0", os::now() - seconds(1'000));
  const json wanted = {{"purpose", "web"}, {"lines", {{{"line_no", 1}, {"sku", "A"}, {"qty", "2"}, {"locations", {"GB"}}}}}};
  REQUIRE(stand.call("POST", "/v1/reservations", wanted.dump()).status == 201);

  const json item = stand.get("/v1/availability?sku=A").at("items").at(0);
  CHECK(item.at("available") == "10");
  REQUIRE(item.at("locations").size() == 2);
  CHECK(item.at("locations").at(0).at("location") == "GB");
  CHECK(item.at("locations").at(0).at("reserved") == "2");
  CHECK(item.at("locations").at(0).at("is_dark") == true);
  CHECK(item.at("locations").at(0).at("age_s") >= 1'000);
  CHECK(item.at("locations").at(1).at("age_s").is_null());
  const json fresh = stand.get("/v1/availability?sku=A&max_age_s=60").at("items").at(0);
  CHECK(fresh.at("available") == "7");
  CHECK(fresh.at("locations").at(0).at("is_fresh") == false);
  CHECK(stand.get("/v1/availability?sku=A&sku=B&location=GB").at("items").size() == 2);
  CHECK(stand.get("/v1/availability?sku=A&location=GB").at("items").at(0).at("available") == "3");
  CHECK(stand.call("GET", "/v1/availability").status == 422);
  CHECK(stand.call("GET", "/v1/availability?sku=A&max_age_s=soon").status == 422);
  std::string many = "/v1/availability?sku=A";
  for (int i = 1; i < 100; ++i) many += "&sku=S" + std::to_string(i);
  CHECK(stand.call("GET", many).status == 200);
  CHECK(stand.call("GET", many + "&sku=one-more").status == 422);

  // Channels are told which SKUs changed since.
  const json changes = stand.get("/v1/availability/changes?after=" + before.at("next").get<std::string>());
  CHECK(changes.at("reset") == false);
  REQUIRE(changes.at("items").size() == 1);
  CHECK(changes.at("items").at(0).at("sku") == "A");
  const json nothing = stand.get("/v1/availability/changes?after=" + changes.at("next").get<std::string>());
  CHECK(nothing.at("items").empty());
  CHECK(nothing.at("next") == changes.at("next"));
  CHECK(stand.get("/v1/availability/changes?after=other.5").at("reset") == true);
}

TEST_CASE("stock verify: sums that are not what their records say are found, and made right by a recorded correction", "[api][reservations]") {
  ApiStand stand;
  const json receipt = {{"contract", "stock-movement/1"}, {"location", "GB"}, {"source", "WMS"}, {"till", "WMS"}, {"document_no", "1"},
                        {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"type", "receipt"}, {"lines", {{{"sku", "A"}, {"qty", "5"}}}}};
  REQUIRE(stand.call("POST", "/v1/documents", receipt.dump()).status == 201);
  const json wanted = {{"purpose", "web"}, {"lines", {{{"line_no", 1}, {"sku", "A"}, {"qty", "2"}, {"locations", {"GB"}}}}}};
  REQUIRE(stand.call("POST", "/v1/reservations", wanted.dump()).status == 201);
  CHECK(stand.items("/v1/stock/verify").empty());
  stand.write([](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE stock_position SET reserved_milli = 9000"));
    return {};
  });
  const json found = stand.items("/v1/stock/verify");
  REQUIRE(found.size() == 1);
  CHECK(found.at(0).at("what") == "reserved");
  CHECK(found.at(0).at("stored") == "9");
  CHECK(found.at(0).at("records") == "2");
  CHECK(stand.call("POST", "/v1/stock/repair", "{}").status == 422);
  CHECK(stand.call("POST", "/v1/stock/repair", R"({"reason":"found by verify"})").body == R"({"corrected":1})");
  CHECK(stand.items("/v1/stock/verify").empty());
}
