// What holds for every route: who may use it, what a request has to look like, what every answer carries.
#include "hub/api/api_server.h"

#include <catch2/catch.hpp>
#include <regex>

#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::code_of;
using tillsync::hub::test::LoggedIn;
using tillsync::hub::test::put_person;
using tillsync::hub::test::put_session;
using nlohmann::json;

namespace {

std::string path_of(const Route& route) { return std::regex_replace(std::string(route.pattern), std::regex("\\{[^}]*\\}"), "nosuch"); }
std::string body_of(const Route& route) { return route.method == "GET" ? "" : "{}"; }
const std::string kLogInPath = "/v1/session";
const std::vector<std::pair<std::string, Role>> kRoles = {
    {"viewer", Role::kViewer}, {"operator", Role::kOperator}, {"finance", Role::kFinance}, {"administrator", Role::kAdministrator}};

}  // namespace

TEST_CASE("api: every route asks for its role, and no more", "[api]") {
  ApiStand stand;
  for (const auto& [name, role] : kRoles) put_person(stand, name, role);
  int scoped = 0;
  for (const auto& [route, handler] : all_endpoints()) {
    INFO(route.method << " " << route.pattern);
    const std::string path = path_of(route), body = body_of(route), method(route.method);
    if (route.role == Role::kPublic) {
      CHECK(stand.call(method, path, body, "").status == (path == kLogInPath ? 422 : 200));
      continue;
    }
    for (const char* token : {"", "nosuch", "expired", "revoked"}) {
      const auto answer = stand.call(method, path, body, token);
      CHECK(answer.status == 401);
      CHECK(answer.headers.at("www-authenticate") == "Bearer");
    }
    // No session, one that is none, and one whose call may come from another site.
    for (const char* cookie : {"tillsync_session=s_none", "tillsync_session="}) CHECK(stand.call(method, path, body, "", {std::string("Cookie: ") + cookie}).status == 401);
    for (const auto& [name, role] : kRoles) {
      INFO("session of " << name);
      // Of its own for each call: log-out is one of the routes.
      const LoggedIn session = put_session(stand, name);
      if (method != "GET") CHECK(stand.call(method, path, body, "", {"Cookie: tillsync_session=" + session.id}).status == 403);
      const int status = stand.call(method, path, body, "", session.headers()).status;
      if (role < route.role) {
        CHECK(status == 403);
      } else {
        CHECK(status != 401);
        CHECK(status != 403);
        CHECK(status < 500);
      }
    }
    for (const bool is_within : {true, false}) {
      INFO("scoped token");
      const std::string scope = std::string(scope_of(route.pattern)), token = std::string(is_within ? "within-" : "outside-") + std::to_string(++scoped);
      ApiToken row{.token_id = token, .name = token, .role = "administrator", .scopes = {is_within ? scope : "elsewhere"}, .created_at = {}, .expires_at = {}, .revoked_at = {}};
      stand.access->registry.put_token(secret_hash(token), row);
      const auto answer = stand.call(method, path, body, token);
      CHECK((code_of(answer) == "out_of_scope") == (!is_within && scope != "session"));
      CHECK(answer.status != 401);
    }
    for (const auto& [token, role] : kRoles) {
      INFO(token);
      const int status = stand.call(method, path, body, token).status;
      if (role < route.role) {
        CHECK(status == 403);
      } else {
        CHECK(status != 401);
        CHECK(status != 403);
        CHECK(status < 500);
      }
    }
  }
}

TEST_CASE("api: a token counts only as a bearer", "[api]") {
  ApiStand stand;
  for (const char* header : {"Authorization: Basic administrator", "Authorization: administrator", "Authorization: bearer", "Authorization: Bearer "}) {
    CHECK(stand.call("GET", "/v1/stock", "", "x", {header}).status == 401);
  }
}

