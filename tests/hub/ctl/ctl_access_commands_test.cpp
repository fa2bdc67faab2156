// user, token, audit: against a real API.
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <sstream>

#include "hub/ctl/ctl_app.h"
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

struct AccessOutcome {
  CtlExit code;
  std::string out, err;
};
AccessOutcome run_access(const ApiStand& stand, std::vector<std::string> arguments, const std::string& token = "administrator", const std::string& input = "") {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", token});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  std::istringstream in(input);
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  auto* old_in = std::cin.rdbuf(in.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  std::cin.rdbuf(old_in);
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}

}  // namespace

TEST_CASE("ctl user: added with a password from standard input, logs in, changes, is disabled", "[ctl]") {
  ApiStand stand;
  CHECK(run_access(stand, {"user", "list"}).out.find("Nobody yet") != std::string::npos);
  CHECK(run_access(stand, {"user", "add", "ana", "--role", "operator", "--password-file", "-"}, "administrator", "correct horse battery\n").code == CtlExit::kOk);
  CHECK(hub::test::log_in(stand, "ana", "correct horse battery").status == 200);
  CHECK(run_access(stand, {"user", "add", "bob", "--role", "operator", "--password-file", "-"}, "administrator", "short\n").code == CtlExit::kRefused);
  CHECK(run_access(stand, {"user", "set", "ana", "--role", "finance"}).code == CtlExit::kOk);
  CHECK(run_access(stand, {"user", "set", "ana", "--role", "emperor"}).code == CtlExit::kUsage);
  CHECK(run_access(stand, {"user", "disable", "ana"}).code == CtlExit::kOk);
  const AccessOutcome shown = run_access(stand, {"user", "show", "ana", "--json"});
  CHECK(json::parse(shown.out).at("role") == "finance");
  CHECK(json::parse(shown.out).at("disabled") == true);
  CHECK(run_access(stand, {"user", "enable", "ana"}).code == CtlExit::kOk);
  CHECK(run_access(stand, {"user", "password", "ana", "--password-file", "-"}, "administrator", "another long password\r\n").code == CtlExit::kOk);
  CHECK(hub::test::log_in(stand, "ana", "another long password").status == 200);
  CHECK(run_access(stand, {"user", "show", "nobody"}).code == CtlExit::kRefused);
  CHECK(run_access(stand, {"user", "list"}, "finance").code == CtlExit::kDenied);
}

TEST_CASE("ctl token: created with scopes and an end, used, revoked", "[ctl]") {
  ApiStand stand;
  const json token = json::parse(run_access(stand, {"token", "create", "shop", "--role", "viewer", "--scope", "stock", "--scope", "reservations", "--valid-days", "30", "--json"}).out);
  CHECK(token.at("scopes").size() == 2);
  CHECK(token.at("expires_at").is_string());
  const std::string secret = token.at("token");
  CHECK(stand.call("GET", "/v1/stock", "", secret).status == 200);
  CHECK(run_access(stand, {"token", "list"}).out.find("stock, reservations") != std::string::npos);
  CHECK(run_access(stand, {"token", "revoke", token.at("token_id").get<std::string>()}).code == CtlExit::kOk);
  CHECK(stand.call("GET", "/v1/stock", "", secret).status == 401);
  CHECK(run_access(stand, {"token", "create", "shop", "--role", "viewer", "--scope", "nosuch"}).code == CtlExit::kRefused);
  CHECK(run_access(stand, {"token", "create", "shop", "--role", "viewer", "--valid-days", "0"}).code == CtlExit::kUsage);
}

TEST_CASE("ctl audit: tells who changed what, by its filters", "[ctl]") {
  ApiStand stand;
  CHECK(run_access(stand, {"audit", "list"}).out.find("Nothing was changed") != std::string::npos);
  REQUIRE(run_access(stand, {"location", "put", "GB", "--name", "London"}, "operator").code == CtlExit::kOk);
  const AccessOutcome all = run_access(stand, {"audit", "list"}, "finance");
  CHECK(all.out.find("locations/GB") != std::string::npos);
  CHECK(all.out.find("PUT /v1/locations/{id}") != std::string::npos);
  CHECK(json::parse(run_access(stand, {"audit", "list", "--who", "operator", "--object", "locations", "--action", "PUT", "--text", "London", "--from", "2000-01-01T00:00:00Z", "--json"}).out).at("items").size() == 1);
  CHECK(json::parse(run_access(stand, {"audit", "list", "--to", "2000-01-01T00:00:00Z", "--json"}).out).at("items").empty());
  CHECK(run_access(stand, {"audit", "list"}, "operator").code == CtlExit::kDenied);
}
