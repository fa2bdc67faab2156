#include "common/contract/masterdata.h"

#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;

namespace {

Value tree(const nlohmann::json& json) {
  return *parse_tree(json.dump(), Syntax::kJson);
}

}  // namespace

TEST_CASE("masterdata: a product is active unless it says otherwise, in every form", "[contract][masterdata]") {
  const auto product =
      parse_product(tree({{"sku", "00012"}, {"gtins", {{{"gtin", "4006381333931"}, {"pack_qty", "24"}}}}}));
  REQUIRE(product.has_value());
  CHECK(product->active);
  CHECK(product->gtins[0].pack_qty.milli == 24'000);
  CHECK(decode_product(encode_product(*product))->active);
  CHECK(product_to_json(*product) ==
        R"({"contract":"product/1","sku":"00012","gtins":[{"gtin":"4006381333931","pack_qty":"24"}]})");

  const auto inactive = parse_product(tree({{"sku", "00012"}, {"active", false}}));
  CHECK_FALSE(decode_product(encode_product(*inactive))->active);
  CHECK(product_to_json(*inactive).find(R"("active":false)") != std::string::npos);
}

TEST_CASE("masterdata: the contract may be named, but must be the right one", "[contract][masterdata]") {
  CHECK(parse_product(tree({{"contract", "product/1"}, {"sku", "A"}}))->extras.empty());
  CHECK(parse_product(tree({{"contract", "price/1"}, {"sku", "A"}})).error().code == "unknown_contract");
  CHECK(parse_product(tree({{"contract", 1}, {"sku", "A"}})).error().pointer == "/contract");
}

TEST_CASE("masterdata: without its key nothing can be identified", "[contract][masterdata]") {
  CHECK(parse_product(tree({{"uom", "piece"}})).error().code == "no_identity");
  CHECK(parse_price(tree(nlohmann::json::object()), "/2").error().pointer == "/2/sku");
  CHECK(parse_location(tree({{"name", "x"}})).error().pointer == "/id");
  CHECK(parse_posting(tree({{"kind", "sale"}})).error().pointer == "/posting_id");
  CHECK(parse_product(tree({{"sku", "A"}, {"bundle", {{{"qty", 1}}}}})).error().pointer == "/bundle/0/sku");
  CHECK(parse_product(tree(nlohmann::json::array())).error().code == "wrong_type");
}

TEST_CASE("masterdata: unknown fields are kept", "[contract][masterdata]") {
  const auto location =
      parse_location(tree({{"id", "GB"}, {"dock_doors", 12}, {"tills", {{{"id", "GB-1"}, {"x", 1}}}}}));
  REQUIRE(location.has_value());
  CHECK(location->extras.size() == 1);
  CHECK(location->tills[0].extras.size() == 1);
  CHECK(location_to_json(*location) ==
        R"({"contract":"location/1","id":"GB","tills":[{"id":"GB-1","x":1}],"dock_doors":12})");
}

TEST_CASE("masterdata: a price survives the way there and back", "[contract][masterdata]") {
  const nlohmann::json json = {{"contract", "price/1"},
                               {"sku", "PADS"},
                               {"currency", "JPY"},
                               {"unit_price", "0.001"},
                               {"valid_from", "2010-12-01T00:00:00Z"},
                               {"version", 3}};
  const auto price = parse_price(tree(json));
  REQUIRE(price.has_value());
  const auto again = decode_price(encode_price(*price));
  REQUIRE(again.has_value());
  CHECK(nlohmann::json::parse(price_to_json(*again)) == json);
}

TEST_CASE("masterdata: a posting survives the way there and back, cuts and other versions do not",
          "[contract][masterdata]") {
  Posting posting;
  posting.posting_id = "p_1";
  posting.kind = "sale";
  posting.location = LocationId("GB");
  posting.currency = Currency{"KWD"};
  posting.journal.resize(2);
  posting.journal[0].account = "1000";
  posting.journal[0].debit = Amount{1'500};
  posting.journal[1].account = "8400";
  posting.journal[1].credit = Amount{1'500};
  posting.stock.resize(1);
  posting.stock[0].sku = Sku("A");
  posting.stock[0].qty = Quantity{-6'000};
  posting.documents = {"e_1", "e_2"};
  posting.gross = Amount{1'500};
  const Bytes bytes = encode_posting(posting);
  const auto again = decode_posting(bytes);
  REQUIRE(again.has_value());
  CHECK(posting_to_json(*again) == posting_to_json(posting));
  CHECK(nlohmann::json::parse(posting_to_json(posting))["journal"][0]["debit"] == "1.500");
  CHECK(posting_to_json(*parse_posting(*parse_tree(posting_to_json(posting), Syntax::kJson))) ==
        posting_to_json(posting));

  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(decode_posting(BytesView(bytes).substr(0, size)).error().code == ErrorCode::kInvalid);
  CHECK(decode_posting(bytes + "x").error().code == ErrorCode::kInvalid);
  Bytes newer = bytes;
  newer[1] = 2;
  CHECK(decode_posting(newer).error().code == ErrorCode::kUnsupported);
}
