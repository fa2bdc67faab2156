#include "common/log/line.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::log;

namespace {

constexpr Instant kTime{1'795'507'200'123'456};  // 2026-11-24T08:00:00.123456Z

std::string text(std::string_view event, std::initializer_list<Field> fields) {
  return format_line(Format::kText, Level::kInfo, kTime, event, {fields.begin(), fields.size()});
}
std::string json(std::string_view event, std::initializer_list<Field> fields) {
  return format_line(Format::kJson, Level::kInfo, kTime, event, {fields.begin(), fields.size()});
}

}  // namespace

TEST_CASE("log line: text reads as a sentence with its fields", "[log]") {
  CHECK(text("document accepted", {{"seq", 12}, {"correlation_id", "c-1"}, {"live", true}}) ==
        "2026-11-24T08:00:00.123Z info document accepted seq=12 correlation_id=c-1 live=true");
}

TEST_CASE("log line: JSON keeps the types", "[log]") {
  CHECK(json("document accepted", {{"seq", -12}, {"correlation_id", "c-1"}, {"live", false}}) ==
        R"({"time":"2026-11-24T08:00:00.123Z","level":"info","event":"document accepted","seq":-12,"correlation_id":"c-1","live":false})");
}

TEST_CASE("log line: milliseconds are always there", "[log]") {
  const auto at = [](std::int64_t micros) { return format_line(Format::kText, Level::kError, Instant{micros}, "x", {}); };
  CHECK(at(0) == "1970-01-01T00:00:00.000Z error x");
  CHECK(at(7'999) == "1970-01-01T00:00:00.007Z error x");
  CHECK(at(1'999'999) == "1970-01-01T00:00:01.999Z error x");
}

TEST_CASE("log line: no value breaks out of its line or its quotes", "[log]") {
  const std::string nasty("a\"b\\c\nd\re\tf\x01g\0h\x7f", 16);
  const std::string escaped = R"("a\"b\\c\nd\re\tf\u0001g\u0000h\u007f")";
  CHECK(text("e", {{"v", nasty}}) == "2026-11-24T08:00:00.123Z info e v=" + escaped);
  CHECK(json("e", {{"v", nasty}}).ends_with("\"v\":" + escaped + "}"));
  CHECK(text("two\nlines", {{"na\nme", 1}}) == R"(2026-11-24T08:00:00.123Z info two\nlines na\nme=1)");
  CHECK(json("two\nlines", {{"na\"me", 1}}).ends_with(R"("event":"two\nlines","na\"me":1})"));
}

TEST_CASE("log line: text quotes only what would be read wrongly", "[log]") {
  CHECK(text("e", {{"a", "0012345"}, {"b", ""}, {"c", "x y"}, {"d", "k=v"}, {"e", "/path:1"}})
            .ends_with(R"(a=0012345 b="" c="x y" d="k=v" e=/path:1)"));
}

TEST_CASE("log line: UTF-8 passes, other bytes are replaced", "[log]") {
  CHECK(json("e", {{"v", "café €😀"}}).ends_with("\"café €😀\"}"));
  for (const std::string& bad : {std::string("\xff"), std::string("\xc0\xaf").substr(0, 1), std::string("\xe2\x82"), std::string("\xed\xa0\x80"),
                                 std::string("\xf4\x90\x80\x80"), std::string("\xe0\x80\x80")}) {
    const std::string line = json("e", {{"v", bad + "z"}});
    CHECK(line.find("\xEF\xBF\xBD") != std::string::npos);
    CHECK(line.ends_with("z\"}"));
  }
}

TEST_CASE("log line: a field cannot pose as time, level or event", "[log]") {
  CHECK(json("e", {{"level", "debug"}, {"time", 1}, {"event", true}}).ends_with(R"("event":"e","level_":"debug","time_":1,"event_":true})"));
}
