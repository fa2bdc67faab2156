#include "common/cli/outline.h"

#include <catch2/catch.hpp>

#include "tests/common/cli/example.h"

using namespace tillsync::cli;

namespace {

const OptionOutline* option_named(const CommandOutline& command, const std::string& name) {
  for (const auto& option : command.options)
    if (std::ranges::find(option.names, name) != option.names.end()) return &option;
  return nullptr;
}

}  // namespace

TEST_CASE("outline: commands, options, defaults and environment are those of the command line", "[cli]") {
  const ExampleCommandLine example;
  const CommandOutline outline = outline_of(example.app);
  CHECK(outline.description.starts_with("till-tool: does things."));
  CHECK(outline.footer.find("Exit codes") != std::string::npos);
  REQUIRE(outline.commands.size() == 2);
  CHECK(outline.commands[0].name == "agent");
  const auto* hub = option_named(outline, "--hub");
  REQUIRE(hub != nullptr);
  CHECK(hub->fallback == "http://127.0.0.1:7080");
  CHECK(hub->environment == "TILL_HUB");
  CHECK(hub->value == "TEXT");
  const auto* json = option_named(outline, "--json");
  REQUIRE(json != nullptr);
  CHECK(json->value.empty());
}

TEST_CASE("outline: a closed set of values is known, and that a file is meant", "[cli]") {
  const ExampleCommandLine example;
  const CommandOutline outline = outline_of(example.app);
  const auto* state = option_named(outline.commands[0].commands[0], "--state");
  REQUIRE(state != nullptr);
  auto choices = state->choices;
  std::ranges::sort(choices);
  CHECK(choices == std::vector<std::string>{"dark", "online"});
  const auto* file = option_named(outline.commands[1], "file");
  REQUIRE(file != nullptr);
  CHECK(file->is_positional);
  CHECK(file->is_required);
  CHECK(file->takes_file);
  CHECK(option_named(outline.commands[0].commands[0], "-l") == option_named(outline.commands[0].commands[0], "--location"));
}

TEST_CASE("outline: what is hidden stays hidden, and help stands at the top only", "[cli]") {
  const ExampleCommandLine example;
  const CommandOutline outline = outline_of(example.app);
  CHECK(option_named(outline, "--secret-switch") == nullptr);
  CHECK(std::ranges::none_of(outline.commands, [](const auto& command) { return command.name == "worker"; }));
  CHECK(option_named(outline, "--help") != nullptr);
  CHECK(option_named(outline.commands[0], "--help") == nullptr);
}
