#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;
using samples::List;
using samples::warnings;

TEST_CASE("check: the smallest sale gives no warning", "[contract][check]") {
  CHECK(warnings(samples::sale()).empty());
}

TEST_CASE("check: required fields that are missing", "[contract][check]") {
  auto json = samples::sale();
  json.erase("business_date");
  json.erase("occurred_at");
  json.erase("currency");
  json["lines"][0].erase("kind");
  json["lines"][0].erase("line_no");
  json["tenders"][0].erase("type");
  json["tax_summary"][0].erase("code");
  CHECK(warnings(json) == List{"missing_field /business_date", "missing_field /occurred_at", "missing_field /currency",
                               "missing_field /lines/0/line_no", "missing_field /lines/0/kind",
                               "missing_field /tax_summary/0/code", "missing_field /tenders/0/type"});
}

TEST_CASE("check: a sale without lines and tenders", "[contract][check]") {
  auto json = samples::header("sale/1");
  json["currency"] = "GBP";
  CHECK(warnings(json) == List{"missing_field /lines"});
}

TEST_CASE("check: currencies that are in no list", "[contract][check]") {
  auto json = samples::sale();
  json["currency"] = "GBX";
  json["tenders"][0]["currency"] = "gbp";
  CHECK(warnings(json) == List{"unknown_currency /currency", "unknown_currency /tenders/0/currency"});
}

TEST_CASE("check: unknown fields at every level", "[contract][check]") {
  auto json = samples::sale();
  json["a/b"] = 1;
  json["lines"][0]["colour"] = "red";
  json["tenders"][0]["card"] = {{"x", 1}};
  CHECK(warnings(json) ==
        List{"unknown_field /a~1b", "unknown_field /lines/0/colour", "unknown_field /tenders/0/card/x"});
}

TEST_CASE("check: critical names are known at any depth of this contract, and no other", "[contract][check]") {
  auto json = samples::sale();
  json["critical"] = {"qty", "expiry", "fiscal", "currency", "foreign_amount", "device"};
  CHECK(warnings(json).empty());
  json["critical"] = {"qty", "rental_until", "count_id"};
  CHECK(warnings(json) == List{"unknown_critical /critical/1", "unknown_critical /critical/2"});
}

TEST_CASE("check: an unknown mode", "[contract][check]") {
  auto json = samples::sale();
  json["mode"] = "training";
  CHECK(warnings(json).empty());
  json["mode"] = "demo";
  CHECK(warnings(json) == List{"unknown_value /mode"});
}

TEST_CASE("check: agent and hub get the same list", "[contract][check]") {
  auto json = samples::sale();
  json["unknown"] = 1;
  json["critical"] = {"unknown"};
  json["totals"]["gross"] = "1.00";
  json["lines"][0]["kind"] = "magic";
  const Document document = samples::document(json);
  const auto at_hub = decode_document(encode_document(document));
  REQUIRE(at_hub.has_value());
  CHECK(check_document(*at_hub) == check_document(document));
  CHECK(check_document(document).size() == 5);
}
