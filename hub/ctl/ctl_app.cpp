#include "hub/ctl/ctl_app.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "common/cli/self_description.h"
#include "hub/ctl/ctl_commands.h"

namespace tillsync::hub {

int run_ctl(int argc, const char* const* argv) {
  CLI::App app{
      "tillsyncctl: run Tillsync's hub from the command line.\n"
      "Set TILLSYNC_HUB_URL and TILLSYNC_TOKEN once, then e.g.: tillsyncctl agent list"};
  app.footer(
      "Exit codes: 0 done, 1 refused by the hub, 2 wrong command line, 3 hub not reachable, 4 not allowed, 5 the hub "
      "failed, 6 a check found something, 7 asked and not confirmed.");
  app.set_version_flag("--version", std::string("tillsyncctl ") + TILLSYNC_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  CtlOptions options;
  CtlArguments arguments;
  std::function<int()> action;
  app.add_option("--hub", options.hub, "The hub's address")->envname("TILLSYNC_HUB_URL")->capture_default_str();
  app.add_option("--token", options.token, "API token")->envname("TILLSYNC_TOKEN");
  app.add_flag("--json", options.as_json, "Print the hub's answer as JSON");
  const auto commands = define_commands(app, options, arguments, action);
  const cli::SelfDescription self(app, {"tillsyncctl", "run a Tillsync hub from the command line", TILLSYNC_VERSION, {}, {"tillsync-hub(8)", "tillsync-agent(8)"}}, 1,
                                  {}, true);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? static_cast<int>(CtlExit::kOk) : static_cast<int>(CtlExit::kUsage);
  }
  if (const std::string text = self.output(); !text.empty()) {
    std::cout << text;
    return static_cast<int>(CtlExit::kOk);
  }
  while (!options.hub.empty() && options.hub.back() == '/') options.hub.pop_back();
  return action ? action() : static_cast<int>(CtlExit::kUsage);
}

}  // namespace tillsync::hub
