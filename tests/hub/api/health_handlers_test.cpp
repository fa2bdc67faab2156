// What is there without a token.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("api: health, readiness, metrics and the contract are there without a token", "[api]") {
  ApiStand stand;
  CHECK(json::parse(stand.call("GET", "/healthz", "", "").body).at("status") == "ok");
  CHECK(json::parse(stand.call("GET", "/readyz", "", "").body).at("status") == "ready");
  CHECK(stand.call("GET", "/metrics", "", "").body.find("tillsync_documents_total") != std::string::npos);
  CHECK(json::parse(stand.call("GET", "/v1/openapi.json", "", "").body).at("openapi") == "3.1.0");
  stand.not_ready = "the disk is full";
  const auto answer = stand.call("GET", "/readyz", "", "");
  CHECK(answer.status == 503);
  CHECK(json::parse(answer.body).at("detail") == "the disk is full");
}
