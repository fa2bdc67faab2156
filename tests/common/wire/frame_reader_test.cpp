#include "common/wire/frame_reader.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::wire;

namespace {

template <std::size_t N>
BytesView bytes(const char (&text)[N]) {
  return {text, N - 1};
}

}  // namespace

TEST_CASE("frame reader: numbers of every width", "[wire]") {
  FrameReader reader(bytes("\x7f\xe0\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00"
                           "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"));
  CHECK(reader.integer() == 127);
  CHECK(reader.integer() == -32);
  CHECK(reader.integer() == 255);
  CHECK(reader.integer() == 65'535);
  CHECK(reader.integer() == 4'294'967'295);
  CHECK(reader.integer() == -128);
  CHECK(reader.integer() == -32'768);
  CHECK(reader.integer() == -2'147'483'648LL);
  CHECK(reader.integer() == std::numeric_limits<std::int64_t>::min());
  CHECK_FALSE(reader.failed());
  CHECK(reader.at_end());
}

TEST_CASE("frame reader: the largest unsigned number is read as unsigned only", "[wire]") {
  const auto largest = bytes("\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
  FrameReader as_unsigned(largest);
  CHECK(as_unsigned.unsigned_integer() == std::numeric_limits<std::uint64_t>::max());
  FrameReader as_signed(largest);
  as_signed.integer();
  CHECK(as_signed.fault().code == FaultCode::kMalformed);
  FrameReader negative(bytes("\xff"));
  negative.unsigned_integer();
  CHECK(negative.failed());
}

TEST_CASE("frame reader: the first fault sticks", "[wire]") {
  FrameReader reader(bytes("\xc3\xa1x"));
  reader.integer();
  REQUIRE(reader.failed());
  const std::string first = reader.fault().text;
  CHECK(reader.text(10).empty());
  CHECK(reader.binary(10).empty());
  CHECK(reader.array_header() == 0);
  CHECK_FALSE(reader.boolean());
  CHECK(reader.fault().text.substr(0, 10) == first.substr(0, 10));
}

TEST_CASE("frame reader: lengths are held against the bytes and the limit", "[wire]") {
  FrameReader longer_than_there(bytes("\xc6\xff\xff\xff\xff"));
  longer_than_there.binary(std::numeric_limits<std::size_t>::max());
  CHECK(longer_than_there.fault().code == FaultCode::kMalformed);
  FrameReader at_limit(bytes("\xc4\x02qq"));
  CHECK(at_limit.binary(2) == "qq");
  FrameReader beyond_limit(bytes("\xc4\x03qqq"));
  beyond_limit.binary(2);
  CHECK(beyond_limit.fault().code == FaultCode::kLimit);
}

TEST_CASE("frame reader: steps over a value of every type", "[wire]") {
  for (const BytesView value :
       {bytes("\x00"), bytes("\xff"), bytes("\xc0"), bytes("\xc2"), bytes("\xc3"), bytes("\xca\1\2\3\4"), bytes("\xcb\1\2\3\4\5\6\7\x08"),
        bytes("\xcc\1"), bytes("\xcd\1\2"), bytes("\xce\1\2\3\4"), bytes("\xcf\1\2\3\4\5\6\7\x08"), bytes("\xd0\1"), bytes("\xd1\1\2"),
        bytes("\xd2\1\2\3\4"), bytes("\xd3\1\2\3\4\5\6\7\x08"), bytes("\xa1x"), bytes("\xd9\1x"), bytes("\xda\0\1x"), bytes("\xdb\0\0\0\1x"),
        bytes("\xc4\1x"), bytes("\xc5\0\1x"), bytes("\xc6\0\0\0\1x"), bytes("\xc7\1\0x"), bytes("\xc8\0\1\0x"), bytes("\xc9\0\0\0\1\0x"),
        bytes("\xd4\0x"), bytes("\xd5\0xx"), bytes("\xd6\0xxxx"), bytes("\xd7\0xxxxxxxx"), bytes("\xd8\0xxxxxxxxxxxxxxxx"), bytes("\x92\1\2"),
        bytes("\xdc\0\2\1\2"), bytes("\xdd\0\0\0\2\1\2"), bytes("\x81\1\2"), bytes("\xde\0\1\1\2"), bytes("\xdf\0\0\0\1\1\2")}) {
    INFO(to_hex(value));
    FrameReader reader(value);
    reader.skip(2);
    CHECK_FALSE(reader.failed());
    CHECK(reader.at_end());
    FrameReader cut(value.substr(0, value.size() - 1));
    cut.skip(2);
    CHECK(cut.failed());
  }
  FrameReader unused_tag(bytes("\xc1"));
  unused_tag.skip(2);
  CHECK(unused_tag.failed());
}

TEST_CASE("frame reader: nesting is taken at its limit and refused one deeper", "[wire]") {
  FrameReader at_limit(bytes("\x91\x91\x01"));
  at_limit.skip(2);
  CHECK_FALSE(at_limit.failed());
  FrameReader beyond(bytes("\x91\x91\x91\x01"));
  beyond.skip(2);
  CHECK(beyond.fault().code == FaultCode::kLimit);
}