TEST_CASE("api: unknown paths and methods are told apart", "[api]") {
  ApiStand stand;
  for (const char* path : {"/v1", "/v1/nosuch", "/v1/stock/", "/v1//stock", "/v1/agents/a/b"}) CHECK(stand.call("GET", path).status == 404);
  const auto answer = stand.call("DELETE", "/v1/agents");
  CHECK(answer.status == 405);
  CHECK(answer.headers.at("allow") == "GET");
}

TEST_CASE("api: a body that is neither JSON nor MessagePack is refused on every route that takes one", "[api]") {
  ApiStand stand;
  for (const auto& [route, handler] : all_endpoints()) {
    if (route.method == "GET" || route.method == "DELETE") continue;
    INFO(route.method << " " << route.pattern);
    CHECK(stand.call(std::string(route.method), path_of(route), "a=b", "administrator", {"Content-Type: application/x-www-form-urlencoded"}).status == 415);
    const int msgpack = stand.call(std::string(route.method), path_of(route), "\x80", "administrator", {"Content-Type: application/msgpack"}).status;
    CHECK(msgpack == (route.pattern == "/v1/documents" ? 422 : 415));
    CHECK(stand.call(std::string(route.method), path_of(route), "not json").status == 422);
  }
}

TEST_CASE("api: every answer carries the caller's correlation id, or a new one", "[api]") {
  ApiStand stand;
  CHECK(stand.call("GET", "/v1/stock", "", "viewer", {"X-Correlation-Id: abc-1"}).headers.at("x-correlation-id") == "abc-1");
  CHECK(stand.call("GET", "/v1/nosuch", "", "viewer", {"X-Correlation-Id: abc-1"}).headers.at("x-correlation-id") == "abc-1");
  CHECK(stand.call("GET", "/v1/stock").headers.at("x-correlation-id").starts_with("c_"));
  CHECK(stand.call("GET", "/v1/stock", "", "viewer", {"X-Correlation-Id: " + std::string(64, 'x')}).headers.at("x-correlation-id") == std::string(64, 'x'));
  CHECK(stand.call("GET", "/v1/stock", "", "viewer", {"X-Correlation-Id: " + std::string(65, 'x')}).headers.at("x-correlation-id").starts_with("c_"));
}

TEST_CASE("api: the documented effects need an idempotency key within its limit", "[api]") {
  ApiStand stand;
  std::size_t checked = 0;
  for (const auto& [route, handler] : all_endpoints()) {
    if (route.repeat != Repeat::kIdempotencyKey) continue;
    INFO(route.method << " " << route.pattern);
    ++checked;
    const std::string body = route.pattern == "/v1/operations" ? R"({"kind":"retry","selection":{"code":"c"}})" : R"({"name":"n","role":"viewer","reason":"r","assignee":"a","location":"GB","correction":{},"action":"retry","code":"c","cause":"c","from":"2010-12-01","to":"2010-12-01"})";
    const auto with_key = [&](const std::string& header) { return stand.call("POST", path_of(route), body, "administrator", {header}); };
    CHECK(code_of(with_key("Idempotency-Key;")) == "idempotency_key_missing");  // sent empty
    CHECK(with_key("Idempotency-Key: " + std::string(kIdempotencyKeyBytesMax + 1, 'k')).status == 400);
    CHECK(with_key("Idempotency-Key: " + std::string(kIdempotencyKeyBytesMax, 'k')).status != 400);
  }
  CHECK(checked >= 6);
}

TEST_CASE("api: the contract names each route with its role, and none that is not there", "[api]") {
  ApiStand stand;
  const json paths = json::parse(stand.call("GET", "/v1/openapi.json").body).at("paths");
  std::size_t documented = 0;
  for (const auto& [path, operations] : paths.items()) documented += operations.size();
  CHECK(documented == all_endpoints().size());
  for (const auto& [route, handler] : all_endpoints()) {
    INFO(route.method << " " << route.pattern);
    std::string method(route.method);
    std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    REQUIRE(paths.contains(std::string(route.pattern)));
    REQUIRE(paths[std::string(route.pattern)].contains(method));
    const json& operation = paths[std::string(route.pattern)][method];
    CHECK(operation.value("x-role", "public") == to_string(route.role));
  }
}
