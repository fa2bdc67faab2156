#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/common/contract/samples.h"

using namespace tillsync;
using samples::tree_refusal;

TEST_CASE("json: numbers keep their text, so that nothing passes through a double", "[contract][json]") {
  const auto tree = parse_tree(
      R"([2.55, 6.000, 1e3, 0.1000000000000000055, 9223372036854775807, 18446744073709551616, -0])", Syntax::kJson);
  REQUIRE(tree.has_value());
  const auto& list = std::get<ValueArray>(tree->data);
  const std::vector<std::string> texts = {
      "2.55", "6.000", "1e3", "0.1000000000000000055", "9223372036854775807", "18446744073709551616"};
  for (std::size_t i = 0; i < texts.size(); ++i) CHECK(std::get<NumberText>(list[i].data).text == texts[i]);
  CHECK(std::get<NumberText>(list[6].data).text == "0");  // as MessagePack has it
}

TEST_CASE("json: a byte order mark in front is stepped over, one behind it is not JSON", "[contract][json]") {
  CHECK(parse_tree("\xef\xbb\xbf{}", Syntax::kJson).has_value());
  CHECK(tree_refusal("\xef\xbb\xbf\xef\xbb\xbf{}").code == "not_json");
}

TEST_CASE("json: a surrogate pair becomes one character", "[contract][json]") {
  const auto tree = parse_tree(R"(["\ud83d\ude00"])", Syntax::kJson);
  REQUIRE(tree.has_value());
  CHECK(std::get<std::string>(std::get<ValueArray>(tree->data)[0].data) == "\xf0\x9f\x98\x80");
}

TEST_CASE("json: members keep their order, and escapes become text", "[contract][json]") {
  const auto tree = parse_tree(R"({"b":null,"a":true,"c":"\u00e9\n\"","d":[{}, []]})", Syntax::kJson);
  REQUIRE(tree.has_value());
  CHECK(tree_to_json(*tree) == "{\"b\":null,\"a\":true,\"c\":\"é\\n\\\"\",\"d\":[{},[]]}");
}

TEST_CASE("json: what is not JSON is refused with the place", "[contract][json]") {
  for (const char* body :
       {"", " ", "{", "{\"a\":}", "[1,]", "{\"a\":1}x", "nul", "'a'", "{\"a\" 1}", "\"\\ud800\"", "\"\\udc00\"", "{\"\\udfff\":1}", "\"\\ud800\\u0041\"", "\"\t\"", "01", "1.", "-", "+1", "NaN", "Infinity", "1 2",
        "/**/1", "[1", "\"a", "\xef\xbb\xbf"}) {
    INFO(body);
    const Problem problem = tree_refusal(body);
    CHECK(problem.code == "not_json");
    CHECK(problem.status == 422);
  }
}

TEST_CASE("json: the pointer names where reading stopped", "[contract][json]") {
  CHECK(tree_refusal(R"([{"a":1},{"lines":[{},{"x/y":1e400}]}])").pointer == "/1/lines/1/x~1y");
  CHECK(tree_refusal(R"({"a":[1,2,"\u0000"]})").pointer == "/a/2");
}

TEST_CASE("json: 1e400 and a number of 65 characters are out of range", "[contract][json]") {
  CHECK(tree_refusal(R"({"a":1e400})").code == "number_out_of_range");
  CHECK(tree_refusal(R"({"a":-1e400})").pointer == "/a");
  CHECK(parse_tree("[0." + std::string(62, '1') + "]", Syntax::kJson).has_value());
  CHECK(tree_refusal("[0." + std::string(63, '1') + "]").code == "number_out_of_range");
}

