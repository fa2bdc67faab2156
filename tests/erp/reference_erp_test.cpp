#include "tests/erp/reference_erp.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "tests/erp/erp_posting.h"
#include "tests/erp/fault_plan.h"
#include "tests/support/http.h"

using namespace tillsync;
using nlohmann::json;
using test::HttpAnswer;

namespace {

struct TempFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / random_secret("tillsync-erp-");
  TempFolder() { std::filesystem::create_directories(path); }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

std::string posting(const std::string& key, const std::string& sku = "A", const std::string& credit = "17.98") {
  return json{{"posting_id", "p"},
              {"kind", "sale"},
              {"location", "GB"},
              {"business_date", "2010-12-01"},
              {"currency", "GBP"},
              {"ordering_key", "GB"},
              {"idempotency_key", key},
              {"journal", {{{"account", "cash"}, {"debit", "17.98"}}, {{"account", "sales"}, {"credit", credit}}}},
              {"stock", {{{"sku", sku}, {"qty", "-6"}}}},
              {"documents", {"e_1"}},
              {"gross", "17.98"}}
      .dump();
}

struct Erp {
  explicit Erp(const std::filesystem::path& folder, std::vector<std::filesystem::path> items = {}) {
    erp::ReferenceErpOptions options;
    options.data = folder;
    options.strict_items = std::move(items);
    auto started = erp::ReferenceErp::start(options);
    REQUIRE(started);
    server = std::move(*started);
    base = "http://127.0.0.1:" + std::to_string(server->port());
  }
  HttpAnswer post(const std::string& body, const std::string& key) const {
    return test::http("POST", base + "/postings", body, {"Idempotency-Key: " + key});
  }
  HttpAnswer control(const json& plan) const { return test::http("POST", base + "/control", plan.dump()); }
  HttpAnswer get(const std::string& path) const { return test::http("GET", base + path); }
  json gb() const { return json::parse(get("/summary").body).at("locations").at(0); }

  std::unique_ptr<erp::ReferenceErp> server;
  std::string base;
};

std::string error_code(const HttpAnswer& answer) { return json::parse(answer.body).at("error").at("code"); }

}  // namespace

TEST_CASE("reference erp: one key makes one document, whatever happens in between", "[reference_erp]") {
  TempFolder folder;
  std::string reference;
  {
    Erp erp(folder.path);
    const HttpAnswer first = erp.post(posting("k1"), "k1");
    CHECK(first.status == 201);
    reference = json::parse(first.body).at("erp_reference");
    CHECK(erp.post(posting("k1"), "k1").status == 200);
    const HttpAnswer other = erp.post(posting("k1", "B"), "k1");
    CHECK(other.status == 409);
    CHECK(error_code(other) == "key_reused");
    CHECK(erp.get("/postings/by-key/k2").status == 404);
  }
  Erp again(folder.path);
  const HttpAnswer answer = again.post(posting("k1"), "k1");
  CHECK(answer.status == 200);
  CHECK(json::parse(answer.body).at("erp_reference") == reference);
  CHECK(json::parse(again.get("/postings/by-key/k1").body).at("erp_reference") == reference);
  const json row = again.gb();
  CHECK(row.at("documents") == 1);
  CHECK(row.at("gross").at("GBP") == "17.98");
  CHECK(row.at("units") == "-6");
}

TEST_CASE("reference erp: refuses what it cannot book, and takes it once the cause is gone", "[reference_erp]") {
  TempFolder folder;
  const auto items = folder.path / "items";
  std::ofstream(items) << "A\nOLD,blocked\n";
  Erp erp(folder.path / "data", {items});
  CHECK(erp.post("{", "k").status == 400);
  CHECK(erp.post(posting("k"), "other").status == 400);
  CHECK(test::http("POST", erp.base + "/postings", posting("k")).status == 400);
  CHECK(error_code(erp.post(posting("k", "A", "17.97"), "k")) == "unbalanced");
  CHECK(error_code(erp.post(posting("k", "B"), "k")) == "unknown_item");
  CHECK(error_code(erp.post(posting("k", "OLD"), "k")) == "blocked_item");
  CHECK(test::http("POST", erp.base + "/periods", R"({"closed_before":"2010-12-02"})").status == 200);
  CHECK(error_code(erp.post(posting("k"), "k")) == "closed_period");
  CHECK(json::parse(erp.get("/summary").body).at("locations").empty());
  CHECK(test::http("POST", erp.base + "/periods", R"({"closed_before":"2010-12-01"})").status == 200);
  CHECK(test::http("POST", erp.base + "/items", R"({"sku":"B"})").status == 200);
  CHECK(erp.post(posting("k", "B"), "k").status == 201);
}

TEST_CASE("reference erp: shows the faults it is told to show, and no more", "[reference_erp]") {
  TempFolder folder;
  Erp erp(folder.path);
  SECTION("down") {
    CHECK(erp.control({{"mode", "down"}}).status == 200);
    CHECK(erp.post(posting("k"), "k").status == 503);
    CHECK(erp.get("/postings/by-key/k").status == 503);
    CHECK(erp.control({{"mode", "ok"}}).status == 200);
    CHECK(erp.get("/postings/by-key/k").status == 404);
  }
  SECTION("error_5xx books nothing, every second one, twice") {
    CHECK(erp.control({{"mode", "error_5xx"}, {"every", 2}, {"for", 2}}).status == 200);
    std::vector<int> statuses;
    for (int i = 0; i < 6; ++i) statuses.push_back(erp.post(posting(std::to_string(i)), std::to_string(i)).status);
    CHECK(statuses == std::vector<int>{201, 500, 201, 500, 201, 201});
    CHECK(erp.gb().at("documents") == 4);
  }
  SECTION("apply_then_timeout books before it keeps silent") {
    CHECK(erp.control({{"mode", "apply_then_timeout"}, {"delay_ms", 50}, {"for", 1}}).status == 200);
    CHECK(erp.post(posting("k"), "k").status == 201);  // this client is more patient than the delay
    CHECK(erp.gb().at("documents") == 1);
  }
  SECTION("an unknown mode is refused") {
    CHECK(erp.control({{"mode", "strange"}}).status == 400);
    CHECK(erp.control({{"mode", "slow"}, {"every", -1}}).status == 400);
  }
}

TEST_CASE("fault plan: counts postings, not answers", "[reference_erp]") {
  auto plan = erp::FaultPlan::parse(R"({"mode":"slow","delay_ms":7,"every":3})");
  REQUIRE(plan);
  CHECK(plan->next().mode == erp::FaultMode::kOk);
  CHECK(plan->next().mode == erp::FaultMode::kOk);
  const erp::Fault hit = plan->next();
  CHECK(hit.mode == erp::FaultMode::kSlow);
  CHECK(hit.delay_ms == 7);
  CHECK(!erp::FaultPlan::parse("[]"));
}

TEST_CASE("erp posting: numbers are read exactly or refused", "[reference_erp]") {
  CHECK(erp::read_posting(posting("k"), "k"));
  json body = json::parse(posting("k"));
  body["stock"][0]["qty"] = -6;  // a number that passed through a double somewhere
  CHECK(erp::read_posting(body.dump(), "k").error().code == "bad_field");
  body = json::parse(posting("k"));
  body["gross"] = "17.981";
  CHECK(erp::read_posting(body.dump(), "k").error().code == "bad_field");
  body = json::parse(posting("k"));
  body.erase("location");
  CHECK(erp::read_posting(body.dump(), "k").error().code == "bad_field");
}
