#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;
using samples::List;
using samples::warnings;

namespace {

/// A sale of one untaxed line that agrees with itself.
nlohmann::json plain(const std::string& qty, const std::string& price, const std::string& amount) {
  auto json = samples::header("sale/1");
  json["currency"] = "GBP";
  json["lines"] = {
      {{"line_no", 1}, {"kind", "goods"}, {"sku", "A"}, {"qty", qty}, {"unit_price", price}, {"amount", amount}}};
  json["tenders"] = {{{"type", "cash"}, {"amount", amount}}};
  json["totals"] = {{"net", amount}, {"tax", "0"}, {"gross", amount}};
  return json;
}

}  // namespace

TEST_CASE("check sale: a line's amount is the rounded product less the discounts", "[contract][check]") {
  CHECK(warnings(plain("3", "0.335", "1.01")).empty());  // 1.005 rounds away from zero
  CHECK(warnings(plain("-3", "0.335", "-1.01")).empty());
  CHECK(warnings(plain("1000", "0.001", "1.00")).empty());
  CHECK(warnings(plain("3", "0.335", "1.00")) == List{"sum_mismatch /lines/0/amount"});
  auto json = plain("3", "5.95", "15.35");
  CHECK(warnings(json) == List{"sum_mismatch /lines/0/amount"});
  json["lines"][0]["discounts"] = {{{"type", "p"}, {"amount", "2.00"}}, {{"type", "c"}, {"amount", "0.50"}}};
  CHECK(warnings(json).empty());
}

TEST_CASE("check sale: a price of 0 is fine, one below 0 is not, unless it is a discount", "[contract][check]") {
  CHECK(warnings(plain("5", "0", "0.00")).empty());
  auto json = plain("1", "-11062.06", "-11062.06");
  CHECK(warnings(json) == List{"negative_price /lines/0/unit_price"});
  json["lines"][0]["kind"] = "discount";
  CHECK(warnings(json).empty());
}

TEST_CASE("check sale: only goods need a SKU", "[contract][check]") {
  auto json = plain("1", "1", "1.00");
  json["lines"][0].erase("sku");
  CHECK(warnings(json) == List{"missing_field /lines/0/sku"});
  json["lines"][0]["kind"] = "shipping";
  CHECK(warnings(json).empty());
}

TEST_CASE("check sale: unknown kinds and states", "[contract][check]") {
  auto json = plain("1", "1", "1.00");
  json["lines"][0]["kind"] = "gizmo";
  json["lines"][0]["state"] = "lost";
  CHECK(warnings(json) == List{"unknown_value /lines/0/kind", "unknown_value /lines/0/state"});
}

TEST_CASE("check sale: line numbers stand once, and parents exist", "[contract][check]") {
  auto json = plain("1", "1", "1.00");
  json["lines"].push_back(
      {{"line_no", 1}, {"kind", "deposit"}, {"qty", 1}, {"unit_price", 0}, {"amount", 0}, {"parent_line_no", 7}});
  CHECK(warnings(json) == List{"duplicate_line_no /lines/1/line_no", "unknown_line /lines/1/parent_line_no"});
  json["lines"][1]["line_no"] = 2;
  json["lines"][1]["parent_line_no"] = 2;  // its own parent
  CHECK(warnings(json) == List{"unknown_line /lines/1/parent_line_no"});
  json["lines"][1]["parent_line_no"] = 1;
  CHECK(warnings(json).empty());
}

TEST_CASE("check sale: the totals follow prices_include_tax", "[contract][check]") {
  auto json = samples::sale();
  json["totals"]["net"] = "15.31";
  CHECK(warnings(json) == List{"sum_mismatch /totals/net", "sum_mismatch /totals/gross"});

  auto included = samples::sale();
  included["prices_include_tax"] = true;
  included["tax_summary"] = {{{"code", "S"}, {"rate", "0.175"}, {"base", "13.02"}, {"amount", "2.28"}}};
  included["totals"] = {{"net", "13.02"}, {"tax", "2.28"}, {"gross", "15.30"}};
  included["tenders"][0]["amount"] = "15.30";
  CHECK(warnings(included).empty());
  included["totals"]["net"] = "15.30";
  CHECK(warnings(included) == List{"sum_mismatch /totals/net", "sum_mismatch /tax_summary"});
}

