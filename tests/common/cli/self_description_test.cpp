#include "common/cli/self_description.h"

#include <catch2/catch.hpp>

#include "tests/common/cli/example.h"

using namespace tillsync;
using namespace tillsync::cli;
using Catch::Matchers::Contains;

namespace {

const std::vector<config::Key> kToolKeys = {{"listen.http", std::string("127.0.0.1:7080"), "address:port", "Where it listens"}};

/// What the program prints for these arguments; "error" when the command line is refused.
std::string printed(std::vector<std::string> arguments) {
  ExampleCommandLine example;
  example.app.require_subcommand(1);
  const SelfDescription self(example.app, {"till-tool", "does things", "1.2.3", {}, {}}, 1,
                             {{{"till.toml", "configuration of till-tool", "1.2.3", {}, {}}, &kToolKeys, "TILL"}}, true);
  std::ranges::reverse(arguments);  // as CLI11 takes a vector
  try {
    example.app.parse(arguments);
  } catch (const CLI::ParseError&) {
    return "error";
  }
  return self.output();
}

}  // namespace

TEST_CASE("self description: completion and man pages are printed on demand, nothing else", "[cli]") {
  CHECK_THAT(printed({"completion", "bash"}), Contains("complete -F _till_tool till-tool"));
  CHECK_THAT(printed({"completion", "zsh"}), Contains("#compdef till-tool"));
  CHECK_THAT(printed({"completion", "fish"}), Contains("complete -c till-tool -f"));
  CHECK_THAT(printed({"manual"}), Contains(".TH \"TILL\\-TOOL\" 1"));
  CHECK_THAT(printed({"manual", "till.toml"}), Contains(".TH \"TILL.TOML\" 5"));
  CHECK(printed({"agent", "list"}).empty());
}

TEST_CASE("self description: an unknown shell or page is refused", "[cli]") {
  CHECK(printed({"completion", "csh"}) == "error");
  CHECK(printed({"completion"}) == "error");
  CHECK(printed({"manual", "passwd"}) == "error");
}
