#include "hub/masterdata/product_facts.h"

#include <catch2/catch.hpp>

#include "hub/masterdata/masterdata_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

Product bundle(const std::string& sku, std::vector<std::pair<std::string, std::int64_t>> parts) {
  Product made;
  made.sku = Sku(sku);
  for (auto& [part, milli] : parts) made.bundle.push_back({Sku(part), Quantity{milli}, {}});
  return made;
}

struct Catalogue {
  HubDatabase database;
  sql::Connection& connection = database.connection();
  Catalogue() { REQUIRE(migrate_masterdata(connection)); }
  void put(const Product& product) { REQUIRE(put_products(connection, {product}, "test", kNow)); }
  ProductFacts facts(const std::string& sku) {
    const auto read = read_product_facts(connection, Sku(sku));
    REQUIRE(read);
    return *read;
  }
};

}  // namespace

TEST_CASE("product facts: parts are summed, down to what is kept", "[masterdata][bundles]") {
  Catalogue store;
  Product wrapping;
  wrapping.sku = Sku("WRAPPING");
  wrapping.kind = "service";
  store.put(wrapping);
  store.put(bundle("PAIR", {{"CUP", 2'000}}));
  store.put(bundle("CRATE", {{"PAIR", 3'000}, {"CUP", 500}, {"WRAPPING", 1'000}, {"NOTHING", 0}}));
  const ProductFacts crate = store.facts("CRATE");
  REQUIRE(crate.parts.size() == 1);
  CHECK(crate.parts[0].sku == Sku("CUP"));
  CHECK(crate.parts[0].per_unit_milli == 6'500);
  CHECK(store.facts("CUP").parts.empty());
  CHECK(store.facts("CUP").needs_stock);
  CHECK_FALSE(store.facts("WRAPPING").needs_stock);
}

TEST_CASE("product facts: a bundle in a bundle is followed to the limit of levels", "[masterdata][bundles][limits]") {
  Catalogue store;
  for (int level = 0; level <= kBundleDepthMax; ++level) store.put(bundle("L" + std::to_string(level), {{"L" + std::to_string(level + 1), 1'000}}));
  CHECK(store.facts("L1").parts[0].sku == Sku("L" + std::to_string(kBundleDepthMax + 1)));
  CHECK(store.facts("L0").parts[0].sku == Sku("L" + std::to_string(kBundleDepthMax)));  // one level too many: taken as it is
}

TEST_CASE("product facts: quantities of parts are rounded away from zero and stay at the bounds", "[masterdata][bundles][limits]") {
  CHECK(part_quantity(1'000, {Sku("A"), 333}) == 333);
  CHECK(part_quantity(1, {Sku("A"), 333}) == 1);
  CHECK(part_quantity(-1, {Sku("A"), 333}) == -1);
  CHECK(part_quantity(-2'000, {Sku("A"), 333}) == -666);
  CHECK(part_quantity(0, {Sku("A"), 333}) == 0);
  CHECK(part_quantity(INT64_MAX, {Sku("A"), 2'000}) == INT64_MAX);
  CHECK(part_quantity(INT64_MIN, {Sku("A"), 2'000}) == INT64_MIN);
}

TEST_CASE("product facts: bundles are known by name, also those put before there was a column for it", "[masterdata][bundles]") {
  Catalogue store;
  store.put(bundle("SET", {{"CUP", 1'000}}));
  store.put(bundle("OLD", {{"CUP", 1'000}}));
  store.put(bundle("CUP", {}));
  store.put(bundle("WAS", {{"CUP", 1'000}}));
  store.put(bundle("WAS", {}));
  REQUIRE(store.connection.run("UPDATE product SET is_bundle = NULL WHERE sku IN ('OLD', 'CUP')"));
  CHECK(*read_bundle_skus(store.connection) == std::unordered_set<std::string>{"SET"});
  REQUIRE(migrate_masterdata(store.connection));
  CHECK(*read_bundle_skus(store.connection) == std::unordered_set<std::string>{"SET", "OLD"});
}
