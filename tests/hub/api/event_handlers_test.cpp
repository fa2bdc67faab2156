// GET /v1/events: what the hub has of a document.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("events: filters, pages, and what is not there", "[api]") {
  ApiStand stand;
  for (const char* number : {"1", "2", "3"}) stand.add_sale(number);
  CHECK(stand.items("/v1/events?document_no=2").size() == 1);
  CHECK(stand.items("/v1/events?location=FR").empty());
  const json first = stand.get("/v1/events?limit=2");
  CHECK(first.at("items").size() == 2);
  const json second = stand.get("/v1/events?limit=2&after=" + first.at("next").get<std::string>());
  CHECK(second.at("items").size() == 1);
  CHECK(second.at("next").is_null());
  CHECK(stand.items("/v1/events?sort=-event_no").at(0).at("document_no") == "3");
  for (const char* id : {"e_nosuch", "nosuch", "e_00000000000000000000000000"}) CHECK(stand.call("GET", std::string("/v1/events/") + id).status == 404);
}
