// GET /v1/kpis, /v1/charts/{name}, /v1/views.
#include <catch2/catch.hpp>

#include "hub/insight/sample_store.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("KPIs: each with the span before and its goal", "[api]") {
  ApiStand stand;
  const std::int64_t at = os::now().micros / 60'000'000 * 60 - 60;
  stand.write([at](sql::Connection& connection) { return write_sample(connection, at, {{"documents", 1'000}, {"exceptions_raised", 7}}, {}); });
  const json kpis = stand.get("/v1/kpis");
  bool found = false;
  for (const json& kpi : kpis.at("items"))
    if (kpi.at("name") == "exception_rate") {
      found = true;
      CHECK(kpi.at("value") == 7.0);
      CHECK(kpi.at("previous").is_null());
      CHECK(kpi.at("goal") == 5.0);
    }
  CHECK(found);
  CHECK(stand.call("GET", "/v1/kpis?from=yesterday").status == 422);
  CHECK(stand.call("GET", "/v1/kpis?from=2010-12-02T00:00:00Z&to=2010-12-01T00:00:00Z").status == 422);
}

TEST_CASE("charts: all six, gaps as null", "[api]") {
  ApiStand stand;
  const std::int64_t at = os::now().micros / 60'000'000 * 60 - 60;
  stand.write([at](sql::Connection& connection) { return write_sample(connection, at, {{"documents", 7}, {"backlog", 3}}, {}); });
  for (const char* name : {"arrivals", "backlog", "delay", "postings", "exceptions", "balance"}) {
    const json chart = stand.get(std::string("/v1/charts/") + name);
    CHECK(chart.at("name") == name);
    CHECK_FALSE(chart.at("series").empty());
  }
  const json points = stand.get("/v1/charts/arrivals").at("series").at(0).at("points");
  CHECK(points.at(0).at(1).is_null());
  bool found = false;
  for (const json& point : points) found = found || point == json{at, 7.0};
  CHECK(found);
  CHECK(stand.get("/v1/charts/delay").at("limit") == 1'800);
  stand.add_sale("1");
  CHECK(stand.get("/v1/charts/arrivals?location=GB&tz=store").at("series").size() == 1);
  CHECK(stand.call("GET", "/v1/charts/backlog?location=GB").status == 422);
  CHECK(stand.call("GET", "/v1/charts/nosuch").status == 404);
  CHECK(stand.call("GET", "/v1/charts/arrivals?tz=mars").status == 422);
}

TEST_CASE("views: saved for all, by whom, and removed", "[api]") {
  ApiStand stand;
  CHECK(stand.call("PUT", "/v1/views/fleet/Dark%20stores", R"({"query":"state=dark"})", "operator").status == 200);
  const json views = stand.items("/v1/views?page=fleet");
  REQUIRE(views.size() == 1);
  CHECK(views.at(0).at("name") == "Dark stores");
  CHECK(views.at(0).at("changed_by") == "operator");
  CHECK(stand.items("/v1/views?page=stock").empty());
  CHECK(stand.call("PUT", "/v1/views/nosuch/x", R"({"query":""})").status == 422);
  CHECK(stand.call("PUT", "/v1/views/fleet/x", R"({"query":7})").status == 422);
  CHECK(stand.call("PUT", "/v1/views/fleet/x", "[]").status == 422);
  CHECK(stand.call("DELETE", "/v1/views/fleet/Dark%20stores").status == 200);
  CHECK(stand.call("DELETE", "/v1/views/fleet/Dark%20stores").status == 404);
}