TEST_CASE("json: depth 32 is read, 33 and 10,000 are refused", "[contract][json]") {
  const auto nested = [](std::size_t levels) {
    std::string text = R"({"a":)";
    for (std::size_t i = 1; i < levels; ++i) text += "[";
    for (std::size_t i = 1; i < levels; ++i) text += "]";
    return text + "}";
  };
  CHECK(parse_tree(nested(kDocumentDepthMax), Syntax::kJson).has_value());
  CHECK(parse_tree("[" + nested(kDocumentDepthMax) + "]", Syntax::kJson).has_value());
  CHECK(tree_refusal(nested(kDocumentDepthMax + 1)).code == "too_deep");
  CHECK(tree_refusal("[" + nested(kDocumentDepthMax + 1) + "]").code == "too_deep");
  CHECK(tree_refusal(nested(10'000)).code == "too_deep");
  CHECK(tree_refusal(std::string(10'000, '[')).code == "too_deep");
}

TEST_CASE("json: NUL and invalid UTF-8 are refused as bad text", "[contract][json]") {
  using namespace std::string_literals;
  CHECK(tree_refusal("{\"a\":\"x\0y\"}"s).code == "bad_text");
  CHECK(tree_refusal(R"({"a":"x\u0000y"})").code == "bad_text");
  CHECK(tree_refusal(R"({"x\u0000y":1})").code == "bad_text");
  CHECK(tree_refusal("{\"a\":\"\xff\"}").code == "bad_text");
  CHECK(tree_refusal("{\"a\":\"\xc0\xaf\"}").code == "bad_text");      // overlong
  CHECK(tree_refusal("{\"a\":\"\xed\xa0\x80\"}").code == "bad_text");  // a surrogate
  CHECK(tree_refusal("{\"a\":\"\xe2\x98").code == "bad_text");         // cut
}

TEST_CASE("json: a member that stands twice is refused, in small and in large objects", "[contract][json]") {
  const Problem problem = tree_refusal(R"([{"a":1},{"b":{"till":"1","x":2,"till":"2"}}])");
  CHECK(problem.code == "duplicate_field");
  CHECK(problem.pointer == "/1/b/till");
  CHECK(tree_refusal(R"([{"a":1,"a":2}])").pointer == "/0/a");

  std::string large = "{";
  for (int i = 0; i < 100; ++i) large += "\"m" + std::to_string(i) + "\":0,";
  CHECK(parse_tree(large + "\"m100\":0}", Syntax::kJson).has_value());
  CHECK(tree_refusal(large + "\"m7\":0}").pointer == "/m7");
}

TEST_CASE("json: a document of 4 MB is read, one byte more is 413", "[contract][json]") {
  const auto sized = [](std::size_t bytes) {
    const std::string frame = R"({"a":"","b":""})";
    const std::size_t text = bytes - frame.size();
    return R"({"a":")" + std::string(text / 2, 'x') + R"(","b":")" + std::string(text - text / 2, 'x') + R"("})";
  };
  CHECK(parse_tree(sized(kDocumentBytesMax), Syntax::kJson).has_value());
  CHECK(tree_refusal(sized(kDocumentBytesMax + 1)).status == 413);
  CHECK(parse_tree("[" + sized(kDocumentBytesMax) + "," + sized(kDocumentBytesMax) + "]", Syntax::kJson).has_value());
  const Problem problem = tree_refusal("[{\"x\":\"],\\\"\"}," + sized(kDocumentBytesMax + 1) + "]");
  CHECK(problem.code == "too_large");
  CHECK(problem.pointer == "/1");
}

TEST_CASE("json: a text of 10 MB is 413, a request above 16 MB too", "[contract][json]") {
  CHECK(tree_refusal("{\"a\":\"" + std::string(10'000'000, 'x') + "\"}").status == 413);
  CHECK(tree_refusal("[{\"a\":\"" + std::string(10'000'000, 'x') + "\"}]").pointer == "/0");
  CHECK(tree_refusal("[{\"a\":\"" + std::string(10'000'000, 'x')).code == "too_large");
  CHECK(tree_refusal(std::string(kRequestBytesMax + 1, ' ')).code == "too_large");
  CHECK(tree_refusal(std::string(kRequestBytesMax, '[')).code == "too_large");
}

TEST_CASE("json: a request of too many values is refused before memory is taken for them", "[contract][json]") {
  const auto zeros = [](std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i + 1 < count; ++i) text += i == 0 ? "0" : ",0";
    return text + "]";
  };
  CHECK(parse_tree(zeros(kTreeValuesMax), Syntax::kJson).has_value());
  CHECK(tree_refusal(zeros(kTreeValuesMax + 1)).code == "too_large");
}
