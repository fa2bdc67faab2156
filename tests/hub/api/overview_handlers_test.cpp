// GET /v1/overview and the acknowledgement of needs.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::code_of;
using nlohmann::json;

TEST_CASE("overview: figures and needs, and somebody who has seen them", "[api]") {
  ApiStand stand;
  json overview = stand.get("/v1/overview");
  CHECK(overview.at("needs").empty());
  CHECK(overview.at("figures").at("exceptions_open") == 0);
  stand.add_sale("1", "UNKNOWN");
  // Groups of exceptions are read again after some seconds: another stand has not read them yet.
  ApiStand other;
  other.add_sale("1", "UNKNOWN");
  overview = other.get("/v1/overview");
  CHECK(overview.at("figures").at("exceptions_open") >= 1);
  bool has_cause = false;
  std::string cause;
  for (const json& need : overview.at("needs"))
    if (need.at("kind") == "cause" && need.at("href").get<std::string>().ends_with("sku%3AUNKNOWN")) {
      has_cause = true;
      cause = need.at("need_id");
      CHECK(need.at("worth").at("GBP") == "17.98");
    }
  REQUIRE(has_cause);
  CHECK(other.call("POST", "/v1/needs/" + cause + "/acknowledge", R"({"reason":"on it"})", "operator").status == 200);
  for (const json& need : other.get("/v1/overview").at("needs"))
    if (need.at("need_id") == cause) CHECK(need.at("acknowledged_by") == "operator");
}

TEST_CASE("overview: a need that is none, and a body that is none", "[api]") {
  ApiStand stand;
  CHECK(stand.call("POST", "/v1/needs/nosuch/acknowledge", "{}").status == 404);
  CHECK(stand.call("POST", "/v1/needs/n_" + std::string(80, 'a') + "/acknowledge", "{}").status == 404);
  CHECK(stand.call("POST", "/v1/needs/n_a/acknowledge", R"({"reason":7})").status == 422);
  CHECK(stand.call("POST", "/v1/needs/n_a/acknowledge", json{{"reason", std::string(1'001, 'a')}}.dump()).status == 422);
}
