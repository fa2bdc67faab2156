#include "common/cli/completion.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

#include "tests/common/cli/example.h"

using namespace tillsync::cli;

namespace {

/// What a shell prints when it runs the text; the words of it.
std::set<std::string> run_in(const std::string& shell, const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / ("completion-test-" + std::to_string(::getpid()) + "-" + shell);
  std::ofstream(file) << text;
  std::FILE* pipe = ::popen((shell + " " + file.string() + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  CHECK(::pclose(pipe) == 0);
  std::filesystem::remove(file);
  std::set<std::string> lines;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line);) lines.insert(line.substr(0, line.find('\t')));
  return lines;
}

std::string script_of(Shell shell, bool options_anywhere = true) {
  const ExampleCommandLine example;
  return completion_script(shell, "till-tool", outline_of(example.app), options_anywhere);
}

std::set<std::string> bash_offers(const std::string& words, bool options_anywhere = true) {
  return run_in("bash", script_of(Shell::kBash, options_anywhere) + "COMP_WORDS=(" + words +
                            "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _till_tool; printf '%s\\n' \"${COMPREPLY[@]}\"; exit 0\n");
}

std::set<std::string> fish_offers(const std::string& line) { return run_in("fish", script_of(Shell::kFish) + "complete -C \"" + line + "\"; exit 0\n"); }

/// zsh's own helpers print what they are given.
std::set<std::string> zsh_offers(const std::string& words) {
  const std::string stubs =
      "_describe() { local name=${@[-1]}; print -l -- ${${(P)name}%%:*} }\n_files() { print FILES }\ncompadd() { shift; print -l -- \"$@\" }\n"
      "words=(" + words + "); CURRENT=${#words}\n";
  return run_in("zsh", stubs + script_of(Shell::kZsh) + "exit 0\n");
}

}  // namespace

TEST_CASE("completion: bash offers commands, options, values and files", "[cli]") {
  CHECK(bash_offers("till-tool ''") == std::set<std::string>{"agent", "submit"});
  CHECK(bash_offers("till-tool agent ''") == std::set<std::string>{"list"});
  CHECK(bash_offers("till-tool --json agent li") == std::set<std::string>{"list"});
  CHECK(bash_offers("till-tool agent list --state ''") == std::set<std::string>{"dark", "online"});
  CHECK(bash_offers("till-tool agent list --s") == std::set<std::string>{"--state"});
  CHECK(bash_offers("till-tool submit /proc/self/statu") == std::set<std::string>{"/proc/self/status"});
}

TEST_CASE("completion: options of the commands above are offered only where the command line takes them", "[cli]") {
  CHECK(bash_offers("till-tool agent list --j", true) == std::set<std::string>{"--json"});
  CHECK(bash_offers("till-tool agent list --j", false) == std::set<std::string>{""});
}

TEST_CASE("completion: an option's value is not taken for a command", "[cli]") {
  CHECK(bash_offers("till-tool --hub ''") == std::set<std::string>{""});
}

TEST_CASE("completion: fish offers the same", "[cli]") {
  CHECK(fish_offers("till-tool ") == std::set<std::string>{"agent", "submit"});
  CHECK(fish_offers("till-tool agent ") == std::set<std::string>{"list"});
  CHECK(fish_offers("till-tool agent list --state ") == std::set<std::string>{"dark", "online"});
  CHECK(fish_offers("till-tool agent list --st") == std::set<std::string>{"--state"});
}

TEST_CASE("completion: zsh offers the same", "[cli]") {
  const auto first = zsh_offers("till-tool ''");
  CHECK(first.contains("agent"));
  CHECK(first.contains("submit"));
  CHECK(first.contains("--json"));
  CHECK(zsh_offers("till-tool agent list --state ''") == std::set<std::string>{"dark", "online"});
  CHECK(zsh_offers("till-tool submit ''").contains("FILES"));
}

TEST_CASE("completion: only known shells", "[cli]") {
  CHECK(parse_shell("bash") == Shell::kBash);
  CHECK(parse_shell("zsh") == Shell::kZsh);
  CHECK(parse_shell("fish") == Shell::kFish);
  CHECK_FALSE(parse_shell("csh"));
}
