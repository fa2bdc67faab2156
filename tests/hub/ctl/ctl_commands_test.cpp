// The commands against a real API: what they change, what they print, how they end.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include "hub/ctl/ctl_app.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

struct Outcome {
  CtlExit code;
  std::string out, err;
  json body() const { return json::parse(out); }
};

Outcome run(const ApiStand& stand, std::vector<std::string> arguments, const std::string& token = "administrator") {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", token});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}

}  // namespace

TEST_CASE("ctl: sets up a location and a token, as scripts do", "[ctl]") {
  ApiStand stand;
  CHECK(run(stand, {"location", "put", "GB", "--name", "London", "--json"}).body().at("id") == "GB");
  CHECK(run(stand, {"location", "list"}).out.find("London") != std::string::npos);
  const auto token = run(stand, {"enrolment-token", "create", "--location", "GB", "--json"});
  CHECK(token.code == CtlExit::kOk);
  CHECK(!token.body().at("token").get<std::string>().empty());
  CHECK(run(stand, {"enrolment-token", "list", "--json"}).body().at("items").size() == 1);
}

TEST_CASE("ctl: puts more products than one request takes", "[ctl]") {
  ApiStand stand;
  const auto file = std::filesystem::temp_directory_path() / random_secret("tillsync-ctl-");
  json products = json::array();
  for (int i = 0; i < 1'001; ++i) products.push_back({{"sku", "S" + std::to_string(i)}, {"description", "x"}});
  REQUIRE(os::write_file_durably(file, products.dump(), false));
  CHECK(run(stand, {"products", "put", file.string(), "--json"}).body().at("stored") == 1'001);
  CHECK(stand.get("/v1/products/S1000").at("sku") == "S1000");
  REQUIRE(os::write_file_durably(file, "{}", false));
  CHECK(run(stand, {"products", "put", file.string()}).code == CtlExit::kUsage);
  std::filesystem::remove(file);
}

TEST_CASE("ctl: reads every page of a list", "[ctl]") {
  ApiStand stand;
  for (int i = 0; i < 201; ++i) {
    const std::string id = "L" + std::to_string(i);
    REQUIRE(stand.call("PUT", "/v1/locations/" + id, json{{"id", id}, {"name", id}}.dump()).status == 200);
  }
  CHECK(run(stand, {"location", "list", "--json"}).body().at("items").size() == 201);
}

TEST_CASE("ctl: shows documents, stock, postings, exceptions and the balance", "[ctl]") {
  ApiStand stand;
  const std::string event = stand.add_sale("1", "NOSUCH");
  CHECK(run(stand, {"events", "list"}).out.find(event) != std::string::npos);
  CHECK(run(stand, {"events", "show", event, "--json"}).body().at("document").at("document_no") == "1");
  CHECK(run(stand, {"stock", "--location", "GB"}).out.find("-6") != std::string::npos);
  CHECK(run(stand, {"postings", "list", "--status", "queued", "--json"}).body().at("items").size() == 1);
  CHECK(run(stand, {"exceptions", "list"}).out.find("unknown_sku") != std::string::npos);
  CHECK(run(stand, {"reconciliation", "--location", "GB"}).out.find("17.98") != std::string::npos);
  CHECK(run(stand, {"health"}).code == CtlExit::kOk);
}

TEST_CASE("ctl: each way to fail has its exit code and says why", "[ctl]") {
  ApiStand stand;
  const auto missing = run(stand, {"agent", "show", "a_nosuch"});
  CHECK(missing.code == CtlExit::kRefused);
  CHECK(missing.err.find("a_nosuch") != std::string::npos);
  CHECK(run(stand, {"agent", "list"}, "nosuch").code == CtlExit::kDenied);
  CHECK(run(stand, {"agent", "revoke", "a_nosuch"}, "viewer").code == CtlExit::kDenied);
  CHECK(run(stand, {"enrolment-token", "create", "--location", "XX"}).code == CtlExit::kRefused);
  const auto as_json = run(stand, {"agent", "show", "a_nosuch", "--json"});
  CHECK(as_json.code == CtlExit::kRefused);
  CHECK(as_json.body().at("status") == 404);
}
