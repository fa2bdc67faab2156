#include "common/base/bytes.h"

#include <catch2/catch.hpp>
#include <unordered_set>

using namespace tillsync;
using namespace std::string_literals;

TEST_CASE("bytes: hex there and back", "[base][bytes]") {
  CHECK(to_hex("\x00\x7f\xff"s) == "007fff");
  CHECK(from_hex("007fFF") == "\x00\x7f\xff"s);
  CHECK(from_hex("") == "");
  CHECK_FALSE(from_hex("0").has_value());
  CHECK_FALSE(from_hex("0g").has_value());
  CHECK_FALSE(from_hex(" 0").has_value());
}

TEST_CASE("bytes: base32 is Crockford's, without padding", "[base][bytes]") {
  CHECK(to_base32("") == "");
  CHECK(to_base32("\x00"s) == "00");
  CHECK(to_base32("\xff") == "zw");
  CHECK(to_base32("hello") == "d1jprv3f");
  CHECK(to_base32(Bytes(16, '\xff')) == "zzzzzzzzzzzzzzzzzzzzzzzzzw");
}

TEST_CASE("bytes: base32 is read back, in both cases and with the letters that look alike", "[base][bytes]") {
  for (std::size_t size = 0; size <= 40; ++size) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 37 + size);
    CHECK(from_base32(to_base32(bytes)) == bytes);
  }
  CHECK(from_base32("D1JPRV3F") == "hello");
  CHECK(from_base32("O0") == from_base32("00"));
  CHECK(from_base32("iL10") == from_base32("1110"));
}

TEST_CASE("bytes: base32 that nobody writes is refused", "[base][bytes]") {
  CHECK_FALSE(from_base32("u0").has_value());   // no such digit
  CHECK_FALSE(from_base32("0").has_value());    // a digit without a byte
  CHECK_FALSE(from_base32("000").has_value());  // a spare digit
  CHECK_FALSE(from_base32("01").has_value());   // bits behind the last byte
  CHECK_FALSE(from_base32("0-").has_value());
}

TEST_CASE("bytes: fixed bytes come from exactly their size", "[base][bytes]") {
  const Bytes bytes(32, 'a');
  const auto hash = ContentHash::from_view(bytes);
  REQUIRE(hash.has_value());
  CHECK(hash->view() == bytes);
  CHECK(hash->hex() == to_hex(bytes));
  CHECK_FALSE(ContentHash::from_view(Bytes(31, 'a')).has_value());
  CHECK_FALSE(ContentHash::from_view(Bytes(33, 'a')).has_value());
  CHECK_FALSE(hash->is_zero());
  CHECK(ContentHash{}.is_zero());
}

TEST_CASE("bytes: fixed bytes are compared and hashed by content", "[base][bytes]") {
  const auto a = *EventId::from_view(Bytes(16, 'a'));
  const auto b = *EventId::from_view(Bytes(16, 'b'));
  CHECK(a < b);
  CHECK(a == *EventId::from_view(Bytes(16, 'a')));
  const std::unordered_set<EventId> set = {a, b, a};
  CHECK(set.size() == 2);
}
