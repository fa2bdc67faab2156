#include "common/contract/canonical.h"

#include <catch2/catch.hpp>

#include "common/crypto/crypto.h"
#include "tests/common/contract/samples.h"

using namespace tillsync;

namespace {

ContentHash hash(const nlohmann::json& json) {
  return content_hash(samples::document(json));
}

ContentHash hash_text(std::string_view text) {
  const auto document = samples::read_json(text);
  REQUIRE(document.has_value());
  return content_hash(*document);
}

}  // namespace

TEST_CASE("canonical: form 1 is exactly this", "[contract][canonical]") {
  auto json = samples::sale();
  json["zebra"] = {{"b", "6.000"}, {"a", {1, 2.50, "x", nullptr}}};
  json["tenders"][0]["points"] = 17;
  CHECK(canonical_form(samples::document(json)) ==
        "tillsync-canonical-1"
        "{0=6:sale/11=4:GB-13=6:5363655=10:2010-12-016=20:2010-12-01T08:26:00Z}"
        "{0=3:GBP5=[{0=1:11=5:goods2=6:85123A4=34:WHITE HANGING HEART T-LIGHT HOLDER5=1:68=4:2.5511=4:15.312=[1:S]}]"
        "6=[{0=1:S1=5:0.1752=4:15.33=4:2.68}]7=[{0=1:11=4:card2=5:17.986:points=2:17}]"
        "8={0=4:15.31=4:2.682=5:17.98}}"
        "{5:zebra={1:a=[1:13:2.51:x~]1:b=1:6}}");
}

TEST_CASE("canonical: the content hash is the SHA-256 of the form", "[contract][canonical]") {
  const Document document = samples::document(samples::sale());
  const Sha256Digest digest = sha256({canonical_form(document)});
  CHECK(content_hash(document).view() == BytesView(digest.data(), digest.size()));
}

TEST_CASE("canonical: 6, \"6\" and 6.000 are the same quantity", "[contract][canonical]") {
  auto json = samples::sale();
  const ContentHash expected = hash(json);
  for (const nlohmann::json& quantity : std::vector<nlohmann::json>{6, 6.0, "6.000", "+6", "0.6e1", "06"}) {
    json["lines"][0]["qty"] = quantity;
    CHECK(hash(json) == expected);
  }
  json["lines"][0]["qty"] = "6.001";
  CHECK(hash(json) != expected);
}

TEST_CASE("canonical: both syntaxes give the same hash, unknown fields included", "[contract][canonical]") {
  auto json = samples::sale();
  json["unknown"] = {{"n", 2.5}, {"i", -7}, {"t", "x"}, {"f", true}, {"l", {1, nullptr, 1e300}}};
  const auto tree = parse_tree(samples::to_msgpack(json), Syntax::kMessagePack);
  REQUIRE(tree.has_value());
  CHECK(content_hash(*parse_document(*tree)) == hash(json));
  json["lines"][0]["qty"] = 6;
  json["lines"][0]["unit_price"] = 2.55;
  CHECK(content_hash(*parse_document(*parse_tree(samples::to_msgpack(json), Syntax::kMessagePack))) == hash(json));
}

TEST_CASE("canonical: the order of members does not matter", "[contract][canonical]") {
  CHECK(
      hash_text(
          R"({"b":1,"contract":"void/1","till":"1","a":{"y":1,"x":2},"document_no":"2","voids":{"document_no":"3","till":"4"}})") ==
      hash_text(
          R"({"voids":{"till":"4","document_no":"3"},"document_no":"2","a":{"x":2,"y":1},"till":"1","b":1,"contract":"void/1"})"));
}

