#include "hub/api/admission.h"

#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

std::optional<std::string> id_in(std::vector<std::pair<std::string, std::string>> headers) {
  http::Request request;
  request.headers = std::move(headers);
  return session_id_of(request);
}

}  // namespace

TEST_CASE("admission: the session's cookie is found among others, and two of the name are none", "[api]") {
  CHECK(id_in({{"cookie", "tillsync_session=s_1"}}) == "s_1");
  CHECK(id_in({{"cookie", "a=b; tillsync_session=s_1; c=d"}}) == "s_1");
  CHECK(id_in({{"cookie", "a=b"}, {"cookie", "tillsync_session=s_1"}}) == "s_1");
  CHECK(!id_in({{"cookie", "tillsync_session=s_1; tillsync_session=s_2"}}));
  CHECK(!id_in({{"cookie", "tillsync_session=s_1"}, {"cookie", "tillsync_session=s_1"}}));
  for (const char* cookie : {"", "tillsync_session", "tillsync_sessions=s_1", "xtillsync_session=s_1", ";;;", "Tillsync_Session=s_1"}) CHECK(!id_in({{"cookie", cookie}}));
}

TEST_CASE("admission: Retry-After is in whole seconds, never zero", "[api]") {
  CHECK(retry_after(Duration{1}) == "1");
  CHECK(retry_after(seconds(1)) == "1");
  CHECK(retry_after(seconds(1) + Duration{1}) == "2");
}

TEST_CASE("admission: a session reads without, and writes with its CSRF token only", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kOperator);
  const LoggedIn ana = put_session(stand, "ana");
  const std::string cookie = "Cookie: tillsync_session=" + ana.id;
  const std::string location = R"({"id":"GB","name":"London"})";
  CHECK(stand.call("GET", "/v1/stock", "", "", {cookie}).status == 200);
  CHECK(code_of(stand.call("PUT", "/v1/locations/GB", location, "", {cookie})) == "csrf");
  CHECK(code_of(stand.call("PUT", "/v1/locations/GB", location, "", {cookie, "X-CSRF-Token: " + ana.csrf + "x"})) == "csrf");
  CHECK(code_of(stand.call("PUT", "/v1/locations/GB", location, "", {cookie, "X-CSRF-Token: " + put_session(stand, "ana").csrf})) == "csrf");
  CHECK(stand.call("PUT", "/v1/locations/GB", location, "", ana.headers()).status == 200);
}

TEST_CASE("admission: a bearer token goes before the cookie, and needs no CSRF token", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kAdministrator);
  const LoggedIn ana = put_session(stand, "ana");
  CHECK(stand.call("GET", "/v1/users", "", "viewer", ana.headers()).status == 403);
  CHECK(stand.call("GET", "/v1/stock", "", "nosuch", ana.headers()).status == 401);
  CHECK(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})", "operator", {"Origin: http://elsewhere.example.com"}).status == 200);
}

TEST_CASE("admission: a scoped token reaches its paths only, and may always ask who it is", "[api]") {
  ApiStand stand;
  const HttpAnswer made = stand.call("POST", "/v1/tokens", R"({"name":"shop","role":"operator","scopes":["stock","reservations"]})");
  REQUIRE(made.status == 201);
  const std::string token = json::parse(made.body).at("token");
  CHECK(stand.call("GET", "/v1/stock", "", token).status == 200);
  CHECK(stand.call("GET", "/v1/reservations", "", token).status == 200);
  CHECK(code_of(stand.call("GET", "/v1/agents", "", token)) == "out_of_scope");
  CHECK(code_of(stand.call("GET", "/v1/stock-differences", "", token)) != "forbidden");
  CHECK(stand.call("GET", "/v1/session", "", token).status == 200);
}

TEST_CASE("admission: calls beyond the rate are told how long to wait", "[api]") {
  ApiStand stand({.session = {}, .token_rate = {2, 1}, .session_rate = {1, 1}});
  stand.ahead_micros = 0;
  std::optional<HttpAnswer> limited;
  for (int i = 0; i < 2'000 && !limited; ++i)
    if (HttpAnswer answer = stand.call("GET", "/v1/session", "", "viewer"); answer.status == 429) limited = answer;
  REQUIRE(limited);
  CHECK(code_of(*limited) == "rate_limited");
  CHECK(limited->headers.at("retry-after") == "1");
  stand.ahead_micros = 5'000'000;
  CHECK(stand.call("GET", "/v1/session", "", "viewer").status == 200);
}
