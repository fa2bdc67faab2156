#include <catch2/catch.hpp>

#include "tests/common/contract/samples.h"

using namespace tillsync;

TEST_CASE("writer: decimals are strings, defaults are left out, required numbers are not", "[contract][writer]") {
  auto json = samples::sale();
  json["lines"][0]["unit_price"] = 0;
  json["mode"] = "live";
  const auto written = nlohmann::json::parse(document_to_json(samples::document(json)));
  CHECK(written["lines"][0]["qty"] == "6");
  CHECK(written["lines"][0]["unit_price"] == "0.00");
  CHECK(written["lines"][0]["amount"] == "15.30");
  CHECK(written["tax_summary"][0]["rate"] == "0.175");
  CHECK(written["occurred_at"] == "2010-12-01T08:26:00Z");
  CHECK_FALSE(written.contains("mode"));
  CHECK_FALSE(written.contains("prices_include_tax"));
  CHECK_FALSE(written["totals"].contains("rounding"));
  CHECK_FALSE(written["lines"][0].contains("gtin"));
}

TEST_CASE("writer: amounts have the decimals of their currency", "[contract][writer]") {
  auto json = samples::sale();
  json["tenders"][0]["currency"] = "JPY";
  json["tenders"][0]["foreign_amount"] = "2350";
  auto written = nlohmann::json::parse(document_to_json(samples::document(json)));
  CHECK(written["tenders"][0]["foreign_amount"] == "2350");
  CHECK(written["tenders"][0]["amount"] == "17.98");
  json["currency"] = "KWD";
  written = nlohmann::json::parse(document_to_json(samples::document(json)));
  CHECK(written["tenders"][0]["amount"] == "17.980");
}

TEST_CASE("writer: what is written reads back as the same content", "[contract][writer]") {
  auto json = samples::sale();
  json["note"] = {{"a", {1, 2.50, "\"\\\n"}}, {"b", nullptr}};
  json["lines"][0]["description"] = "\"é\"\\\t";
  const Document document = samples::document(json);
  const auto again = samples::read_json(document_to_json(document));
  REQUIRE(again.has_value());
  CHECK(content_hash(*again) == content_hash(document));
  CHECK(encode_document(*again) == encode_document(document));
}

TEST_CASE("writer: a document with hardly anything in it is still JSON", "[contract][writer]") {
  const auto document = samples::read_json(R"({"contract":"till-event/1","till":"1","document_no":"2"})");
  REQUIRE(document.has_value());
  CHECK(document_to_json(*document) == R"({"contract":"till-event/1","till":"1","document_no":"2"})");
}

TEST_CASE("writer: unknown fields of header and body stand at the end", "[contract][writer]") {
  Document document = samples::document(samples::header("void/1"));
  document.header.extras.emplace_back("h", Value{true});
  std::get<Void>(document.body).extras.emplace_back("b", Value{NumberText{"1.0"}});
  CHECK(document_to_json(document).ends_with(R"("h":true,"b":1.0})"));
}
