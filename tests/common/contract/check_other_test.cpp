#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;
using samples::List;
using samples::warnings;

namespace {

nlohmann::json movement(const std::string& type, const std::string& qty = "1") {
  auto json = samples::header("stock-movement/1");
  json["type"] = type;
  json["lines"] = {{{"sku", "A"}, {"qty", qty}}};
  return json;
}

nlohmann::json close() {
  auto json = samples::header("till-close/1");
  json["z_no"] = "1";
  json["counts"] = {{"sale", 1}};
  json["totals"] = {
      {{"currency", "GBP"}, {"net", "10.00"}, {"gross", "11.75"}, {"taxes", {{{"code", "S"}, {"amount", "1.75"}}}}}};
  return json;
}

}  // namespace

TEST_CASE("check movement: only an adjustment has a sign, or what takes another one back", "[contract][check]") {
  CHECK(warnings(movement("adjustment", "-5")).empty());
  CHECK(warnings(movement("receipt", "5")).empty());
  auto json = movement("receipt", "-5");
  CHECK(warnings(json) == List{"odd_sign /lines/0/qty"});
  json["reverses"] = {{"document_no", "1"}};
  CHECK(warnings(json).empty());
  json["reverses"] = {{"till", "1"}};
  CHECK(warnings(json) == List{"missing_field /reverses/document_no"});
}

TEST_CASE("check movement: each type needs its own fields", "[contract][check]") {
  CHECK(warnings(movement("transfer_out")) == List{"missing_field /transfer_no", "missing_field /counterpart"});
  CHECK(warnings(movement("transfer_in")) == List{"missing_field /transfer_no"});
  CHECK(warnings(movement("status_change")) == List{"missing_field /from_state", "missing_field /to_state"});
  CHECK(warnings(movement("count")) == List{"missing_field /count_id"});
  CHECK(warnings(movement("opening")).empty());
  auto json = movement("opening");
  json.erase("type");
  json.erase("lines");
  CHECK(warnings(json) == List{"missing_field /type", "missing_field /lines"});
}

TEST_CASE("check movement: unknown words", "[contract][check]") {
  CHECK(warnings(movement("teleport", "-1")) == List{"unknown_value /type"});
  auto json = movement("adjustment");
  json["reason"] = {{"code", "aliens"}};
  json["lines"][0]["reason"] = {{"code", "magic"}};
  json["lines"][0]["state"] = "lost";
  json["lines"][0]["unit_cost"] = "-1";
  json["scope"] = "some";
  json["to_state"] = "gone";
  CHECK(warnings(json) == List{"unknown_value /to_state", "unknown_value /reason/code", "unknown_value /scope",
                               "unknown_value /lines/0/state", "unknown_value /lines/0/reason/code",
                               "negative_price /lines/0/unit_cost"});
}

TEST_CASE("check close: tax per code, or as one sum", "[contract][check]") {
  auto json = close();
  CHECK(warnings(json).empty());
  json["totals"][0]["tax"] = "1.75";
  CHECK(warnings(json).empty());
  json["totals"][0]["tax"] = "1.76";
  CHECK(warnings(json) == List{"sum_mismatch /totals/0/tax"});
  json["totals"][0].erase("taxes");
  json["totals"][0]["tax"] = "1.70";
  CHECK(warnings(json) == List{"sum_mismatch /totals/0/gross"});
}

TEST_CASE("check close: over and short", "[contract][check]") {
  auto json = close();
  json["tenders"] = {
      {{"type", "cash"}, {"currency", "JPY"}, {"expected", "500"}, {"counted", "490"}, {"over_short", "-10"}},
      {{"type", "card"}, {"currency", "GBP"}, {"expected", "5.00"}}};
  CHECK(warnings(json).empty());
  json["tenders"][0]["over_short"] = "10";
  CHECK(warnings(json) == List{"sum_mismatch /tenders/0/over_short"});
  json["tenders"][0].erase("counted");
  CHECK(warnings(json).empty());
}

TEST_CASE("check close: odd counts and ranges, cash without currency", "[contract][check]") {
  auto json = close();
  json["counts"] = {{"sale", -1}, {"return", -1}, {"void", -1}, {"no_sale", -1}, {"training", -1}};
  json["first_sequence"] = 9;
  json["last_sequence"] = 8;
  json["drops"] = "1.00";
  CHECK(warnings(json) == List{"odd_sign /counts/sale", "odd_sign /counts/return", "odd_sign /counts/void",
                               "odd_sign /counts/no_sale", "odd_sign /counts/training", "odd_range /last_sequence",
                               "missing_field /currency"});
}

TEST_CASE("check event: type, sign and currency", "[contract][check]") {
  auto json = samples::header("till-event/1");
  CHECK(warnings(json) == List{"missing_field /type"});
  json["type"] = "dance";
  json["amount"] = "-1.00";
  CHECK(warnings(json) == List{"unknown_value /type", "odd_sign /amount", "missing_field /currency"});
  json["type"] = "drop";
  json["amount"] = "1.00";
  json["currency"] = "GBP";
  CHECK(warnings(json).empty());
}

TEST_CASE("check void: it names a sale or a return", "[contract][check]") {
  auto json = samples::header("void/1");
  CHECK(warnings(json) == List{"missing_field /voids/document_no", "missing_field /voids/contract"});
  json["voids"] = {{"document_no", "1"}, {"contract", "stock-movement/1"}};
  CHECK(warnings(json) == List{"unknown_value /voids/contract"});
  json["voids"]["contract"] = "return";
  CHECK(warnings(json).empty());
}

TEST_CASE("check promise: units are more than nothing, words are known", "[contract][check]") {
  auto json = samples::header("promise/1");
  json["promise_id"] = "pr_1";
  json["lines"] = {{{"line_no", 1}, {"lease_id", "ls_1"}, {"sku", "A"}, {"qty", "2"}}};
  CHECK(warnings(json).empty());
  json["purpose"] = "lottery";
  json["lines"][0]["qty"] = "0";
  CHECK(warnings(json) == List{"unknown_value /purpose", "odd_sign /lines/0/qty"});
  json["purpose"] = "collect";
  json["lines"][0] = {{"line_no", 1}, {"sku", "A"}, {"qty", "2"}};
  CHECK(warnings(json) == List{"missing_field /lines/0/lease_id"});
}

TEST_CASE("check lease close: it counts units", "[contract][check]") {
  auto json = samples::header("lease-close/1");
  json["lease_id"] = "ls_1";
  json["sku"] = "A";
  json["used"] = "0";
  json["unused"] = "5";
  CHECK(warnings(json).empty());
  json["used"] = "-1";
  json["unused"] = "-0.5";
  CHECK(warnings(json) == List{"odd_sign /used", "odd_sign /unused"});
}
