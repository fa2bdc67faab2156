// The first administrator at the built hub: from init's password file to a session that survives the hub's end.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

const std::string kAdminPassword = "correct horse battery";

struct ConsoleSession {
  std::string cookie, csrf;
};

HttpAnswer console_call(const Stand& stand, const std::string& method, const std::string& path, const std::string& body, const std::vector<std::string>& headers) {
  std::vector<std::string> all = headers;
  if (!body.empty()) all.emplace_back("Content-Type: application/json");
  return http(method, "http://127.0.0.1:" + std::to_string(stand.hub_port) + path, body, all);
}

ConsoleSession log_in(const Stand& stand, const std::string& name, const std::string& password) {
  const HttpAnswer answer = console_call(stand, "POST", "/v1/session", json{{"name", name}, {"password", password}}.dump(), {});
  REQUIRE(answer.status == 200);
  const std::string& cookie = answer.headers.at("set-cookie");
  return {"Cookie: " + cookie.substr(0, cookie.find(';')), "X-CSRF-Token: " + json::parse(answer.body).at("csrf_token").get<std::string>()};
}

}  // namespace

TEST_CASE("the first administrator logs in, adds a user, and stays logged in when the hub is killed", "[integration]") {
  Stand stand("log-in");
  std::ofstream(stand.folder / "password") << kAdminPassword << "\n";
  const json init = json::parse(run({bin_folder() + "/tillsync-hub", "init", "--data", (stand.folder / "hub").string(), "--admin", "ana", "--password-file",
                                     (stand.folder / "password").string(), "--json"}));
  stand.hub_key = init.at("public_key");
  stand.hub_config = init.at("config");
  stand.admin_token = init.at("admin_token");
  stand.start_hub();

  CHECK(console_call(stand, "POST", "/v1/session", R"({"name":"ana","password":"wrong password"})", {}).status == 401);
  const ConsoleSession ana = log_in(stand, "ana", kAdminPassword);
  CHECK(console_call(stand, "POST", "/v1/users", R"({"name":"bob","password":"another long password","role":"viewer"})", {ana.cookie}).status == 403);
  CHECK(console_call(stand, "POST", "/v1/users", R"({"name":"bob","password":"another long password","role":"viewer"})", {ana.cookie, ana.csrf}).status == 201);
  const ConsoleSession bob = log_in(stand, "bob", "another long password");

  stand.kill(stand.hub);
  stand.start_hub();
  CHECK(console_call(stand, "GET", "/v1/users", "", {ana.cookie}).status == 200);
  CHECK(console_call(stand, "GET", "/v1/users", "", {bob.cookie}).status == 403);
  CHECK(console_call(stand, "DELETE", "/v1/session", "", {bob.cookie, bob.csrf}).status == 204);
  stand.kill(stand.hub);
  stand.start_hub();
  CHECK(console_call(stand, "GET", "/v1/session", "", {bob.cookie}).status == 401);

  const json audit = stand.hub_get("/v1/audit?object=users").at("items");
  std::vector<std::string> actions;
  for (const json& record : audit) actions.push_back(record.at("who").get<std::string>() + " " + record.at("action").get<std::string>());
  CHECK(actions == std::vector<std::string>{"bob DELETE /v1/session", "bob POST /v1/session", "ana POST /v1/users", "ana POST /v1/session"});
}
