// GET /v1/audit.
#include "tests/hub/api/people.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

TEST_CASE("audit list: filters and pages", "[api]") {
  ApiStand stand;
  for (const char* name : {"GB", "FR", "DE"})
    REQUIRE(stand.call("PUT", std::string("/v1/locations/") + name, json{{"id", name}, {"name", name}}.dump(), "operator").status == 200);
  const json page = stand.get("/v1/audit?limit=2");
  CHECK(page.at("items").at(0).at("object") == "locations/DE");
  CHECK(stand.items("/v1/audit?limit=2&after=" + page.at("next").get<std::string>()).at(0).at("object") == "locations/GB");
  CHECK(stand.items("/v1/audit?object=locations/FR").size() == 1);
  CHECK(stand.items("/v1/audit?object=locations").size() == 3);
  CHECK(stand.items("/v1/audit?who=operator&action=PUT").size() == 3);
  CHECK(stand.items("/v1/audit?who=nobody").empty());
  CHECK(stand.items("/v1/audit?q=FR").size() == 1);
  CHECK(stand.items("/v1/audit?from=2100-01-01T00:00:00Z").empty());
  CHECK(stand.items("/v1/audit?to=2100-01-01T00:00:00Z").size() == 3);
  for (const char* query : {"from=yesterday", "limit=0", "after=x"}) CHECK(stand.call("GET", std::string("/v1/audit?") + query).status == 422);
}

TEST_CASE("audit list: finance may read it, operators not", "[api]") {
  ApiStand stand;
  CHECK(stand.call("GET", "/v1/audit", "", "finance").status == 200);
  CHECK(stand.call("GET", "/v1/audit", "", "operator").status == 403);
}
