// /v1/session: log-in, log-out, one's own password.
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

const std::string kPassword = "correct horse battery";

int status_of(ApiStand& stand, const LoggedIn& session) { return stand.call("GET", "/v1/session", "", "", session.headers()).status; }

}  // namespace

TEST_CASE("session: a log-in sets a cookie that scripts cannot read and other sites do not get", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kFinance, kPassword);
  const HttpAnswer answer = log_in(stand, "ana", kPassword);
  const LoggedIn ana = session_of(answer);
  const std::string& cookie = answer.headers.at("set-cookie");
  CHECK(ana.id.size() >= 52);  // 256 bits in base32
  for (const char* attribute : {"; HttpOnly", "; SameSite=Strict", "; Path=/"}) CHECK(cookie.find(attribute) != std::string::npos);
  CHECK(cookie.find("Secure") == std::string::npos);
  const json body = json::parse(answer.body);
  CHECK(body.at("role") == "finance");
  CHECK(body.at("kind") == "session");
  const json who = json::parse(stand.call("GET", "/v1/session", "", "", ana.headers()).body);
  CHECK(who.at("name") == "ana");
  CHECK(who.at("kind") == "session");
  CHECK(who.at("csrf_token") == ana.csrf);
  CHECK(who.at("hub").at("name") == "Tillsync");
  CHECK(stand.get("/v1/users/ana").at("last_login_at").is_string());
}

TEST_CASE("session: a token is told who it is", "[api]") {
  ApiStand stand;
  const json who = json::parse(stand.call("GET", "/v1/session", "", "viewer").body);
  CHECK(who.at("kind") == "token");
  CHECK(who.at("csrf_token").is_null());
  CHECK(who.at("expires_at").is_null());
  CHECK(stand.call("DELETE", "/v1/session", "", "viewer").status == 409);
  CHECK(stand.call("POST", "/v1/session/password", R"({"current":"a","new":"correct horse battery"})", "viewer").status == 409);
  CHECK(stand.call("GET", "/v1/session", "", "").status == 401);
}

TEST_CASE("session: wrong name, wrong password and a disabled user are told alike", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer, kPassword);
  put_person(stand, "off", Role::kViewer, kPassword);
  REQUIRE(stand.call("PUT", "/v1/users/off", R"({"disabled":true})", "administrator", {"If-Match: *"}).status == 200);
  std::set<std::string> bodies;
  for (const auto& [name, password] : {std::pair<std::string, std::string>{"ana", "wrong password"}, {"nobody", kPassword}, {"off", kPassword}}) {
    const HttpAnswer answer = log_in(stand, name, password);
    CHECK(answer.status == 401);
    CHECK(!answer.headers.contains("set-cookie"));
    bodies.insert(answer.body);
  }
  CHECK(bodies.size() == 1);
  for (const char* body : {"{}", "[]", R"({"name":1,"password":"x"})", R"({"name":"ana"})"}) CHECK(stand.call("POST", "/v1/session", body, "").status == 422);
  CHECK(log_in(stand, std::string(kUserNameBytesMax + 1, 'a'), kPassword).status == 422);
  CHECK(log_in(stand, "ana", std::string(kPasswordBytesMax + 1, 'a')).status == 422);
}

TEST_CASE("session: log-out ends it, and a stolen cookie is worth nothing then", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer);
  const LoggedIn ana = put_session(stand, "ana"), elsewhere = put_session(stand, "ana");
  const HttpAnswer out = stand.call("DELETE", "/v1/session", "", "", ana.headers());
  CHECK(out.status == 204);
  CHECK(out.headers.at("set-cookie").find("Max-Age=0") != std::string::npos);
  CHECK(status_of(stand, ana) == 401);
  CHECK(status_of(stand, elsewhere) == 200);
}

TEST_CASE("session: each log-in has a new id, whatever cookie came with it, and ends the one that did", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer, kPassword);
  const LoggedIn planted{"s_planted-by-somebody", ""};
  const LoggedIn first = session_of(log_in(stand, "ana", kPassword, {"Cookie: tillsync_session=" + planted.id}));
  CHECK(first.id != planted.id);
  CHECK(status_of(stand, planted) == 401);
  const LoggedIn second = session_of(log_in(stand, "ana", kPassword, {"Cookie: tillsync_session=" + first.id}));
  CHECK(second.id != first.id);
  CHECK(status_of(stand, first) == 401);
  CHECK(status_of(stand, second) == 200);
}

TEST_CASE("session: a new password needs the current one and ends the user's other sessions", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer, kPassword);
  const LoggedIn here = put_session(stand, "ana"), elsewhere = put_session(stand, "ana");
  const auto change = [&](const std::string& current, const std::string& wanted) {
    return stand.call("POST", "/v1/session/password", json{{"current", current}, {"new", wanted}}.dump(), "", here.headers());
  };
  CHECK(code_of(change("wrong", "a new long password")) == "bad_credentials");
  CHECK(change(kPassword, "short").status == 422);
  CHECK(status_of(stand, elsewhere) == 200);
  CHECK(change(kPassword, "a new long password").status == 204);
  CHECK(status_of(stand, here) == 200);
  CHECK(status_of(stand, elsewhere) == 401);
  CHECK(log_in(stand, "ana", kPassword).status == 401);
  CHECK(log_in(stand, "ana", "a new long password").status == 200);
}

TEST_CASE("session: ends by idling and at its longest", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer);
  const LoggedIn ana = put_session(stand, "ana");
  for (std::int64_t minutes = 25; minutes < 12 * 60; minutes += 25) {
    stand.ahead_micros = minutes * 60'000'000;
    REQUIRE(status_of(stand, ana) == 200);
  }
  stand.ahead_micros = 12LL * 3'600'000'000;
  CHECK(status_of(stand, ana) == 401);
  stand.ahead_micros = 0;
  const LoggedIn idle = put_session(stand, "ana");
  stand.ahead_micros = 31LL * 60'000'000;
  CHECK(status_of(stand, idle) == 401);
}

TEST_CASE("session: behind a proxy with TLS the cookie is for TLS only, and the browser is told to stay with it", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer, kPassword);
  // Who says so is no trusted proxy.
  const HttpAnswer claimed = log_in(stand, "ana", kPassword, {"X-Forwarded-Proto: https", "X-Forwarded-For: 1.2.3.4"});
  CHECK(claimed.headers.at("set-cookie").find("Secure") == std::string::npos);
  CHECK(!claimed.headers.contains("strict-transport-security"));
  stand.trust_proxy("127.0.0.1");
  const HttpAnswer proxied = log_in(stand, "ana", kPassword, {"X-Forwarded-Proto: https", "X-Forwarded-For: 1.2.3.4"});
  CHECK(proxied.headers.at("set-cookie").find("; Secure") != std::string::npos);
  CHECK(proxied.headers.contains("strict-transport-security"));
  CHECK(stand.items("/v1/audit?action=POST%20/v1/session&limit=1").at(0).at("address") == "1.2.3.4");
}
