#include "common/log/log.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <thread>
#include <unistd.h>

using namespace tillsync;
using namespace tillsync::log;

namespace {

/// Logs into a file of its own, and to standard error again at its end.
class LogFile {
 public:
  LogFile(Level level, Format format) {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() / ("tillsync-log-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    REQUIRE(start({level, format, path_.string()}));
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile() {
    static_cast<void>(start({}));
    std::filesystem::remove(path_);
  }
  std::vector<std::string> lines() const {
    std::ifstream file(path_);
    std::vector<std::string> all;
    for (std::string line; std::getline(file, line);) all.push_back(line);
    return all;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("log: lines of the level and above are written, the others not", "[log]") {
  const LogFile file(Level::kWarning, Format::kText);
  debug("one");
  info("two");
  warning("three", {{"seq", 3}});
  error("four");
  const auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with("Z warning three seq=3"));
  CHECK(lines[1].ends_with("Z error four"));
}

TEST_CASE("log: an Error becomes fields, its empty hint none", "[log]") {
  const LogFile file(Level::kDebug, Format::kJson);
  const Error full{ErrorCode::kDiskFull, "commit", "no room", "free space"};
  const Error bare{ErrorCode::kTimeout, "connect", "no answer", ""};
  write(Level::kError, "store failed", full, {{"seq", 7}});
  write(Level::kError, "hub away", bare);
  const auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with(R"("event":"store failed","code":"disk_full","operation":"commit","detail":"no room","hint":"free space","seq":7})"));
  CHECK(lines[1].ends_with(R"("event":"hub away","code":"timeout","operation":"connect","detail":"no answer"})"));
}

TEST_CASE("log: braces in an event are text", "[log]") {
  const LogFile file(Level::kInfo, Format::kText);
  info("a {} b {0} %v");
  REQUIRE(file.lines().size() == 1);
  CHECK(file.lines()[0].ends_with("a {} b {0} %v"));
}

TEST_CASE("log: lines of several threads stay whole", "[log]") {
  const LogFile file(Level::kInfo, Format::kText);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([i] {
      for (int n = 0; n < 200; ++n) info("thread", {{"i", i}, {"fill", std::string(200, static_cast<char>('a' + i))}});
    });
  for (std::thread& thread : threads) thread.join();
  const auto lines = file.lines();
  CHECK(lines.size() == 800);
  for (const std::string& line : lines) {
    const auto at = line.find(" info thread i=");
    REQUIRE(at != std::string::npos);
    CHECK(line.substr(at + 17) == "fill=" + std::string(200, static_cast<char>('a' + (line[at + 15] - '0'))));
  }
}

TEST_CASE("log: a file that cannot be opened is told, and the old log stays", "[log]") {
  const LogFile file(Level::kInfo, Format::kText);
  const auto started = start({Level::kDebug, Format::kJson, "/proc/none/hub.log"});
  REQUIRE_FALSE(started);
  CHECK(started.error().code == ErrorCode::kIo);
  debug("not written");
  info("still here");
  REQUIRE(file.lines().size() == 1);
  CHECK(file.lines()[0].ends_with("info still here"));
}

TEST_CASE("log: a full disk loses lines and nothing else", "[log]") {
  REQUIRE(start({Level::kInfo, Format::kText, "/dev/full"}));
  for (int i = 0; i < 10; ++i) error("no room for this");
  CHECK(start({}));
}

TEST_CASE("log: levels and formats are read by name", "[log]") {
  CHECK(parse_level("debug") == Level::kDebug);
  CHECK(parse_level("error") == Level::kError);
  CHECK(parse_format("json") == Format::kJson);
  CHECK(parse_format("text") == Format::kText);
  CHECK_FALSE(parse_level("WARN"));
  CHECK_FALSE(parse_level(""));
  CHECK_FALSE(parse_format("xml"));
}

TEST_CASE("log: the last lines are kept, as many as asked for, wherever the log goes", "[log]") {
  LogFile file(Level::kInfo, Format::kText);
  info("one");
  debug("not logged");
  info("two");
  const auto last = tail(2);
  REQUIRE(last.size() == 2);
  CHECK(last[0].find("one") != std::string::npos);
  CHECK(last[1].find("two") != std::string::npos);
  CHECK(tail(0).empty());
}

TEST_CASE("log: no more lines and bytes are kept than the limits say", "[log]") {
  LogFile file(Level::kInfo, Format::kText);
  for (std::size_t i = 0; i < kTailLinesMax + 1; ++i) info("line");
  CHECK(tail(kTailLinesMax + 1).size() == kTailLinesMax);
  info(std::string(kTailBytesMax - 1'000, 'x'));
  const auto fewer = tail(kTailLinesMax);
  CHECK(fewer.size() < kTailLinesMax);
  std::size_t bytes = 0;
  for (const auto& line : fewer) bytes += line.size();
  CHECK(bytes <= kTailBytesMax);
}

TEST_CASE("log: the level changes while it runs", "[log]") {
  LogFile file(Level::kInfo, Format::kText);
  debug("not yet");
  set_level(Level::kDebug);
  debug("now");
  info("and this");  // a line of debug alone is not flushed at once
  CHECK(file.lines().size() == 2);
}
