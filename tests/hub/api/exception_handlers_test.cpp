// /v1/exceptions and its steps.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("exceptions: assigned and dismissed with a reason, once", "[api]") {
  ApiStand stand;
  stand.add_sale("1", "NOSUCH");
  const std::string path = "/v1/exceptions/" + stand.items("/v1/exceptions?code=unknown_sku").at(0).at("exception_id").get<std::string>();
  CHECK(stand.call("POST", path + "/assign", "{}").status == 422);
  CHECK(stand.call("POST", path + "/assign", json{{"assignee", std::string(1'001, 'a')}}.dump()).status == 422);
  CHECK(stand.call("POST", path + "/assign", json{{"assignee", std::string(1'000, 'a')}}.dump()).status == 200);
  const auto assigned = stand.call("POST", path + "/assign", R"({"assignee":"ana"})");
  CHECK(assigned.status == 200);
  CHECK(json::parse(assigned.body).at("status") == "assigned");
  CHECK(stand.items("/v1/exceptions?status=assigned&assignee=ana").size() == 1);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":""})").status == 422);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":"known"})").status == 200);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":"again"})").status == 409);
  CHECK(stand.get(path).at("steps").size() == 4);
  CHECK(stand.call("GET", "/v1/exceptions/x_nosuch").status == 404);
  CHECK(stand.call("POST", "/v1/exceptions/x_nosuch/dismiss", R"({"reason":"r"})").status == 404);
  CHECK(stand.call("GET", "/v1/exceptions?status=nosuch").status == 422);
}

TEST_CASE("exceptions: the assigned ones are chosen before they are paged", "[api]") {
  ApiStand stand;
  for (const char* number : {"1", "2", "3"}) stand.add_sale(number, std::string("NOSUCH") + number);
  const json all = stand.items("/v1/exceptions?code=unknown_sku");
  REQUIRE(all.size() == 3);
  // The oldest one, which an unfiltered page of one would not show.
  const std::string id = all.at(2).at("exception_id");
  REQUIRE(stand.call("POST", "/v1/exceptions/" + id + "/assign", R"({"assignee":"ana"})").status == 200);
  const json page = stand.get("/v1/exceptions?status=assigned&limit=1");
  REQUIRE(page.at("items").size() == 1);
  CHECK(page.at("items").at(0).at("exception_id") == id);
  CHECK(page.at("next").is_null());
}
