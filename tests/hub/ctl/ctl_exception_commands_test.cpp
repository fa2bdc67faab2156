// exceptions, postings and operations on the command line, and the commands that runbooks and remedies name.
#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <iostream>
#include <regex>
#include <sstream>

#include "hub/ctl/ctl_commands.h"
#include "hub/exceptions/catalogue.h"
#include "hub/exceptions/runbooks.h"
#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

struct Told {
  CtlExit code;
  std::string out, err;
  json body() const { return json::parse(out); }
  bool says(const std::string& text) const { return (out + err).find(text) != std::string::npos; }
};

/// input: what a person types when asked.
Told tell(const ApiStand& stand, std::vector<std::string> arguments, const std::string& input = {}, const std::string& token = "administrator") {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", token});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  std::istringstream in(input);
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  auto* old_in = std::cin.rdbuf(in.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  std::cin.rdbuf(old_in);
  std::cin.clear();
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  bool is_word = false;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) quote = 0; else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      is_word = true;
    } else if (c == ' ') {
      if (is_word || !word.empty()) words.push_back(word);
      word.clear();
      is_word = false;
    } else {
      word += c;
    }
  }
  if (is_word || !word.empty()) words.push_back(word);
  return words;
}

/// "" when tillsyncctl takes such a line; FILE stands for a file that is there.
std::string fault_of(const std::string& line) {
  std::vector<std::string> words = words_of(line);
  for (std::string& word : words)
    if (word == "FILE") word = "/dev/null";
  std::ranges::reverse(words);
  CLI::App app;
  app.require_subcommand(1);
  app.fallthrough();
  CtlOptions options;
  CtlArguments arguments;
  std::function<int()> action;
  const auto commands = define_commands(app, options, arguments, action);
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return action ? "" : "it does nothing";
}

std::vector<std::string> commands_in(std::string_view text) {
  static const std::regex pattern(R"(tillsyncctl ([^`\n;]*[^`\n;.]))");
  std::vector<std::string> commands;
  for (std::cregex_iterator match(text.data(), text.data() + text.size(), pattern), end; match != end; ++match) commands.push_back((*match)[1]);
  return commands;
}

}  // namespace

TEST_CASE("ctl: every command that a runbook names is one that tillsyncctl takes", "[ctl]") {
  std::size_t checked = 0;
  for (const auto& [code, text] : runbooks()) {
    for (const std::string& line : commands_in(text)) {
      INFO(code << ": tillsyncctl " << line);
      CHECK(fault_of(line) == "");
      ++checked;
    }
  }
  CHECK(checked > 150);
  CHECK(fault_of("exceptions nosuch ID") != "");
  CHECK(fault_of("exceptions skip ID") != "");  // a reason is asked for
  CHECK(fault_of("exceptions bulk delete --code c --cause c") != "");
}

TEST_CASE("ctl: every command that a remedy names is one that tillsyncctl takes", "[ctl]") {
  for (const CatalogueEntry& entry : catalogue()) {
    for (const std::string& line : commands_in(entry.remedy)) {
      INFO(entry.code << ": tillsyncctl " << line);
      CHECK(fault_of(line) == "");
    }
  }
}

TEST_CASE("ctl: the morning begins with causes", "[ctl]") {
  ApiStand stand;
  CHECK(tell(stand, {"exceptions", "causes", "--code", "posting.unknown_item"}).says("Nothing is open."));
  add_sales(stand, 3);
  refuse_queued(stand);
  const Told causes = tell(stand, {"exceptions", "causes", "--code", "posting.unknown_item"});
  CHECK(causes.code == CtlExit::kOk);
  CHECK(causes.says(kCause));
  CHECK(tell(stand, {"exceptions", "causes", "--owner", "master_data", "--json"}).body().at("items").at(0).at("count") == 3);
  CHECK(tell(stand, {"exceptions", "list", "--cause", kCause, "--json"}).body().at("items").size() == 3);
}

TEST_CASE("ctl: a runbook is shown", "[ctl]") {
  ApiStand stand;
  CHECK(tell(stand, {"exceptions", "runbook", "posting.closed_period"}).out.starts_with("# The period is closed at the ERP"));
  CHECK(tell(stand, {"exceptions", "runbook", "posting.closed_period", "--json"}).body().at("code") == "posting.closed_period");
  CHECK(tell(stand, {"exceptions", "runbook", "nosuch"}).code == CtlExit::kRefused);
}

TEST_CASE("ctl: an exception is tried, retried, corrected, skipped", "[ctl]") {
  ApiStand stand;
  add_sales(stand, 3);
  refuse_queued(stand);
  const json items = tell(stand, {"exceptions", "list", "--code", "posting.unknown_item", "--json"}).body().at("items");
  const std::string first = items.at(0).at("exception_id"), second = items.at(1).at("exception_id"), third = items.at(2).at("exception_id");
  CHECK(tell(stand, {"exceptions", "retry", first, "--dry-run", "--json"}).body().at("outcome") == "done");
  CHECK(postings_in(stand, "refused") == 3);
  CHECK(tell(stand, {"exceptions", "retry", first}).code == CtlExit::kOk);
  const json dry = tell(stand, {"exceptions", "correct", second, "--account", "4000=4010", "--tax-code", "S=S20", "--posting-date", "2010-12-02", "--reason", "r", "--dry-run", "--json"}).body();
  CHECK(dry.at("posting").at("journal").at(2).at("tax_code") == "S20");
  CHECK(dry.at("posting").at("posting_date") == "2010-12-02");
  CHECK(tell(stand, {"exceptions", "correct", second, "--add-line", "debit 6900 0.01", "--add-line", "credit 1010 0.01", "--reason", "r"}).code == CtlExit::kOk);
  CHECK(tell(stand, {"exceptions", "skip", third, "--reason", "by hand", "--json"}).body().at("status") == "resolved");
  CHECK(postings_in(stand, "queued") == 2);
  CHECK(postings_in(stand, "skipped") == 1);
}