TEST_CASE("check sale: tax may be off by one minor unit per line, and not by two", "[contract][check]") {
  const auto with_tax = [](const std::string& tax, const std::string& gross) {
    auto json = samples::sale();
    json["tax_summary"][0]["amount"] = tax;
    json["totals"]["tax"] = tax;
    json["totals"]["gross"] = gross;
    json["tenders"][0]["amount"] = gross;
    return warnings(json);
  };
  CHECK(with_tax("2.69", "17.99").empty());
  CHECK(with_tax("2.67", "17.97").empty());
  CHECK(with_tax("2.70", "18.00") == List{"tax_mismatch /tax_summary/0/amount"});
  CHECK(with_tax("2.66", "17.96") == List{"tax_mismatch /tax_summary/0/amount"});
}

TEST_CASE("check sale: the bases are held against the net only when each line is taxed once", "[contract][check]") {
  auto json = samples::sale();
  json["tax_summary"][0]["base"] = "15.20";
  CHECK(warnings(json) == List{"tax_mismatch /tax_summary/0/amount", "sum_mismatch /tax_summary"});
  json["tax_summary"][0] = {{"code", "S"}, {"rate", "0.175"}, {"base", "15.30"}, {"amount", "2.68"}};
  json["tax_summary"].push_back({{"code", "CITY"}, {"rate", "0"}, {"base", "15.30"}, {"amount", "0"}});
  CHECK(warnings(json) == List{"sum_mismatch /tax_summary"});
  json["lines"][0]["tax_codes"] = {"S", "CITY"};
  CHECK(warnings(json).empty());
}

TEST_CASE("check sale: tenders are gross plus rounding", "[contract][check]") {
  auto json = samples::sale();
  json["totals"]["rounding"] = "0.02";
  CHECK(warnings(json) == List{"sum_mismatch /tenders"});
  json["tenders"].push_back({{"type", "cash"}, {"amount", "0.05"}});
  json["tenders"].push_back({{"type", "cash"}, {"amount", "-0.03"}});
  CHECK(warnings(json).empty());
  json["tenders"] = nlohmann::json::array();
  CHECK(warnings(json) == List{"sum_mismatch /tenders"});
}

TEST_CASE("check sale: sums that leave 64 bits are a warning, not an accident", "[contract][check]") {
  auto json = plain("9223372036854775.807", "1000000", "92233720368547758.07");
  json["lines"].push_back(json["lines"][0]);
  json["lines"][1]["line_no"] = 2;
  json["tenders"].push_back(json["tenders"][0]);
  const List list = warnings(json);
  CHECK(list == List{"sum_mismatch /lines/0/amount", "sum_mismatch /lines/1/amount", "sum_mismatch /totals/net",
                     "sum_mismatch /tenders"});
}

TEST_CASE("check sale: card and foreign tender", "[contract][check]") {
  auto json = samples::sale();
  json["tenders"][0]["card"] = {{"authorised", "offline"}};
  json["tenders"][0]["foreign_amount"] = "20.00";
  json["tenders"][0]["currency"] = "EUR";
  CHECK(warnings(json).empty());
  json["tenders"][0]["card"]["authorised"] = "maybe";
  json["tenders"][0].erase("currency");
  CHECK(warnings(json) == List{"missing_field /tenders/0/currency", "unknown_value /tenders/0/card/authorised"});
}

TEST_CASE("check sale: negative lines are right in a sale and odd in a return", "[contract][check]") {
  auto json = plain("-2", "1.00", "-2.00");
  CHECK(warnings(json).empty());
  json["contract"] = "return/1";
  CHECK(warnings(json) == List{"odd_sign /lines/0/qty", "odd_sign /lines/0/amount", "odd_sign /tenders/0/amount"});
}

TEST_CASE("check sale: an original names a document or an order", "[contract][check]") {
  auto json = plain("-2", "1.00", "-2.00");
  json["lines"][0]["original"] = {{"line_no", 1}};
  CHECK(warnings(json) == List{"missing_field /lines/0/original/document_no"});
  json["lines"][0]["original"] = {{"channel", "web"}, {"order_no", "W1"}};
  CHECK(warnings(json).empty());
}
