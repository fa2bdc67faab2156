#include "common/contract/text.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"

using namespace tillsync;
using namespace std::string_literals;

TEST_CASE("text: the first byte that is no UTF-8 is found", "[contract][text]") {
  CHECK_FALSE(find_invalid_utf8("").has_value());
  CHECK_FALSE(find_invalid_utf8("plain ascii of some length").has_value());
  CHECK_FALSE(find_invalid_utf8("é ☕ 𝄞 \xef\xbf\xbf").has_value());
  CHECK(find_invalid_utf8("0123456789\xff") == 10);
  CHECK(find_invalid_utf8("\x80") == 0);
  CHECK(find_invalid_utf8("abc\xc3") == 3);
  CHECK(find_invalid_utf8("\xed\xa0\x80") == 0);
  CHECK(find_invalid_utf8("\xf4\x90\x80\x80") == 0);
  CHECK(find_invalid_utf8("\xc0\x80") == 0);
}

TEST_CASE("text: code points are counted, not bytes", "[contract][text]") {
  CHECK(count_code_points("") == 0);
  CHECK(count_code_points("aé☕𝄞") == 4);
}

TEST_CASE("text: an identifier keeps case and zeros and becomes NFC", "[contract][text]") {
  CHECK(parse_identifier("00012a") == "00012a");
  CHECK(parse_identifier(" 85123A ") == " 85123A ");
  CHECK(parse_identifier("e\u0301") == "\u00e9");
  CHECK(parse_identifier("\u212b") == "\u00c5");  // the Ångström sign is the letter Å
}

TEST_CASE("text: what is no identifier is refused", "[contract][text]") {
  CHECK(parse_identifier("").error().code == ErrorCode::kInvalid);
  CHECK(parse_identifier("a\0b"s).error().code == ErrorCode::kInvalid);
  CHECK(parse_identifier("a\nb").error().code == ErrorCode::kInvalid);
  CHECK(parse_identifier("a\x7f").error().code == ErrorCode::kInvalid);
  CHECK(parse_identifier("a\u0085").error().code == ErrorCode::kInvalid);
  CHECK(parse_identifier("a\xff").error().code == ErrorCode::kInvalid);
  CHECK(parse_identifier(std::string(kIdentifierCodePointsMax, 'x')).has_value());
  CHECK(parse_identifier(std::string(kIdentifierCodePointsMax + 1, 'x')).error().code == ErrorCode::kLimitExceeded);
  CHECK(parse_identifier(std::string(1'000'000, 'x')).error().code == ErrorCode::kLimitExceeded);
}

TEST_CASE("text: free text stays as it came", "[contract][text]") {
  CHECK(parse_free_text("") == "");
  CHECK(parse_free_text("e\u0301\n\x1b") == "e\u0301\n\x1b");
  CHECK(parse_free_text("\0"s).error().code == ErrorCode::kInvalid);
  CHECK(parse_free_text("\xff").error().code == ErrorCode::kInvalid);
  std::string longest;
  for (std::size_t i = 0; i < kFreeTextCodePointsMax; ++i) longest += "é";
  CHECK(parse_free_text(longest).has_value());
  CHECK(parse_free_text(longest + "x").error().code == ErrorCode::kLimitExceeded);
}

TEST_CASE("text: JSON strings escape what they must", "[contract][text]") {
  std::string out;
  append_json_string(out, "a\"b\\c\n\r\t\x01\x1f é/"s);
  CHECK(out == "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f é/\"");
}

TEST_CASE("text: what is quoted back is valid UTF-8, whatever came", "[contract][text]") {
  CHECK(with_valid_utf8("plain é") == "plain é");
  CHECK(with_valid_utf8("a\xff" "b\xf0\xf0") == "a\uFFFDb\uFFFD\uFFFD");
  CHECK(with_valid_utf8("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD");  // a surrogate
  CHECK(with_valid_utf8("").empty());
}
