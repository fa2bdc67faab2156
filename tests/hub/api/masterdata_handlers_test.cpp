// /v1/locations, /v1/products, /v1/prices.
#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("master data: what was put can be read, and a put again changes nothing", "[api]") {
  ApiStand stand;
  const std::string location = R"({"id":"GB","name":"London","kind":"store","status":"open"})";
  for (int i = 0; i < 2; ++i) CHECK(stand.call("PUT", "/v1/locations/GB", location).status == 200);
  CHECK(stand.get("/v1/locations/GB").at("name") == "London");
  CHECK(stand.items("/v1/locations").size() == 1);
  CHECK(stand.call("PUT", "/v1/products/0012", R"({"sku":"0012","description":"leading zeros"})").status == 200);
  CHECK(stand.get("/v1/products/0012").at("sku") == "0012");
  const auto prices = stand.call("PUT", "/v1/prices", R"([{"sku":"0012","location":"GB","currency":"GBP","unit_price":"2.55"}])");
  CHECK(prices.status == 200);
  CHECK(json::parse(prices.body).at("stored") == 1);
}

TEST_CASE("master data: what is not there is not found", "[api]") {
  ApiStand stand;
  CHECK(stand.call("GET", "/v1/locations/XX").status == 404);
  CHECK(stand.call("GET", "/v1/products/XX").status == 404);
}

TEST_CASE("master data: the body has to be the record that the path names", "[api]") {
  ApiStand stand;
  CHECK(stand.call("PUT", "/v1/locations/FR", R"({"id":"GB","name":"London"})").status == 422);
  CHECK(stand.call("PUT", "/v1/products/B", R"({"sku":"A","description":"x"})").status == 422);
  CHECK(stand.call("PUT", "/v1/products/A", R"([])").status == 422);
  CHECK(stand.call("PUT", "/v1/products/A", R"({"sku":true})").status == 422);
  CHECK(stand.call("PUT", "/v1/products", R"({"sku":"A"})").status == 422);
}

TEST_CASE("master data: an old version does not overwrite a newer one", "[api]") {
  ApiStand stand;
  CHECK(stand.call("PUT", "/v1/products/A", R"({"sku":"A","description":"new","version":7})").status == 200);
  CHECK(stand.call("PUT", "/v1/products/A", R"({"sku":"A","description":"old","version":6})").status == 409);
  CHECK(stand.get("/v1/products/A").at("description") == "new");
}

TEST_CASE("master data: a bulk put is all or nothing, up to its limit", "[api]") {
  ApiStand stand;
  json products = json::array();
  for (std::size_t i = 0; i < kDocumentsPerRequestMax; ++i) products.push_back({{"sku", "S" + std::to_string(i)}, {"description", "x"}});
  CHECK(stand.call("PUT", "/v1/products", products.dump()).status == 200);
  products.push_back({{"sku", "T"}, {"description", "x"}});
  CHECK(stand.call("PUT", "/v1/products", products.dump()).status == 413);
  const auto answer = stand.call("PUT", "/v1/products", R"([{"sku":"U","description":"x"},{"description":"nameless"}])");
  CHECK(answer.status == 422);
  CHECK(json::parse(answer.body).at("pointer").get<std::string>().starts_with("/1"));
  CHECK(stand.call("GET", "/v1/products/U").status == 404);
}

TEST_CASE("master data: locations go page by page", "[api]") {
  ApiStand stand;
  for (const char* id : {"A", "B", "C"}) stand.call("PUT", std::string("/v1/locations/") + id, json{{"id", id}, {"name", id}}.dump());
  const json first = stand.get("/v1/locations?limit=2");
  CHECK(first.at("next") == "B");
  CHECK(stand.items("/v1/locations?limit=2&after=B").at(0).at("id") == "C");
}

TEST_CASE("masterdata: a location that is described settles the exception about it", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("POST", "/v1/documents", ApiStand::sale("1").dump()).status == 201);
  CHECK(stand.items("/v1/exceptions?status=open&code=unknown_location").size() == 1);
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  CHECK(stand.items("/v1/exceptions?status=open&code=unknown_location").empty());
}
