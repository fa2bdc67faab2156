#include "hub/masterdata/erp_items.h"

#include <catch2/catch.hpp>

#include "hub/masterdata/masterdata_store.h"
#include "tests/hub/writer/hub_fixture.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {
Product item_of(const std::string& sku, const std::string& item = "") {
  Product product;
  product.sku = Sku(sku);
  product.erp_item = item;
  return product;
}
}  // namespace

TEST_CASE("item map: a SKU's own item, else nothing", "[masterdata]") {
  HubDatabase database;
  REQUIRE(migrate_masterdata(database.connection()));
  REQUIRE(put_products(database.connection(), {item_of("A", "ERP-1"), item_of("B")}, "test", kNow));
  const auto items = read_erp_items(database.connection(), {Sku("A"), Sku("B"), Sku("unknown")});
  REQUIRE(items);
  CHECK(*items == std::map<std::string, std::string, std::less<>>{{"A", "ERP-1"}});
}

TEST_CASE("item map: items that differ by case only collide; those that are the same do so on purpose", "[masterdata]") {
  HubDatabase database;
  REQUIRE(migrate_masterdata(database.connection()));
  REQUIRE(put_products(database.connection(), {item_of("85123A"), item_of("85123a"), item_of("X", "same"), item_of("Y", "same"), item_of("Z", "85123A-2")}, "test", kNow));
  const auto collisions = [&](std::vector<Sku> skus) {
    const auto found = find_item_collisions(database.connection(), skus);
    REQUIRE(found);
    std::vector<std::string> told;
    for (const ItemCollision& one : *found) told.push_back(one.sku.value + "=" + one.item + " " + one.other.value + "=" + one.other_item);
    return told;
  };
  CHECK(collisions({Sku("85123A"), Sku("X"), Sku("Z"), Sku("85123a")}) == std::vector<std::string>{"85123A=85123A 85123a=85123a", "85123a=85123a 85123A=85123A"});
  CHECK(collisions({Sku("SAME")}) == std::vector<std::string>{"SAME=SAME X=same"});
  REQUIRE(put_products(database.connection(), {item_of("85123a", "85123-lower")}, "test", kNow));
  CHECK(collisions({Sku("85123A"), Sku("85123a")}).empty());
}
