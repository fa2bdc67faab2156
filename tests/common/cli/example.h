// A command line like those of the programs.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace tillsync::cli {

struct ExampleCommandLine {
  CLI::App app{"till-tool: does things.\nSecond line of it.", "till-tool"};
  std::string hub = "http://127.0.0.1:7080", token, location, state, file;
  bool as_json = false, secret = false;

  ExampleCommandLine() {
    app.footer("Exit codes: 0 done, 1 refused.");
    app.add_option("--hub", hub, "The hub's address")->envname("TILL_HUB")->capture_default_str();
    app.add_flag("--json", as_json, "For scripts");
    app.add_flag("--secret-switch", secret, "Not for people")->group("");
    auto* agent = app.add_subcommand("agent", "Agents");
    auto* list = agent->add_subcommand("list", "Agents by state");
    list->add_option("--state", state, "Only these")->check(CLI::IsMember({"dark", "online"}));
    list->add_option("-l,--location", location, "Only there");
    auto* submit = app.add_subcommand("submit", "Put documents in; it's quick");
    submit->add_option("file", file, "A document")->required()->check(CLI::ExistingFile);
    app.add_subcommand("worker", "Not for people")->group("");
  }
};

}  // namespace tillsync::cli
