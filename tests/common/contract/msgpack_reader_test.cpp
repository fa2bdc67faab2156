#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/common/contract/samples.h"

using namespace tillsync;
using namespace std::string_literals;

namespace {

Problem refused(const Bytes& body) {
  return samples::tree_refusal(body, Syntax::kMessagePack);
}

std::string read(const Bytes& body) {
  const auto tree = parse_tree(body, Syntax::kMessagePack);
  if (!tree) FAIL(to_problem_json(tree.error()));
  return tree_to_json(*tree);
}

}  // namespace

TEST_CASE("msgpack: the same document as map and as JSON is the same tree", "[contract][msgpack]") {
  const auto json = samples::sale();
  CHECK(nlohmann::json::parse(read(samples::to_msgpack(json))) == json);
  const auto list = nlohmann::json::array({json, json});
  CHECK(nlohmann::json::parse(read(samples::to_msgpack(list))) == list);
}

TEST_CASE("msgpack: numbers become their digits, floats their shortest text", "[contract][msgpack]") {
  CHECK(read("\x93\xcb\x40\x04\x66\x66\x66\x66\x66\x66\xca\x40\x23\x33\x33\x06"s) == "[2.55,2.55,6]");
  CHECK(read("\x92\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s) ==
        "[18446744073709551615,-9223372036854775808]");
  CHECK(refused("\x81\xa1\x61\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"s).code == "number_out_of_range");
  CHECK(refused("\x81\xa1\x61\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"s).pointer == "/a");
}

TEST_CASE("msgpack: every cut of a document is refused", "[contract][msgpack]") {
  const Bytes whole = samples::to_msgpack(samples::sale());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    CHECK(refused(whole.substr(0, size)).code == "not_msgpack");
  }
  const Bytes two = samples::to_msgpack(nlohmann::json::array({samples::sale(), samples::sale()}));
  CHECK(refused(two.substr(0, two.size() - 1)).code == "not_msgpack");
}

TEST_CASE("msgpack: bytes behind the end and the reserved tag are refused", "[contract][msgpack]") {
  CHECK(refused(samples::to_msgpack(samples::sale()) + "x").code == "not_msgpack");
  CHECK(refused("\xc1"s).code == "not_msgpack");
  CHECK(refused(""s).code == "not_msgpack");
}

TEST_CASE("msgpack: binary data, extensions and names that are no text have the wrong type", "[contract][msgpack]") {
  CHECK(refused("\x81\xa1\x61\xc4\x01\x78"s).code == "wrong_type");
  CHECK(refused("\x81\xa1\x61\xd4\x01\x78"s).pointer == "/a");
  CHECK(refused("\x81\x01\x02"s).code == "wrong_type");
  CHECK(refused("\x81\x90\x02"s).code == "wrong_type");
  CHECK(refused("\x81\xc0\x02"s).code == "wrong_type");
}

TEST_CASE("msgpack: announced lengths take no memory", "[contract][msgpack]") {
  CHECK(refused("\xdd\xff\xff\xff\xff"s).code == "not_msgpack");                  // 4 billion documents
  CHECK(refused("\x81\xa1\x61\xdd\xff\xff\xff\xff\x01"s).code == "not_msgpack");  // 4 billion entries
  CHECK(refused("\xdf\xff\xff\xff\xff\xa1\x61"s).code == "not_msgpack");
  CHECK(refused("\xdb\xff\xff\xff\xff\x78"s).code == "not_msgpack");
}

TEST_CASE("msgpack: depth, text and names have the limits of JSON", "[contract][msgpack]") {
  CHECK(read(Bytes("\x81\xa1\x61"s) + Bytes(kDocumentDepthMax - 2, '\x91') + "\x90").size() > 0);
  CHECK(refused(Bytes("\x81\xa1\x61"s) + Bytes(kDocumentDepthMax, '\x91') + "\x90").code == "too_deep");
  CHECK(refused(Bytes(10'000, '\x91')).code == "too_deep");
  CHECK(refused("\x81\xa1\x61\xa1\x00"s).code == "bad_text");
  CHECK(refused("\x81\xa1\x61\xa1\xff"s).code == "bad_text");
  CHECK(refused("\x82\xa1\x61\x01\xa1\x61\x02"s).code == "duplicate_field");
}

TEST_CASE("msgpack: a document above 4 MB is 413, named in a list", "[contract][msgpack]") {
  const auto sized = [](std::size_t text) {
    return nlohmann::json{{"a", std::string(text / 2, 'x')}, {"b", std::string(text / 2, 'x')}};
  };
  constexpr std::size_t kFrame = 1 + 2 * (2 + 5);
  CHECK(read(samples::to_msgpack(sized(kDocumentBytesMax - kFrame - 1))).size() > 0);
  CHECK(refused(samples::to_msgpack(sized(kDocumentBytesMax))).status == 413);
  const auto list = nlohmann::json::array({sized(10), sized(kDocumentBytesMax)});
  CHECK(refused(samples::to_msgpack(list)).code == "too_large");
  CHECK(refused(samples::to_msgpack(list)).pointer == "/1");
  CHECK(refused(samples::to_msgpack({{"a", std::string(10'000'000, 'x')}})).status == 413);
}
