// One sale from the till to the ERP through the built programs, and what happens when it is sent twice, changed, or
// wrong.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/bad_documents.h"
#include "tests/support/stand.h"

using namespace tillsync::test;
using nlohmann::json;

namespace {

long documents_at_hub(Stand& stand, const std::string& location) {
  long count = 0;
  std::string after;
  do {
    const auto page =
        stand.hub_get("/v1/events?limit=200&location=" + location + (after.empty() ? "" : "&after=" + after));
    count += static_cast<long>(page.at("items").size());
    after = page.contains("next") && page.at("next").is_string() ? page.at("next").get<std::string>() : "";
  } while (!after.empty());
  return count;
}

json erp_summary(Stand& stand) {
  return json::parse(http("GET", "http://127.0.0.1:" + std::to_string(stand.erp_port) + "/summary").body);
}

long exceptions_of(Stand& stand, const std::string& code) {
  return static_cast<long>(stand.hub_get("/v1/exceptions?limit=200&code=" + code).at("items").size());
}

}  // namespace

TEST_CASE("a sale reaches the ledger and the ERP once, however often it is sent", "[integration]") {
  Stand stand("sale");
  stand.start_erp();
  stand.start_hub();
  stand.enrol("GB");
  stand.put_products({"85123A"});
  stand.start_agent("GB");

  const auto first = stand.post("GB", smallest_sale("GB-1", "536365"));
  CHECK(first.status == 201);
  const auto answer = json::parse(first.body);
  CHECK(answer.at("status") == "accepted");
  CHECK(answer.at("warnings").empty());

  const auto second = stand.post("GB", smallest_sale("GB-1", "536365"));
  CHECK(second.status == 200);
  CHECK(json::parse(second.body) == answer);

  wait_until("the sale at the hub", [&] { return documents_at_hub(stand, "GB") == 1; });
  const auto stock = stand.hub_get("/v1/stock?location=GB&sku=85123A");
  CHECK(stock.dump().find("\"-6\"") != std::string::npos);
  wait_until("the posting at the ERP", [&] { return erp_summary(stand).dump().find("17.98") != std::string::npos; });

  SECTION("the same identity with other content is a conflict: 409, kept, one exception") {
    auto other = smallest_sale("GB-1", "536365");
    other.replace(other.find("\"qty\":\"6\""), 9, "\"qty\":\"7\"");
    const auto conflict = stand.post("GB", other);
    CHECK(conflict.status == 409);
    const auto exception_id = json::parse(conflict.body).at("exception_id").get<std::string>();
    const auto again = stand.post("GB", other);
    CHECK(again.status == 409);
    CHECK(json::parse(again.body).at("exception_id") == exception_id);
    wait_until("the conflict at the hub", [&] {
      return stand.hub_get("/v1/exceptions?limit=200").dump().find(exception_id) != std::string::npos;
    });
    const auto list = stand.hub_get("/v1/exceptions?limit=200").at("items");
    CHECK(std::ranges::count_if(
              list, [&](const json& item) { return item.dump().find(exception_id) != std::string::npos; }) == 1);
    CHECK(stand.hub_get("/v1/stock?location=GB&sku=85123A").dump().find("\"-6\"") != std::string::npos);
  }

  SECTION("bad input gets its refusal and changes nothing") {
    const auto good = smallest_sale("GB-1", "1");
    auto bad = bad_documents(good, "1");
    bad.push_back({"wrong location", R"({"location":"FR",)" + good.substr(1), 422, "wrong_location"});
    for (const auto& document : bad) {
      INFO(document.what);
      const auto refused = stand.post("GB", document.bytes);
      CHECK(refused.status == document.status);
      CHECK(refused.headers.at("content-type") == "application/problem+json");
      const auto problem = json::parse(refused.body);
      CHECK(problem.at("type") == "urn:tillsync:problem:" + document.code);
      for (const auto* member : {"title", "status", "detail", "pointer"}) CHECK(problem.contains(member));
    }
    CHECK(stand.post("GB", good, {"Content-Type: text/plain"}).status == 415);
    CHECK(stand.post("GB", good, {"Content-Type: application/json", "Origin: http://evil.example"}).status == 403);
    // The next good document takes the next number: nothing in between was recorded.
    const auto next = json::parse(stand.post("GB", good).body);
    CHECK(next.at("seq").get<long>() == answer.at("seq").get<long>() + 1);
    wait_until("the good one at the hub", [&] { return documents_at_hub(stand, "GB") == 2; });
  }

  SECTION("strange facts are taken with a warning and stand on the exceptions list") {
    const auto strange = strange_documents(smallest_sale("GB-1", "2"), "2");
    for (const auto& document : strange) {
      INFO(document.code);
      const auto taken = stand.post("GB", document.bytes);
      CHECK(taken.status == 201);
      CHECK(json::parse(taken.body).at("warnings").dump().find("\"" + document.code + "\"") != std::string::npos);
    }
    wait_until("the strange ones at the hub",
               [&] { return documents_at_hub(stand, "GB") == static_cast<long>(strange.size()) + 1; });
    for (const auto& document : strange) {
      INFO(document.code);
      CHECK(exceptions_of(stand, document.code) >= 1);
    }
    const auto unknown = stand.post("GB", smallest_sale("GB-1", "3", "NOSUCH"));
    CHECK(unknown.status == 201);
    wait_until("the unknown SKU", [&] { return exceptions_of(stand, "unknown_sku") == 1; });
  }
}

TEST_CASE("documents that were acknowledged survive kill -9 of agent, hub and ERP", "[integration]") {
  Stand stand("kill");
  stand.start_erp();
  stand.start_hub();
  stand.enrol("GB");
  stand.put_products({"85123A"});
  stand.start_agent("GB");
  constexpr int kDocuments = 300;
  for (int i = 1; i <= kDocuments; ++i) {
    if (i == 80) {
      stand.kill(stand.agents.at("GB"));
      stand.start_agent("GB");
    }
    if (i == 150) stand.kill(stand.hub);
    if (i == 200) stand.start_hub();
    if (i == 220) stand.kill(stand.erp);
    if (i == 280) stand.start_erp();
    REQUIRE(stand.post("GB", smallest_sale("GB-1", std::to_string(i))).status == 201);
  }
  wait_until("all at the hub", [&] { return documents_at_hub(stand, "GB") == kDocuments; });
  CHECK(stand.hub_get("/v1/stock?location=GB&sku=85123A").dump().find("\"-1800\"") != std::string::npos);
  wait_until(
      "all at the ERP", [&] { return erp_summary(stand).dump().find("5394.00") != std::string::npos; }, 120);
  CHECK(documents_at_hub(stand, "GB") == kDocuments);
}

TEST_CASE("SIGTERM ends each program with exit code 0 and everything committed", "[integration]") {
  Stand stand("term");
  stand.start_erp();
  stand.start_hub();
  stand.enrol("GB");
  stand.start_agent("GB");
  REQUIRE(stand.post("GB", smallest_sale("GB-1", "1")).status == 201);
  CHECK(stand.agents.at("GB")->terminate() == 0);
  CHECK(stand.hub->terminate() == 0);
  CHECK(stand.erp->terminate() == 0);
  stand.start_erp();
  stand.start_hub();
  stand.start_agent("GB");
  wait_until("the sale at the hub", [&] { return documents_at_hub(stand, "GB") == 1; });
}
