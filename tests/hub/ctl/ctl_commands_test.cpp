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

namespace {

struct JsonFile {
  std::filesystem::path path = std::filesystem::temp_directory_path() / random_secret("tillsync-ctl-");
  explicit JsonFile(const json& content) { REQUIRE(os::write_file_durably(path, content.dump(), false)); }
  JsonFile(const JsonFile&) = delete;
  JsonFile& operator=(const JsonFile&) = delete;
  ~JsonFile() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("ctl: a location has tills, hours, group and status", "[ctl]") {
  ApiStand stand;
  const auto put = run(stand, {"location", "put", "FR", "--name", "Lyon", "--kind", "warehouse", "--status", "refit", "--hours", "9-17", "--group", "south",
                               "--time-zone", "Europe/Paris", "--till", "FR-1", "--till", "FR-2"});
  REQUIRE(put.code == CtlExit::kOk);
  const json shown = run(stand, {"location", "show", "FR", "--json"}).body();
  CHECK(shown.at("kind") == "warehouse");
  CHECK(shown.at("status") == "refit");
  CHECK(shown.at("opening_hours") == "9-17");
  CHECK(shown.at("group") == "south");
  CHECK(shown.at("time_zone") == "Europe/Paris");
  CHECK(shown.at("tills").size() == 2);
  CHECK(run(stand, {"location", "put", "FR", "--name", "Lyon", "--status", "gone"}).code == CtlExit::kUsage);
}

TEST_CASE("ctl: products and prices come from a file, one or many", "[ctl]") {
  ApiStand stand;
  const JsonFile product({{"contract", "product/1"}, {"sku", "A"}, {"description", "Heart"}});
  CHECK(run(stand, {"products", "put", product.path.string()}).out == "1 products stored\n");
  CHECK(run(stand, {"products", "show", "A"}).out.find("Heart") != std::string::npos);
  CHECK(run(stand, {"products", "show", "B"}).code == CtlExit::kRefused);
  const JsonFile prices(json::array({{{"sku", "A"}, {"currency", "GBP"}, {"unit_price", "2.55"}, {"valid_from", "2010-12-01T00:00:00Z"}}}));
  CHECK(run(stand, {"prices", "put", prices.path.string(), "--json"}).body().at("stored") == 1);
  const JsonFile wrong(json::array({{{"sku", "A"}, {"unit_price", true}}}));
  CHECK(run(stand, {"prices", "put", wrong.path.string()}).code == CtlExit::kRefused);
  CHECK(run(stand, {"prices", "put", "/nonexistent/file"}).code == CtlExit::kUsage);
}

TEST_CASE("ctl: documents are recorded from a file, a conflict is told", "[ctl]") {
  ApiStand stand;
  const JsonFile documents(json::array({ApiStand::sale("1"), ApiStand::sale("2")}));
  CHECK(run(stand, {"documents", "put", documents.path.string()}).code == CtlExit::kOk);
  CHECK(stand.items("/v1/events").size() == 2);
  json other = ApiStand::sale("1");
  other["operator"] = "somebody else";
  const JsonFile conflict(other);
  const auto told = run(stand, {"documents", "put", conflict.path.string()});
  CHECK(told.code == CtlExit::kRefused);
  CHECK(told.out.find("1 in conflict") != std::string::npos);
  CHECK(run(stand, {"exceptions", "list", "--code", "conflict", "--json"}).body().at("items").size() == 1);
  CHECK(run(stand, {"traces", "show", "trace-1"}).out.find("at_hub") != std::string::npos);
  CHECK(run(stand, {"traces", "show", "nosuch"}).code == CtlExit::kRefused);
}

TEST_CASE("ctl: postings are shown, replayed and skipped, and connectors listed", "[ctl]") {
  ApiStand stand;
  stand.add_sale("1");
  const std::string id = run(stand, {"postings", "list", "--json"}).body().at("items").at(0).at("posting_id");
  CHECK(run(stand, {"postings", "show", id, "--json"}).body().at("posting_id") == id);
  const auto retried = run(stand, {"postings", "retry", id});
  CHECK(retried.code == CtlExit::kRefused);  // it waits for its turn already
  CHECK(!retried.err.empty());
  CHECK(run(stand, {"postings", "skip", id, "--reason", "posted by hand"}).code == CtlExit::kOk);
  CHECK(run(stand, {"postings", "show", id, "--json"}).body().at("status") == "skipped");
  CHECK(run(stand, {"postings", "replay", id}).code == CtlExit::kOk);
  CHECK(run(stand, {"postings", "replay", "p_nosuch"}).code == CtlExit::kRefused);
  CHECK(run(stand, {"connectors"}).out.find("flowing") != std::string::npos);
}

TEST_CASE("ctl: a connector is tried on a sample", "[ctl]") {
  ApiStand stand;
  const JsonFile sample(json{{"operation", "post"}});
  CHECK(run(stand, {"connector", "test", "tryton", "--sample", sample.path.string()}).code == CtlExit::kOk);
  CHECK(run(stand, {"connector", "test", "tryton", "--sample", sample.path.string(), "--json"}).body().at("connector") == "tryton");
  CHECK(run(stand, {"connector", "test", "nosuch", "--sample", sample.path.string()}).code == CtlExit::kRefused);
  CHECK(run(stand, {"connector", "test", "tryton"}).code == CtlExit::kUsage);
  CHECK(run(stand, {"connector", "list"}).out.find("flowing") != std::string::npos);
}

TEST_CASE("ctl: an exception is shown, assigned and dismissed", "[ctl]") {
  ApiStand stand;
  stand.add_sale("1", "NOSUCH");
  const std::string id = run(stand, {"exceptions", "list", "--code", "unknown_sku", "--json"}).body().at("items").at(0).at("exception_id");
  CHECK(run(stand, {"exceptions", "show", id}).out.find("unknown_sku") != std::string::npos);
  CHECK(run(stand, {"exceptions", "assign", id, "--to", "Ada"}).code == CtlExit::kOk);
  CHECK(run(stand, {"exceptions", "list", "--status", "assigned", "--json"}).body().at("items").size() == 1);
  CHECK(run(stand, {"exceptions", "dismiss", id}).code == CtlExit::kUsage);  // a reason is asked for
  CHECK(run(stand, {"exceptions", "dismiss", id, "--reason", "known"}).code == CtlExit::kOk);
  CHECK(run(stand, {"exceptions", "show", id, "--json"}).body().at("status") == "dismissed");
}

TEST_CASE("ctl: a hub that is not ready is exit code 5", "[ctl]") {
  ApiStand stand;
  stand.not_ready = "the disk is full";
  const auto health = run(stand, {"health"});
  CHECK(health.code == CtlExit::kHubFailed);
  CHECK(health.err.find("the disk is full") != std::string::npos);
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

TEST_CASE("ctl: stock is held, shown, leased, kept safe and checked", "[ctl]") {
  ApiStand stand;
  const json receipt = {{"contract", "stock-movement/1"}, {"location", "GB"}, {"source", "WMS"}, {"till", "WMS"}, {"document_no", "1"},
                        {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"type", "receipt"}, {"lines", {{{"sku", "A"}, {"qty", "9"}}}}};
  REQUIRE(stand.call("POST", "/v1/documents", receipt.dump()).status == 201);
  AgentRecord agent;
  agent.agent_id = AgentId("a_one");
  agent.location = LocationId("GB");
  agent.public_key = "k";
  stand.agents.put(agent);

  const auto made = run(stand, {"reservations", "create", "--sku", "A", "--qty", "2", "--location", "GB", "--key", "k-1", "--order-no", "W-1", "--ttl", "600", "--json"});
  CHECK(made.code == CtlExit::kOk);
  const std::string id = made.body().at("reservation_id");
  CHECK(run(stand, {"reservations", "create", "--sku", "A", "--qty", "2", "--location", "GB", "--key", "k-1", "--order-no", "W-1", "--ttl", "600", "--json"}).out == made.out);
  CHECK(run(stand, {"reservations", "create", "--sku", "A", "--qty", "99", "--location", "GB", "--key", "k-2"}).code == CtlExit::kRefused);
  CHECK(run(stand, {"reservations", "list", "--order-no", "W-1"}).out.find(id) != std::string::npos);
  CHECK(run(stand, {"reservations", "show", id}).out.find("held") != std::string::npos);
  CHECK(run(stand, {"reservations", "extend", id, "--ttl", "60"}).code == CtlExit::kOk);
  for (const char* verb : {"confirm", "pick", "ready", "break"}) CHECK(run(stand, {"reservations", verb, id, "--reason", "test"}).code == CtlExit::kOk);
  CHECK(run(stand, {"reservations", "release", "r_nobody"}).code == CtlExit::kRefused);

  const auto lease = run(stand, {"leases", "grant", "--agent", "a_one", "--sku", "A", "--qty", "3", "--ttl", "3600", "--json"});
  CHECK(lease.code == CtlExit::kOk);
  const std::string lease_id = lease.body().at("lease_id");
  CHECK(run(stand, {"leases", "list", "--agent", "a_one", "--state", "open"}).out.find(lease_id) != std::string::npos);
  CHECK(run(stand, {"leases", "show", lease_id}).code == CtlExit::kOk);
  CHECK(run(stand, {"leases", "renew", lease_id, "--ttl", "7200"}).code == CtlExit::kOk);
  CHECK(run(stand, {"leases", "shrink", lease_id, "--qty", "1"}).code == CtlExit::kOk);
  CHECK(run(stand, {"leases", "end", lease_id}).code == CtlExit::kOk);
  CHECK(run(stand, {"leases", "force", lease_id}).code == CtlExit::kRefused);
  CHECK(run(stand, {"leases", "force", lease_id, "--reason", "stolen"}).code == CtlExit::kOk);

  CHECK(run(stand, {"safety-stock", "put", "--location", "GB", "--sku", "A", "--qty", "4"}).code == CtlExit::kOk);
  CHECK(run(stand, {"safety-stock", "list"}).out.find("4") != std::string::npos);
  CHECK(run(stand, {"availability", "A", "--json"}).body().at("items").at(0).at("available") == "5");
  CHECK(run(stand, {"availability", "A", "B", "--location", "GB", "--max-age", "60"}).out.find("SAFETY") != std::string::npos);
  CHECK(run(stand, {"safety-stock", "put", "--location", "GB", "--sku", "A"}).code == CtlExit::kOk);

  CHECK(run(stand, {"stock", "--location", "GB"}).out.find("ON HAND") != std::string::npos);
  CHECK(run(stand, {"stock", "--sku", "A", "--json"}).body().at("items").size() == 1);
  CHECK(run(stand, {"stock", "verify"}).code == CtlExit::kOk);
  stand.write([](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE stock_position SET reserved_milli = 9000"));
    return {};
  });
  const auto found = run(stand, {"stock", "verify"});
  CHECK(found.code == CtlExit::kDifferences);
  CHECK(found.out.find("reserved") != std::string::npos);
  CHECK(run(stand, {"stock", "verify", "--json"}).body().at("items").size() == 1);
  CHECK(run(stand, {"stock", "verify", "--json"}).code == CtlExit::kDifferences);
  CHECK(run(stand, {"stock", "verify", "--repair"}).code == CtlExit::kRefused);
  CHECK(run(stand, {"stock", "verify", "--repair", "--reason", "found"}).code == CtlExit::kOk);
  CHECK(run(stand, {"stock", "verify"}).code == CtlExit::kOk);
}