TEST_CASE("ctl: a correction that is none is told before anything is sent", "[ctl]") {
  ApiStand stand;
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--account", "4000"}, {"--account", "=4000"}, {"--tax-code", "S"}, {"--add-line", "6900 0.01"},
                                                  {"--add-line", "debit 6900 0.01 more"}, {"--correction", "/dev/null"}}) {
    std::vector<std::string> arguments{"exceptions", "correct", "x_1", "--reason", "r"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Told told = tell(stand, arguments);
    CHECK(told.code == CtlExit::kUsage);
    CHECK(told.says("tillsyncctl: "));
  }
}

TEST_CASE("ctl: a correction comes from a file as well", "[ctl]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const auto file = std::filesystem::temp_directory_path() / random_secret("tillsync-ctl-");
  REQUIRE(os::write_file_durably(file, R"({"journal":[{"account":"1010","debit":"17.98"},{"account":"4010","credit":"17.98"}]})", false));
  const std::string id = tell(stand, {"postings", "list", "--json"}).body().at("items").at(0).at("posting_id");
  CHECK(tell(stand, {"postings", "correct", id, "--correction", file.string(), "--reason", "r", "--json"}).body().at("posting").at("journal").size() == 2);
  std::filesystem::remove(file);
}

TEST_CASE("ctl: a bulk says what it will do and asks; only yes goes on", "[ctl]") {
  ApiStand stand;
  add_sales(stand, 4);
  refuse_queued(stand);
  const std::vector<std::string> bulk{"exceptions", "bulk", "retry", "--code", "posting.unknown_item", "--cause", kCause, "--reason", "item created"};
  const auto with = [&bulk](const std::string& option) {
    auto more = bulk;
    more.push_back(option);
    return more;
  };
  const Told dry = tell(stand, with("--dry-run"));
  CHECK(dry.code == CtlExit::kOk);
  CHECK(dry.says("Would retry 4 open exceptions of posting.unknown_item, cause sku:85123A, at 1 locations."));
  for (const char* reply : {"", "n\n", "maybe\n"}) {
    const Told asked = tell(stand, bulk, reply);
    CHECK(asked.code == CtlExit::kNotConfirmed);
    CHECK(asked.says("This will retry 4 open exceptions"));
    CHECK(asked.says("Nothing was done."));
  }
  CHECK(postings_in(stand, "refused") == 4);
  const Told done = tell(stand, bulk, "y\n");
  CHECK(done.code == CtlExit::kOk);
  CHECK(done.says("4 done (operation o_"));
  CHECK(postings_in(stand, "queued") == 4);
  const Told again = tell(stand, with("--yes"));
  CHECK(again.says("0 done, 4 left alone: not_possible"));
  CHECK(tell(stand, {"operations", "list"}).says("/v1/exceptions/bulk"));
  const std::string id = tell(stand, {"operations", "list", "--json"}).body().at("items").at(0).at("operation_id");
  CHECK(tell(stand, {"operations", "show", id, "--json"}).body().at("status") == "finished");
}

TEST_CASE("ctl: a bulk over nothing asks nothing, one that is refused ends so", "[ctl]") {
  ApiStand stand;
  const Told none = tell(stand, {"exceptions", "bulk", "retry", "--code", "posting.refused", "--cause", "c", "--reason", "r"});
  CHECK(none.code == CtlExit::kOk);
  CHECK(none.says("nothing to do"));
  CHECK(tell(stand, {"exceptions", "bulk", "retry", "--code", "posting.refused", "--cause", "c", "--yes"}).code == CtlExit::kRefused);  // no reason
  CHECK(tell(stand, {"exceptions", "bulk", "retry", "--code", "c", "--cause", "c", "--reason", "r", "--yes"}, "", "viewer").code == CtlExit::kDenied);
  CHECK(tell(stand, {"exceptions", "bulk", "correct", "--code", "c", "--cause", "c", "--reason", "r"}).code == CtlExit::kUsage);
}

TEST_CASE("ctl: a range of postings is replayed, after it was asked", "[ctl]") {
  ApiStand stand;
  add_sales(stand, 3);
  post_queued(stand);
  const std::vector<std::string> range{"postings", "replay", "--from", "2010-12-01", "--to", "2010-12-01", "--kind", "sale", "--location", "GB", "--reason", "lost there"};
  auto dry = range, certain = range;
  dry.push_back("--dry-run");
  certain.push_back("--yes");
  CHECK(tell(stand, dry).says("Would send 3 posted postings from 2010-12-01 to 2010-12-01 again."));
  CHECK(tell(stand, range, "no\n").code == CtlExit::kNotConfirmed);
  CHECK(tell(stand, certain).says("3 done"));
  CHECK(postings_in(stand, "queued") == 3);
  CHECK(tell(stand, {"postings", "replay"}).code == CtlExit::kUsage);
  CHECK(tell(stand, {"postings", "replay", "--from", "2010-12-01"}).code == CtlExit::kUsage);
  CHECK(tell(stand, {"postings", "replay", "--from", "today", "--to", "today", "--reason", "r", "--yes"}).code == CtlExit::kRefused);
}
