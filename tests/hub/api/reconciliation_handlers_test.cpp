// GET /v1/reconciliation.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

TEST_CASE("reconciliation: the hub's books beside what the ERP has acknowledged", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  for (const char* query : {"", "?location=GB", "?location=GB&business_date=2010-12-01"}) {
    const json rows = stand.items(std::string("/v1/reconciliation") + query);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("hub") == json{{"documents", 1}, {"gross", "17.98"}, {"units", "-6"}});
    CHECK(rows[0].at("erp").at("documents") == 0);
    CHECK(rows[0].at("waiting") == 1);
    CHECK(rows[0].at("balanced") == false);
  }
  CHECK(stand.items("/v1/reconciliation?business_date=2010-12-02").empty());
  CHECK(stand.call("GET", "/v1/reconciliation?business_date=2010-02-30").status == 422);
}
