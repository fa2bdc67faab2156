#include "hub/masterdata/masterdata_store.h"

#include <catch2/catch.hpp>

#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

struct Store {
  HubDatabase database;
  sql::Connection& connection = database.connection();
  MasterdataReader reader{connection};
  Store() { REQUIRE(migrate_masterdata(connection)); }
};

Product product(const std::string& sku, const std::string& description = "HOLDER") {
  Product made;
  made.sku = Sku(sku);
  made.description = FreeText{description};
  return made;
}

}  // namespace

TEST_CASE("masterdata store: a put makes a version record and the current row", "[masterdata]") {
  Store store;
  const auto first = put_products(store.connection, {product("0085123", "old")}, "erp", kNow);
  REQUIRE(first);
  CHECK(first->at(0).status == PutStatus::kCreated);
  const auto second = put_products(store.connection, {product("0085123", "new")}, "ann", kNow);
  CHECK(second->at(0).status == PutStatus::kUpdated);
  const auto current = store.reader.product(Sku("0085123"));
  REQUIRE(current);
  REQUIRE(*current);
  CHECK((*current)->description.value == "new");
  CHECK((*current)->version == 2);
  const auto history = store.reader.history(MasterdataKind::kProduct, "0085123");
  REQUIRE(history);
  REQUIRE(history->size() == 2);
  CHECK(history->at(0).json.find("old") != std::string::npos);
  CHECK(history->at(1).changed_by == "ann");
}

TEST_CASE("masterdata store: the same content again writes nothing", "[masterdata]") {
  Store store;
  REQUIRE(put_products(store.connection, {product("A")}, "erp", kNow));
  const auto again = put_products(store.connection, {product("A")}, "erp", kNow);
  CHECK(again->at(0).status == PutStatus::kUnchanged);
  CHECK(store.reader.history(MasterdataKind::kProduct, "A")->size() == 1);
}

TEST_CASE("masterdata store: a stale version is refused and the newer row stays", "[masterdata]") {
  Store store;
  Product newer = product("A", "newer");
  newer.version = 9;
  Product older = product("A", "older");
  older.version = 8;
  const auto decisions = put_products(store.connection, {newer, older}, "erp", kNow);
  REQUIRE(decisions);
  CHECK(decisions->at(1).status == PutStatus::kStale);
  CHECK(store.reader.product(Sku("A")).value()->description.value == "newer");
}

TEST_CASE("masterdata store: SKUs that differ by case or leading zeros are different products", "[masterdata]") {
  Store store;
  REQUIRE(put_products(store.connection, {product("85123a"), product("85123A"), product("085123A")}, "erp", kNow));
  CHECK(store.reader.products("", 10)->size() == 3);
}

TEST_CASE("masterdata store: bar codes follow the current product", "[masterdata]") {
  Store store;
  Product made = product("A");
  made.gtins = {Gtin{"0012345678905", {}, {}}, Gtin{"111", Quantity{12'000}, {}}};
  REQUIRE(put_products(store.connection, {made}, "erp", kNow));
  CHECK(store.reader.skus_of_gtin("0012345678905").value() == std::vector<Sku>{Sku("A")});
  CHECK(store.database.number("SELECT pack_qty_milli FROM product_gtin WHERE gtin = '0012345678905'") == 1'000);
  made.gtins.pop_back();
  REQUIRE(put_products(store.connection, {made}, "erp", kNow));
  CHECK(store.reader.skus_of_gtin("111")->empty());
}

TEST_CASE("masterdata store: products page by SKU, within limits", "[masterdata]") {
  Store store;
  REQUIRE(put_products(store.connection, {product("C"), product("A"), product("B")}, "erp", kNow));
  const auto first = store.reader.products("", 2);
  REQUIRE(first->size() == 2);
  CHECK(first->at(1).sku == Sku("B"));
  CHECK(store.reader.products("B", 2)->size() == 1);
  CHECK(store.reader.products("", kMasterdataPageMax));
  CHECK(store.reader.products("", kMasterdataPageMax + 1).error().code == ErrorCode::kInvalid);
  CHECK_FALSE(store.reader.products("", 0));
}

TEST_CASE("masterdata store: locations with their tills", "[masterdata]") {
  Store store;
  Location location;
  location.id = LocationId("GB");
  location.name = FreeText{"United Kingdom"};
  location.tills.push_back(LocationTill{TillId("GB-1"), std::nullopt, std::nullopt, {}});
  REQUIRE(put_locations(store.connection, {location}, "ann", kNow));
  CHECK(store.reader.location(LocationId("GB")).value()->tills.at(0).id == TillId("GB-1"));
  CHECK_FALSE(store.reader.location(LocationId("FR")).value());
  location.status = "closed";
  CHECK(put_locations(store.connection, {location}, "ann", kNow)->at(0).version == 2);
  CHECK(store.reader.locations()->size() == 1);
  CHECK(store.reader.history(MasterdataKind::kLocation, "GB")->size() == 2);
}

TEST_CASE("masterdata store: prices of a SKU, also of one place", "[masterdata]") {
  Store store;
  Price price;
  price.sku = Sku("A");
  price.currency = Currency{"GBP"};
  price.unit_price = UnitPrice{2'550'000};
  Price local = price;
  local.location = LocationId("FR");
  REQUIRE(put_prices(store.connection, {price, local}, "erp", kNow));
  CHECK(store.reader.prices(Sku("A"))->size() == 2);
  const auto french = store.reader.prices(Sku("A"), LocationId("FR"));
  REQUIRE(french->size() == 1);
  CHECK(french->at(0).unit_price.micro == 2'550'000);
  price.unit_price = UnitPrice{1};
  CHECK(put_prices(store.connection, {price}, "erp", kNow)->at(0).status == PutStatus::kUpdated);
  CHECK(store.reader.history(MasterdataKind::kPrice, price_key(price))->size() == 2);
}

TEST_CASE("masterdata store: a customer is an opaque id, once", "[masterdata]") {
  Store store;
  CHECK(put_customer(store.connection, "17850", kNow).value());
  CHECK_FALSE(put_customer(store.connection, "17850", kNow).value());
}
