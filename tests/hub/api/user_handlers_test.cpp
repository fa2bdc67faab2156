// /v1/users.
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

HttpAnswer put_user(ApiStand& stand, const std::string& name, const json& body, const std::string& version = "*") {
  return stand.call("PUT", "/v1/users/" + name, body.dump(), "administrator", {"If-Match: " + version});
}

}  // namespace

TEST_CASE("users: one is created, listed, shown and logs in", "[api]") {
  ApiStand stand;
  const HttpAnswer made = stand.call("POST", "/v1/users", R"({"name":"ana","password":"correct horse battery","role":"operator"})");
  REQUIRE(made.status == 201);
  CHECK(made.headers.at("etag") == "\"r1\"");
  CHECK(made.body.find("argon2") == std::string::npos);
  const json ana = stand.get("/v1/users/ana");
  CHECK(ana.at("role") == "operator");
  CHECK(ana.at("disabled") == false);
  CHECK(ana.at("last_login_at").is_null());
  CHECK(ana.at("locked_until").is_null());
  CHECK(stand.items("/v1/users").size() == 1);
  CHECK(log_in(stand, "ana", "correct horse battery").status == 200);
  CHECK(stand.call("POST", "/v1/users", R"({"name":"ana","password":"another password","role":"viewer"})").status == 409);
}

TEST_CASE("users: what is no user is refused with its member", "[api]") {
  ApiStand stand;
  const auto code = [&](const char* body) { return code_of(stand.call("POST", "/v1/users", body)); };
  CHECK(code(R"({"name":"ana"})") == "wrong_type");
  CHECK(code(R"({"name":"ana","password":"correct horse battery","role":"emperor"})") == "unknown_role");
  CHECK(code(R"({"name":"ana","password":"correct horse battery","role":"public"})") == "unknown_role");
  CHECK(code(R"({"name":"a b","password":"correct horse battery","role":"viewer"})") == "bad_name");
  CHECK(code(R"({"name":"ana","password":"short","role":"viewer"})") == "bad_password");
  CHECK(stand.items("/v1/users").empty());
}

TEST_CASE("users: pages go by name", "[api]") {
  ApiStand stand;
  for (const char* name : {"c", "a", "b"}) put_person(stand, name, Role::kViewer);
  const json page = stand.get("/v1/users?limit=2");
  CHECK(page.at("items").at(1).at("name") == "b");
  CHECK(stand.items("/v1/users?limit=2&after=" + page.at("next").get<std::string>()).at(0).at("name") == "c");
}

TEST_CASE("users: a change names the version that it is made on", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer);
  CHECK(code_of(stand.call("PUT", "/v1/users/ana", R"({"role":"finance"})")) == "if_match_missing");
  const std::string etag = stand.call("GET", "/v1/users/ana").headers.at("etag");
  const HttpAnswer changed = put_user(stand, "ana", {{"role", "finance"}}, etag);
  CHECK(changed.status == 200);
  CHECK(changed.headers.at("etag") != etag);
  const HttpAnswer late = put_user(stand, "ana", {{"role", "viewer"}}, etag);
  CHECK(late.status == 412);
  CHECK(json::parse(late.body).at("current").at("role") == "finance");
  CHECK(late.headers.at("etag") == changed.headers.at("etag"));
  CHECK(put_user(stand, "nobody", {{"role", "viewer"}}).status == 404);
  for (const char* body : {"{}", R"({"role":"emperor"})", R"({"disabled":"yes"})", "[]"})
    CHECK(stand.call("PUT", "/v1/users/ana", body, "administrator", {"If-Match: *"}).status == 422);
}

TEST_CASE("users: a change of role, disabling and a new password end the sessions; the same again does not", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kOperator);
  const auto lives = [&](const LoggedIn& session) { return stand.call("GET", "/v1/session", "", "", session.headers()).status == 200; };
  LoggedIn session = put_session(stand, "ana");
  CHECK(put_user(stand, "ana", {{"role", "operator"}, {"disabled", false}}).status == 200);
  CHECK(lives(session));
  CHECK(put_user(stand, "ana", {{"role", "viewer"}}).status == 200);
  CHECK_FALSE(lives(session));
  session = put_session(stand, "ana");
  CHECK(json::parse(stand.call("GET", "/v1/session", "", "", session.headers()).body).at("role") == "viewer");
  CHECK(stand.call("POST", "/v1/users/ana/password", R"({"new":"another long password"})").status == 204);
  CHECK_FALSE(lives(session));
  session = put_session(stand, "ana");
  CHECK(put_user(stand, "ana", {{"disabled", true}}).status == 200);
  CHECK_FALSE(lives(session));
  CHECK(log_in(stand, "ana", "another long password").status == 401);
  CHECK(stand.call("POST", "/v1/users/nobody/password", R"({"new":"another long password"})").status == 404);
}

TEST_CASE("users: the last administrator who can log in stays one", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kAdministrator);
  put_person(stand, "bob", Role::kAdministrator);
  CHECK(put_user(stand, "bob", {{"disabled", true}}).status == 200);
  CHECK(code_of(put_user(stand, "ana", {{"role", "viewer"}})) == "last_administrator");
  CHECK(code_of(put_user(stand, "ana", {{"disabled", true}})) == "last_administrator");
  CHECK(put_user(stand, "bob", {{"role", "viewer"}}).status == 200);  // he was none any more
  put_person(stand, "eve", Role::kAdministrator);
  CHECK(put_user(stand, "ana", {{"role", "viewer"}}).status == 200);
}

TEST_CASE("users: a lock is shown, and an administrator's new password ends it", "[api]") {
  ApiStand stand;
  put_person(stand, "ana", Role::kViewer, "correct horse battery");
  for (int i = 0; i < 10; ++i) stand.access->registry.record_failure("ana", "elsewhere", os::now());
  CHECK(stand.get("/v1/users/ana").at("locked_until").is_string());
  CHECK(log_in(stand, "ana", "correct horse battery").status == 429);
  CHECK(stand.call("POST", "/v1/users/ana/password", R"({"new":"another long password"})").status == 204);
  CHECK(log_in(stand, "ana", "another long password").status == 200);
}
