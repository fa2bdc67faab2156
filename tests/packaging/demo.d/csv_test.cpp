#include "packaging/demo.d/csv.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::demo;

namespace {

struct Parsed {
  std::vector<CsvRecord> records;
  Result<void> outcome;
};

/// In pieces of `piece` bytes, because a record may be cut anywhere.
Parsed parse(std::string_view text, std::size_t piece) {
  Parsed parsed;
  CsvParser parser([&](const CsvRecord& record) -> Result<void> {
    parsed.records.push_back(record);
    return {};
  });
  for (std::size_t at = 0; at < text.size() && parsed.outcome; at += piece) parsed.outcome = parser.feed(text.substr(at, piece));
  if (parsed.outcome) parsed.outcome = parser.finish();
  return parsed;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_CASE("csv: fields, quotes, commas and line ends in quotes, however the bytes are cut", "[demo]") {
  const std::string text = "a,b,c\n\"x, y\",\"say \"\"hi\"\"\",\"two\nlines\"\n,,\nlast,\"\",end";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, text.size()}) {
    const Parsed parsed = parse(text, piece);
    REQUIRE(parsed.outcome);
    REQUIRE(parsed.records.size() == 4);
    CHECK(parsed.records[0].fields == Fields{"a", "b", "c"});
    CHECK(parsed.records[1].fields == Fields{"x, y", "say \"hi\"", "two\nlines"});
    CHECK(parsed.records[2].fields == Fields{"", "", ""});
    CHECK(parsed.records[3].fields == Fields{"last", "", "end"});
    CHECK(parsed.records[0].line == 1);
    CHECK(parsed.records[1].line == 2);
    CHECK(parsed.records[2].line == 4);
    CHECK(parsed.records[3].line == 5);
  }
}

TEST_CASE("csv: CRLF ends a line, a byte order mark and empty lines are passed over", "[demo]") {
  const Parsed parsed = parse("\xEF\xBB\xBF" "a,b\r\n\r\n\n\"c\",d\r\n", 1);
  REQUIRE(parsed.outcome);
  REQUIRE(parsed.records.size() == 2);
  CHECK(parsed.records[0].fields == Fields{"a", "b"});
  CHECK(parsed.records[1].fields == Fields{"c", "d"});
  CHECK(parsed.records[1].line == 4);
}

TEST_CASE("csv: what only begins like a byte order mark is text", "[demo]") {
  const Parsed parsed = parse("\xEF\xBB,b", 1);
  REQUIRE(parsed.outcome);
  REQUIRE(parsed.records.size() == 1);
  CHECK(parsed.records[0].fields == Fields{"\xEF\xBB", "b"});
  const Parsed only = parse("\xEF", 1);
  REQUIRE(only.outcome);
  REQUIRE(only.records.size() == 1);
  CHECK(only.records[0].fields == Fields{"\xEF"});
}

TEST_CASE("csv: an empty text has no records", "[demo]") {
  CHECK(parse("", 1).records.empty());
  CHECK(parse("\xEF\xBB\xBF", 1).records.empty());
  CHECK(parse("\n\n", 1).records.empty());
}

TEST_CASE("csv: a wrong quote is refused with its line", "[demo]") {
  const auto refused = [](std::string_view text) {
    const Parsed parsed = parse(text, 3);
    REQUIRE_FALSE(parsed.outcome);
    CHECK(parsed.outcome.error().code == ErrorCode::kInvalid);
    return parsed.outcome.error().operation;
  };
  CHECK(refused("a\nb\"c,d\n") == "line 2");
  CHECK(refused("a\n\"b\"c\n") == "line 2");
  CHECK(refused("a\nb\n\"open\nand\nopen") == "line 3");
  CHECK(refused("a\rb") == "line 1");
}

TEST_CASE("csv: a record may have as many bytes as the limit says and no more", "[demo]") {
  const std::string longest(kCsvRecordBytesMax - 1, 'x');  // with its LF
  CHECK(parse(longest + "\n", 65'536).outcome);
  const Parsed parsed = parse(longest + "xx\n", 65'536);
  REQUIRE_FALSE(parsed.outcome);
  CHECK(parsed.outcome.error().code == ErrorCode::kLimitExceeded);
}

TEST_CASE("csv: an error of the receiver ends the parsing", "[demo]") {
  int calls = 0;
  CsvParser parser([&](const CsvRecord&) -> Result<void> {
    ++calls;
    return fail(ErrorCode::kInvalid, "line 1", "no");
  });
  CHECK_FALSE(parser.feed("a\nb\n"));
  CHECK(calls == 1);
}

TEST_CASE("csv: a written field is read back", "[demo]") {
  for (const std::string text : {"plain", "", "a,b", "say \"hi\"", "two\nlines", " blanks "}) {
    const Parsed parsed = parse("x," + csv_field(text) + "\n", 4);
    REQUIRE(parsed.records.size() == 1);
    CHECK(parsed.records[0].fields[1] == text);
  }
}
