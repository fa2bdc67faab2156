#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/ingest/inbox_items.h"
#include "common/contract/masterdata.h"

namespace tillsync::agent {

using nlohmann::json;

TEST_CASE("inbox items: products and prices get names, JSON stays, bytes become hexadecimal", "[agent][ingest]") {
  Product product;
  product.sku = Sku("0012");
  Price price;
  price.sku = Sku("0012");
  price.currency = Currency{"GBP"};
  price.unit_price = UnitPrice{2'550'000};
  const json body = json::parse(inbox_json({{4, "product/1", "0012", encode_product(product)},
                                            {5, "price/1", "0012", encode_price(price)},
                                            {6, "pick/1", "O \"1\"", R"({"order":1})"},
                                            {9, "pick/1", "", "\x01\xff"},
                                            {10, "product/1", "X", "garbage"}},
                                           3));
  const json& items = body.at("items");
  REQUIRE(items.size() == 5);
  CHECK(items[0].at("no") == 4);
  CHECK(items[0].at("data").at("sku") == "0012");
  CHECK(items[1].at("data").at("unit_price") == "2.55");
  CHECK(items[2].at("key") == "O \"1\"");
  CHECK(items[2].at("data").at("order") == 1);
  CHECK(items[3].at("data").at("hex") == "01ff");
  CHECK(items[4].at("data").contains("hex"));
  CHECK(body.at("next") == 10);
}

TEST_CASE("inbox items: without items the next question is the same", "[agent][ingest]") {
  const json body = json::parse(inbox_json({}, 7));
  CHECK(body.at("items").empty());
  CHECK(body.at("next") == 7);
}

}  // namespace tillsync::agent
