// GET /v1/reconciliation.
#include <catch2/catch.hpp>

#include "hub/reconcile/stock_comparison_store.h"
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

TEST_CASE("reconciliation: with a date all three sides, in every figure", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  const std::string path = "/v1/reconciliation?location=GB&business_date=2010-12-01";
  json sides = stand.items(path)[0].at("sides");
  CHECK(sides.at("pos").is_null());
  CHECK(sides.at("hub") == json{{"documents", 1}, {"net", "15.30"}, {"tax", "2.68"}, {"gross", "17.98"}, {"rounding", "0.00"},
                                {"taxes", {{{"code", "S"}, {"amount", "2.68"}}}}, {"tenders", {{{"type", "card"}, {"amount", "17.98"}}}}});
  CHECK(sides.at("erp").at("documents") == 0);
  CHECK(sides.at("equal") == false);
  const json close = {{"contract", "till-close/1"}, {"location", "GB"}, {"source", "POS"}, {"till", "GB-1"}, {"document_no", "Z-1"}, {"z_no", "1"},
                      {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T18:00:00Z"}, {"counts", {{"sale", 1}}},
                      {"totals", {{{"currency", "GBP"}, {"net", "15.30"}, {"tax", "2.68"}, {"gross", "17.98"}}}},
                      {"tenders", {{{"type", "card"}, {"currency", "GBP"}, {"expected", "17.98"}}}}};
  REQUIRE(stand.call("POST", "/v1/documents", close.dump()).status == 201);
  stand.write([](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE posting SET status = 'posted', is_open = 0"));
    return {};
  });
  sides = stand.items(path)[0].at("sides");
  CHECK(sides.at("equal") == true);
  CHECK(sides.at("differing").empty());
  CHECK(sides.at("pos").at("gross") == "17.98");
  CHECK(sides.at("erp").at("tenders") == sides.at("hub").at("tenders"));
  // Without a date there is nothing to compare closes by.
  CHECK(stand.items("/v1/reconciliation?location=GB")[0].at("sides").is_null());
}

TEST_CASE("reconciliation: differences down to the document, in pages", "[api]") {
  ApiStand stand;
  const std::string event_id = stand.add_sale("1");
  stand.add_sale("2");
  const std::string path = "/v1/reconciliation/differences?business_date=2010-12-01";
  const json items = stand.items(path);
  REQUIRE(items.size() == 2);
  CHECK(items[0].at("kind") == "not_acknowledged");
  CHECK(items[0].at("event_id") == event_id);
  CHECK(items[0].at("status") == "queued");
  CHECK(items[0].at("gross") == "17.98");
  const json first = stand.get(path + "&location=GB&limit=1");
  CHECK(first.at("items").size() == 1);
  REQUIRE(first.at("next").is_string());
  const json second = stand.get(path + "&location=GB&limit=1&after=" + first.at("next").get<std::string>());
  CHECK(second.at("items")[0].at("document_no") == "2");
  CHECK(second.at("next").is_null());
  CHECK(stand.items("/v1/reconciliation/differences?business_date=2010-12-02").empty());
  CHECK(stand.call("GET", "/v1/reconciliation/differences").status == 422);
  CHECK(stand.call("GET", path + "&after=x").status == 422);
  CHECK(stand.call("GET", path + "&after=-1@GB").status == 422);
}

TEST_CASE("reconciliation: stock on hand, hub against ERP", "[api]") {
  ApiStand stand;
  CHECK(stand.items("/v1/reconciliation/stock").empty());
  stand.write([](sql::Connection& connection) -> Result<void> {
    const OnHand hub = {{Sku("A"), Quantity{5'000}}, {Sku("B"), Quantity{1'000}}, {Sku("C"), Quantity{1'000}}};
    for (const char* location : {"FR", "GB"})
      TS_RETURN_IF_ERROR(record_stock_comparison(connection, LocationId(location), compare_stock(hub, {Instant{}, {{Sku("A"), Quantity{4'000}}, {Sku("C"), Quantity{1'000}}}}), Instant{60'000'000}));
    return {};
  });
  const json first = stand.get("/v1/reconciliation/stock?limit=1");
  CHECK(first.at("items") == json{{{"location", "FR"}, {"compared_at", "1970-01-01T00:01:00Z"}, {"erp_as_of", "1970-01-01T00:00:00Z"}, {"items", 3}, {"differing", 2},
                                   {"hub_has_more", "2"}, {"hub_has_less", "0"}}});
  REQUIRE(first.at("next") == "FR");
  CHECK(stand.items("/v1/reconciliation/stock?after=FR")[0].at("location") == "GB");
  const json skus = stand.get("/v1/reconciliation/stock/GB?limit=1");
  CHECK(skus.at("items") == json{{{"sku", "A"}, {"hub", "5"}, {"erp", "4"}}});
  CHECK(stand.items("/v1/reconciliation/stock/GB?after=A") == json{{{"sku", "B"}, {"hub", "1"}, {"erp", nullptr}}});
  CHECK(stand.items("/v1/reconciliation/stock/XX").empty());
}
