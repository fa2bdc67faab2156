#include "common/contract/msgpack_cursor.h"

#include <catch2/catch.hpp>

#include "common/base/limits.h"

using namespace tillsync;
using namespace std::string_literals;

namespace {

std::int64_t integer(const Bytes& bytes) {
  MsgpackCursor cursor(bytes);
  const std::int64_t value = cursor.integer();
  CHECK_FALSE(cursor.failed());
  CHECK(cursor.at_end());
  return value;
}

template <class Read>
ErrorCode failure(const Bytes& bytes, Read read) {
  MsgpackCursor cursor(bytes);
  read(cursor);
  REQUIRE(cursor.failed());
  return cursor.error("test").code;
}

}  // namespace

TEST_CASE("cursor: integers of every width and sign", "[contract][cursor]") {
  CHECK(integer("\x7f") == 127);
  CHECK(integer("\xff") == -1);
  CHECK(integer("\xe0") == -32);
  CHECK(integer("\xcc\xff") == 255);
  CHECK(integer("\xcd\xff\xff") == 65'535);
  CHECK(integer("\xce\xff\xff\xff\xff") == 4'294'967'295);
  CHECK(integer("\xcf\x7f\xff\xff\xff\xff\xff\xff\xff") == INT64_MAX);
  CHECK(integer("\xd0\x80") == -128);
  CHECK(integer("\xd1\x80\x00"s) == -32'768);
  CHECK(integer("\xd2\x80\x00\x00\x00"s) == INT32_MIN);
  CHECK(integer("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s) == INT64_MIN);
}

TEST_CASE("cursor: integers that leave 64 bits and other types fail", "[contract][cursor]") {
  const auto read = [](MsgpackCursor& cursor) { return cursor.integer(); };
  CHECK(failure("\xcf\x80\x00\x00\x00\x00\x00\x00\x00"s, read) == ErrorCode::kInvalid);
  CHECK(failure("\xa1x", read) == ErrorCode::kInvalid);
  CHECK(failure("\xca\x00\x00\x00\x00"s, read) == ErrorCode::kInvalid);
  CHECK(failure("", read) == ErrorCode::kInvalid);
}

TEST_CASE("cursor: the first failure sticks and names its byte", "[contract][cursor]") {
  MsgpackCursor cursor("\x01\xa1x");
  CHECK(cursor.integer() == 1);
  CHECK_FALSE(cursor.boolean());
  cursor.fail(ErrorCode::kLimitExceeded, "later");
  CHECK(cursor.text().empty());
  const Error error = cursor.error("reading");
  CHECK(error.code == ErrorCode::kInvalid);
  CHECK(error.detail == "expected true or false at byte 2");
}

TEST_CASE("cursor: lists cannot announce more than there are bytes", "[contract][cursor]") {
  CHECK(failure("\x92\x01"s, [](MsgpackCursor& cursor) { return cursor.array_header(); }) == ErrorCode::kInvalid);
  CHECK(failure("\xdd\xff\xff\xff\xff\x01"s, [](MsgpackCursor& cursor) { return cursor.array_header(); }) ==
        ErrorCode::kInvalid);
  CHECK(failure("\x81\x01"s, [](MsgpackCursor& cursor) { return cursor.map_header(); }) == ErrorCode::kInvalid);
  CHECK(failure("\xdb\xff\xff\xff\xff\x01"s, [](MsgpackCursor& cursor) { return cursor.text(); }) ==
        ErrorCode::kInvalid);
}

TEST_CASE("cursor: unknown values keep numbers as text", "[contract][cursor]") {
  MsgpackCursor cursor(
      "\x94\x05\xc7\x04\x01"
      "2.50\xd6\x01"
      "1e99\xd4\x01"
      "7");
  const Value value = cursor.value(1);
  REQUIRE_FALSE(cursor.failed());
  const auto& list = std::get<ValueArray>(value.data);
  CHECK(list[0] == Value{NumberText{"5"}});
  CHECK(list[1] == Value{NumberText{"2.50"}});
  CHECK(list[2] == Value{NumberText{"1e99"}});
  CHECK(list[3] == Value{NumberText{"7"}});
}

TEST_CASE("cursor: values nest as deep as allowed and no deeper", "[contract][cursor]") {
  MsgpackCursor cursor("\x91\x91\xc0");
  CHECK(std::holds_alternative<ValueArray>(cursor.value(2).data));
  CHECK_FALSE(cursor.failed());
  CHECK(failure("\x91\x91\xc0", [](MsgpackCursor& c) { return c.value(1); }) == ErrorCode::kLimitExceeded);
  CHECK(failure(Bytes(100'000, '\x91') + "\xc0", [](MsgpackCursor& c) { return c.value(kDocumentDepthMax); }) ==
        ErrorCode::kLimitExceeded);
}

TEST_CASE("cursor: extension types that are not known are unsupported", "[contract][cursor]") {
  CHECK(failure("\xd4\x02x", [](MsgpackCursor& c) { return c.value(1); }) == ErrorCode::kUnsupported);
  CHECK(failure("\xc1", [](MsgpackCursor& c) { return c.value(1); }) == ErrorCode::kInvalid);
  CHECK(failure("\xc4\x01x", [](MsgpackCursor& c) { return c.value(1); }) == ErrorCode::kInvalid);
}
