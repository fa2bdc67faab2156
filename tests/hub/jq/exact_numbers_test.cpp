#include "hub/jq/exact_numbers.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {
std::string as_text(const std::string& json) {
  const auto made = with_large_numbers_as_text(json);
  return made ? *made : "error: " + made.error().detail;
}
std::string bare(const std::string& json) {
  const auto made = with_bare_numbers(json);
  return made ? *made : "error: " + made.error().detail;
}
}  // namespace

TEST_CASE("exact numbers: what a binary fraction cannot hold goes in as text", "[jq]") {
  CHECK(as_text(R"({"id": 123456789012345, "big": 1234567890123456, "neg": -9223372036854775808})") ==
        R"({"id":123456789012345,"big":"1234567890123456","neg":"-9223372036854775808"})");
  CHECK(as_text("[2.55, 0.000000000000001, 0.1234567890123456, 1e5, 1.0]") == R"([2.55,0.000000000000001,"0.1234567890123456",1e5,1.0])");
  CHECK(as_text("1234567890123456") == R"("1234567890123456")");
  CHECK(as_text(R"(["a\u00e9\n\"", true, false, null, {}, []])") == "[\"aé\\n\\\"\",true,false,null,{},[]]");
}

TEST_CASE("exact numbers: what is no JSON is refused with the place", "[jq]") {
  CHECK(as_text("") == "error: this is no JSON (at byte 0)");
  CHECK(as_text("{\"a\": }") == "error: this is no JSON (at byte 6)");
  CHECK(as_text("<html>").starts_with("error: this is no JSON"));
  CHECK(as_text("{} {}").starts_with("error: this is no JSON"));
  CHECK(as_text("\"\xff\"").starts_with("error: this is no JSON"));
  CHECK(as_text(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')) == std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']'));
  CHECK(as_text(std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']')) == "error: nested deeper than 64");
}

TEST_CASE("exact numbers: a marked text comes out as the bare number", "[jq]") {
  CHECK(bare(R"({"amount": {"$number": "12345678901234567.89"}, "n": 1})") == R"({"amount":12345678901234567.89,"n":1})");
  CHECK(bare(R"([{"$number": "-0.50"}, {"$number": "1e3"}, {}, {"a": {}}])") == R"([-0.50,1e3,{},{"a":{}}])");
  CHECK(bare(R"({"$number": "7"})") == "7");
  CHECK(bare(R"({"a": "$number", "b": {"x": 1, "$number": "2"}})") == R"({"a":"$number","b":{"x":1,"$number":"2"}})");
}

TEST_CASE("exact numbers: a mark that holds no number is an error, not a text at the ERP", "[jq]") {
  for (const std::string bad : {"", "abc", "1.", ".5", "01", "1e", "- 1", "1 ", "NaN", "0x10"})
    CHECK(bare(R"({"$number": ")" + bad + "\"}") == "error: \"" + bad + "\" is no number");
  CHECK(bare(R"({"$number": 1})").starts_with("error: {\"$number\""));
  CHECK(bare(R"({"$number": "1", "x": 2})").starts_with("error: {\"$number\""));
  CHECK(bare(R"({"$number": {}})").starts_with("error: {\"$number\""));
  CHECK(bare(R"({"$number": []})").starts_with("error: {\"$number\""));
  CHECK(bare(R"({"$number": null})").starts_with("error: {\"$number\""));
}
