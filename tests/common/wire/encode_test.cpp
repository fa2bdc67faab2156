#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/common/wire/samples.h"

using namespace tillsync;
using namespace tillsync::wire;

TEST_CASE("wire: every frame has the bytes of its golden file", "[wire][golden]") {
  for (const auto& [name, message] : samples::all()) {
    INFO(name);
    CHECK(to_hex(encode(message)) == to_hex(samples::read_golden(samples::golden_folder() / "v1" / (name + ".hex"))));
  }
}

TEST_CASE("wire: what is encoded decodes to the same", "[wire]") {
  for (const auto& [name, message] : samples::all()) {
    INFO(name);
    const auto decoded = decode(encode(message));
    REQUIRE(decoded);
    CHECK(*decoded == message);
  }
}

TEST_CASE("wire: the smallest and the largest numbers survive", "[wire]") {
  Hello hello;
  hello.last_seq = std::numeric_limits<std::uint64_t>::max();
  hello.now = {std::numeric_limits<std::int64_t>::min()};
  const auto decoded = decode(encode(hello));
  REQUIRE(decoded);
  CHECK(std::get<Hello>(*decoded) == hello);
}

TEST_CASE("wire: a text for people is cut to its limit without cutting a character", "[wire]") {
  Fault fault;
  fault.text = std::string(kFrameTextBytesMax - 1, 'a') + "é and more";
  const auto decoded = decode(encode(fault));
  REQUIRE(decoded);
  CHECK(std::get<Fault>(*decoded).text == std::string(kFrameTextBytesMax - 1, 'a'));
}
