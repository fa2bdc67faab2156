#include "hub/ctl/api_client.h"

#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("url_encode: only unreserved characters stay", "[ctl]") {
  CHECK(url_encode("AZaz09-._~") == "AZaz09-._~");
  CHECK(url_encode("a/b c?&=%+é") == "a%2Fb%20c%3F%26%3D%25%2B%C3%A9");
  CHECK(url_encode("") == "");
}

TEST_CASE("api client: reads and writes with the token, a refusal is an answer", "[ctl]") {
  ApiStand stand;
  const ApiClient client(stand.url(""), "operator");
  const auto put = client.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})");
  REQUIRE(put);
  CHECK(put->status == 200);
  const auto got = client.call("GET", "/v1/locations/GB");
  REQUIRE(got);
  CHECK(json::parse(got->body).at("name") == "London");
  CHECK(client.call("GET", "/v1/locations/FR")->status == 404);
  CHECK(ApiClient(stand.url(""), "").call("GET", "/v1/locations")->status == 401);
}

TEST_CASE("api client: each POST has a key of its own", "[ctl]") {
  ApiStand stand;
  const ApiClient client(stand.url(""), "administrator");
  REQUIRE(client.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})")->status == 200);
  const auto create = [&] {
    const auto answer = client.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})");
    REQUIRE(answer);
    CHECK(answer->status == 201);
    return json::parse(answer->body).at("token").get<std::string>();
  };
  CHECK(create() != create());
}

TEST_CASE("api client: a hub that is not there is unavailable, with what to look at", "[ctl]") {
  std::string gone;
  {
    const ApiStand stand;
    gone = stand.url("");
  }
  const auto answer = ApiClient(gone, "t").call("GET", "/healthz");
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == ErrorCode::kUnavailable);
  CHECK(answer.error().hint.find("TILLSYNC_HUB_URL") != std::string::npos);
}

TEST_CASE("api client: only HTTP is spoken", "[ctl]") {
  CHECK(ApiClient("file://", "t").call("GET", "/etc/hostname").error().code == ErrorCode::kUnavailable);
}
