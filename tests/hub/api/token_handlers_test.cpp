// /v1/tokens.
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("tokens: the secret is shown once, and a repeat has the token without it", "[api]") {
  ApiStand stand;
  const std::vector<std::string> key = {"Idempotency-Key: once"};
  const std::string body = R"({"name":"shop","role":"operator","expires_in_s":3600,"scopes":["stock"]})";
  const HttpAnswer made = stand.call("POST", "/v1/tokens", body, "administrator", key);
  REQUIRE(made.status == 201);
  const json token = json::parse(made.body);
  CHECK(token.at("created_by") == "administrator");
  CHECK(token.at("scopes") == json::array({"stock"}));
  CHECK(token.at("expires_at").is_string());
  const std::string secret = token.at("token");
  CHECK(stand.call("GET", "/v1/stock", "", secret).status == 200);
  const HttpAnswer again = stand.call("POST", "/v1/tokens", body, "administrator", key);
  CHECK(again.status == 201);
  CHECK(json::parse(again.body).at("token_id") == token.at("token_id"));
  CHECK(!json::parse(again.body).contains("token"));
  CHECK(stand.call("GET", "/v1/tokens").body.find(secret) == std::string::npos);
  std::string stored;
  stand.write([&](sql::Connection& connection) { return connection.query("SELECT group_concat(answer) FROM api_idempotency", {}, [&](const sql::Row& row) { stored = row.text(0); }); });
  CHECK(stored.find(secret) == std::string::npos);
}

TEST_CASE("tokens: one that expires does, and a revoked one is refused at once", "[api]") {
  ApiStand stand;
  const json token = json::parse(stand.call("POST", "/v1/tokens", R"({"name":"shop","role":"viewer","expires_in_s":60})").body);
  const std::string secret = token.at("token"), path = "/v1/tokens/" + token.at("token_id").get<std::string>() + "/revoke";
  CHECK(stand.call("GET", "/v1/stock", "", secret).status == 200);
  stand.ahead_micros = 61'000'000;
  CHECK(stand.call("GET", "/v1/stock", "", secret).status == 401);
  stand.ahead_micros = 0;
  const HttpAnswer revoked = stand.call("POST", path, "{}");
  CHECK(revoked.status == 200);
  CHECK(json::parse(revoked.body).at("revoked_at").is_string());
  CHECK(stand.call("GET", "/v1/stock", "", secret).status == 401);
  CHECK(json::parse(stand.call("POST", path, "{}").body).at("revoked_at") == json::parse(revoked.body).at("revoked_at"));
  CHECK(stand.call("POST", "/v1/tokens/k_none/revoke", "{}").status == 404);
}

TEST_CASE("tokens: what is no token is refused", "[api]") {
  ApiStand stand;
  const auto code = [&](const char* body) { return code_of(stand.call("POST", "/v1/tokens", body)); };
  CHECK(code(R"({"role":"viewer"})") == "wrong_type");
  CHECK(code(R"({"name":"","role":"viewer"})") == "wrong_type");
  CHECK(code(R"({"name":"n","role":"public"})") == "unknown_role");
  for (const char* bad : {R"({"name":"n","role":"viewer","expires_in_s":0})", R"({"name":"n","role":"viewer","expires_in_s":315360001})", R"({"name":"n","role":"viewer","expires_in_s":"1"})"})
    CHECK(code(bad) == "number_out_of_range");
  CHECK(code(R"({"name":"n","role":"viewer","scopes":[]})") == "wrong_type");
  CHECK(code(R"({"name":"n","role":"viewer","scopes":["nosuch"]})") == "unknown_scope");
  CHECK(code(R"({"name":"n","role":"viewer","scopes":[1]})") == "unknown_scope");
  CHECK(stand.call("POST", "/v1/tokens", R"({"name":"n","role":"viewer","expires_in_s":315360000,"scopes":null})").status == 201);
}

TEST_CASE("tokens: a scoped token hands out no more than it has", "[api]") {
  ApiStand stand;
  const auto create = [&](const std::string& caller, const json& scopes) {
    return stand.call("POST", "/v1/tokens", json{{"name", "n"}, {"role", "administrator"}, {"scopes", scopes}}.dump(), caller);
  };
  const std::string caller = json::parse(create("administrator", {"tokens", "stock"}).body).at("token");
  CHECK(create(caller, {"stock"}).status == 201);
  CHECK(code_of(create(caller, {"stock", "users"})) == "out_of_scope");
  CHECK(code_of(create(caller, nullptr)) == "out_of_scope");
}

TEST_CASE("tokens: last use is saved lazily", "[api]") {
  ApiStand stand;
  const auto last_use = [&] {
    for (const json& token : stand.items("/v1/tokens"))
      if (token.at("name") == "viewer") return token.at("last_used_at");
    return json();
  };
  CHECK(last_use().is_null());
  stand.call("GET", "/v1/stock", "", "viewer");
  CHECK(last_use().is_null());
  REQUIRE(stand.access->save_last_uses(stand.port, os::now()));
  stand.write([](sql::Connection&) -> Result<void> { return {}; });  // behind it
  CHECK(last_use().is_string());
}
