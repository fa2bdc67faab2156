#include <curl/curl.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "common/base/os.h"
#include "common/cli/self_description.h"
#include "common/config/config.h"
#include "hub/app/hub_app.h"
#include "hub/app/hub_backup_command.h"
#include "hub/app/hub_config.h"
#include "hub/app/hub_init_command.h"
#include "hub/app/hub_restored_command.h"
#include "hub/jq/jq_worker_loop.h"

namespace {

using namespace tillsync;
using namespace tillsync::hub;

constexpr int kExitUsage = 2;

int fail_with(const Error& error) {
  std::cerr << "tillsync-hub: " << to_string(error) << "\n";
  return 1;
}

int init(const InitOptions& options, bool as_json) {
  const auto result = init_hub(options);
  if (!result) return fail_with(result.error());
  if (as_json) {
    std::cout << nlohmann::json{{"public_key", result->public_key}, {"config", result->config}, {"admin_token", result->admin_token}}.dump() << "\n";
    return 0;
  }
  std::cout << "The hub is ready.\n\n  public key   " << result->public_key << "   (agents need it to enrol)\n  admin token  " << result->admin_token
            << "   (shown this once: keep it safe)\n  config       " << result->config << "\n\nNext:\n  tillsync-hub run --config " << result->config
            << "\n  export TILLSYNC_TOKEN=" << result->admin_token << "\n  tillsyncctl location put GB --name \"London\"\n"
            << "  tillsyncctl enrolment-token create --location GB\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // The hub's own child, not for people: it stands before everything that a program of a connector could reach.
  if (argc == 2 && std::string_view(argv[1]) == "jq-worker") return run_jq_worker();
  CLI::App app{"tillsync-hub: the centre of a chain's tills and stock rooms.\nFirst: tillsync-hub init --data DIR. Then: tillsync-hub run --config DIR/hub.toml"};
  app.set_version_flag("--version", std::string("tillsync-hub ") + TILLSYNC_VERSION);
  app.require_subcommand(1);

  InitOptions options;
  bool as_json = false;
  auto* init_command = app.add_subcommand("init", "Make keys, database, hub.toml and the first administrator's token");
  init_command->add_option("--data", options.data, "Folder of the hub, made when missing; default: /var/lib/tillsync/hub, with the configuration at /etc/tillsync/hub.toml");
  init_command->add_option("--config", options.config, "hub.toml to write; default: in --data");
  init_command->add_option("--admin", options.admin, "Name of the first administrator")->capture_default_str();
  init_command->add_option("--password-file", options.password_file, "File with the administrator's password for the console")->check(CLI::ExistingFile);
  init_command->add_flag("--json", as_json, "Print {\"public_key\",\"config\",\"admin_token\"}");

  std::filesystem::path config_file;
  bool help_config = false;
  auto* run_command = app.add_subcommand("run", "Run the hub until SIGTERM");
  run_command->add_option("--config", config_file, "hub.toml")->capture_default_str();
  run_command->add_flag("--help-config", help_config, "Print every configuration key with its meaning, unit and default");
  auto* restored_command = app.add_subcommand("restored", "After a backup was put back, before the hub starts: agents then send again what the hub has lost");
  restored_command->add_option("--config", config_file, "hub.toml")->capture_default_str();
  std::filesystem::path backup_to;
  std::size_t backups_kept = 0;
  auto* backup_command = app.add_subcommand("backup", "Copy database, keys and hub.toml while the hub runs; checked and durable when it ends");
  backup_command->add_option("--config", config_file, "hub.toml");
  backup_command->add_option("--to", backup_to, "Folder on another disk; each backup becomes a folder in it")->required();
  backup_command->add_option("--keep", backups_kept, "Remove all but so many of the newest backups there; default: none is removed")->check(CLI::PositiveNumber);
  app.footer("Exit codes: 0 done, 1 it failed (the reason is printed), 2 wrong command line.");
  const std::vector<std::pair<std::string, std::string>> files = {{"/etc/tillsync/hub.toml", "configuration, written by init"}, {"/var/lib/tillsync/hub", "database and keys"}};
  const cli::SelfDescription self(app, {"tillsync-hub", "the centre of a retail chain's tills and stock rooms", TILLSYNC_VERSION, files, {"hub.toml(5)", "tillsyncctl(1)"}}, 8,
                                  {{{"hub.toml", "configuration of tillsync-hub", TILLSYNC_VERSION, files, {"tillsync-hub(8)"}}, &hub_config_keys(), std::string(kHubEnvironmentPrefix)}}, false);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }

  if (const std::string text = self.output(); !text.empty()) {
    std::cout << text;
    return 0;
  }
  if (*init_command) return init(completed(options), as_json);
  if (help_config) {
    std::cout << config::describe(hub_config_keys(), kHubEnvironmentPrefix);
    return 0;
  }
  if (config_file.empty()) config_file = "/etc/tillsync/hub.toml";
  if (*backup_command) {
    const auto made = backup_hub(config_file, backup_to, os::now(), [](const std::string& step) { std::cerr << step << "\n"; });
    if (!made) return fail_with(made.error());
    std::cout << made->folder.string() << "\n";
    if (backups_kept > 0)
      if (const auto pruned = prune_backups(backup_to, backups_kept); !pruned) return fail_with(pruned.error());
    return 0;
  }
  if (*restored_command) {
    const auto marked = mark_restored(config_file);
    if (!marked) return fail_with(marked.error());
    std::cout << "The database counts as restored. Next: tillsync-hub run --config " << config_file.string()
              << "\nAgents send again what they still hold; what they no longer hold becomes an exception (gap).\n";
    return 0;
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const auto result = run_hub(config_file);
  curl_global_cleanup();
  return result ? 0 : fail_with(result.error());
}
