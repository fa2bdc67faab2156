#include "hub/outbound/outbound_item.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("outbound item: a price goes to its location, else its group, else to all", "[outbound]") {
  Price price;
  price.sku = Sku("A");
  price.currency.code = "GBP";
  CHECK(outbound_item(price).scope == "*");
  price.group = "UK";
  CHECK(outbound_item(price).scope == "group:UK");
  price.location = LocationId("GB");
  CHECK(outbound_item(price).scope == "location:GB");
  CHECK(decode_price(outbound_item(price).payload)->sku.value == "A");
}

TEST_CASE("outbound item: a product goes to all, a location to its own agents", "[outbound]") {
  Product product;
  product.sku = Sku("0012");
  CHECK(outbound_item(product).scope == "*");
  CHECK(outbound_item(product).key == "0012");
  Location location;
  location.id = LocationId("GB");
  CHECK(outbound_item(location).scope == "location:GB");
  CHECK(outbound_item(location).kind == "location/1");
}

TEST_CASE("scopes: without a group there is none", "[outbound]") {
  CHECK(scopes_of(AgentId("a"), LocationId("GB"), "") == std::vector<std::string>{"*", "location:GB", "agent:a"});
  CHECK(scopes_of(AgentId("a"), LocationId("GB"), "UK").back() == "group:UK");
}