TEST_CASE("canonical: what the agent fills in and what is default take no part", "[contract][canonical]") {
  auto json = samples::sale();
  const ContentHash expected = hash(json);
  json["correlation_id"] = "c-1";
  json["location"] = "GB";
  json["mode"] = "live";
  json["series"] = "";
  json["lines"][0]["parent_line_no"] = 0;
  json["lines"][0]["discounts"] = nlohmann::json::array();
  json["totals"].erase("rounding");
  json["fiscal"] = nlohmann::json::object();
  json["unknown"] = {{"a", nullptr}, {"b", false}, {"c", 0}, {"d", ""}, {"e", "0.00"}, {"f", nlohmann::json::array()}};
  json["other"] = nlohmann::json::object();
  CHECK(hash(json) == expected);
}

TEST_CASE("canonical: zero is not the same as not given where the contract keeps them apart", "[contract][canonical]") {
  auto json = samples::sale();
  const ContentHash expected = hash(json);
  json["sequence"] = 0;
  CHECK(hash(json) != expected);
}

TEST_CASE("canonical: every change of a field changes the hash", "[contract][canonical]") {
  const auto base = samples::sale();
  const ContentHash expected = hash(base);
  const auto changed = [&](const char* path, const nlohmann::json& value) {
    auto json = base;
    json[nlohmann::json::json_pointer(path)] = value;
    return hash(json) != expected;
  };
  CHECK(changed("/contract", "return/1"));
  CHECK(changed("/till", "GB-2"));
  CHECK(changed("/mode", "training"));
  CHECK(changed("/prices_include_tax", true));
  CHECK(changed("/lines/0/sku", "85123a"));
  CHECK(changed("/lines/0/tax_codes/1", "T"));
  CHECK(changed("/lines/1", base["lines"][0]));
  CHECK(changed("/tenders/0/type", "cash"));
  CHECK(changed("/totals/rounding", "0.01"));
  CHECK(changed("/occurred_at", "2010-12-01T08:26:00.000001Z"));
  CHECK(changed("/unknown", 1));
  CHECK_FALSE(changed("/occurred_at", "2010-12-01T09:26:00+01:00"));
}

TEST_CASE("canonical: values cannot slip from one field into the next", "[contract][canonical]") {
  auto one = samples::sale();
  one["shift"] = "a8=1:b";
  auto two = samples::sale();
  two["shift"] = "a";
  two["operator"] = "8=1:b";
  CHECK(hash(one) != hash(two));
  auto three = samples::sale();
  three["x"] = "1:y";
  auto four = samples::sale();
  four["x1"] = ":y";
  CHECK(hash(three) != hash(four));
}

TEST_CASE("canonical: a number has one text", "[contract][canonical]") {
  CHECK(canonical_number("6.000") == "6");
  CHECK(canonical_number("0.6e1") == "6");
  CHECK(canonical_number("-0.50") == "-0.5");
  CHECK(canonical_number("+007") == "7");
  CHECK(canonical_number("0.0") == "0");
  CHECK(canonical_number("-0") == "0");
  CHECK(canonical_number("0e999999999999999999") == "0");
  CHECK(canonical_number("1e3") == "1000");
  CHECK(canonical_number("1200E-2") == "12");
  CHECK(canonical_number("0.00123") == "0.00123");
  CHECK(canonical_number("1.5e300") == "15e299");
  CHECK(canonical_number("1e-300") == "1e-300");
  for (const char* text : {"", "-", ".", "1e", "1e+", "1x", "1.2.3", "e5"}) {
    INFO(text);
    CHECK_FALSE(canonical_number(text).has_value());
  }
}

TEST_CASE("canonical: a text is a number only when it is plainly one", "[contract][canonical]") {
  CHECK(canonical_number_text("6.000") == "6");
  CHECK(canonical_number_text("-15.30") == "-15.3");
  CHECK(canonical_number_text("0.00") == "0");
  CHECK(canonical_number_text("-0") == "0");
  for (const char* text : {"007", "00.5", "1e3", "+1", "1.", ".5", "12 ", "A", "", "-", "1,5"})
    CHECK(canonical_number_text(text) == text);
}
