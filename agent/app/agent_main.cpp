#include <CLI/CLI.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>

#include "agent/app/agent_app.h"
#include "agent/app/agent_config.h"
#include "agent/app/doctor_command.h"
#include "agent/app/enroll_command.h"
#include "agent/app/local_commands.h"
#include "agent/app/new_key_command.h"
#include "agent/app/recover_command.h"
#include "common/base/os.h"
#include "common/cli/self_description.h"

namespace {

using namespace tillsync;
using namespace tillsync::agent;

constexpr std::size_t kOutboxListMax = 10'000;

int fail_with(const Error& error) {
  std::cerr << "tillsync-agent: " << to_string(error) << "\n";
  return 1;
}

/// What this PC would tell the hub, for whoever prepares an image.
int tell_only(const EnrollOptions& options) {
  std::cout << "Hub       " << options.hub << "\nLocation  " << (options.location.empty() ? "the token's" : options.location) << "\nTill      "
            << (options.till.empty() ? "none in particular" : options.till) << "\nName      " << (options.name.empty() ? os::host_name() : options.name) << "\nFolder    " << options.data.string()
            << "\nNothing was asked, nothing was written.\n";
  return 0;
}

int enroll_and_tell(EnrollOptions options, const std::filesystem::path& answers, bool only_checks, bool renews_key) {
  if (renews_key) {
    auto known = with_agent_of_folder(std::move(options));
    if (!known) return fail_with(known.error());
    options = std::move(*known);
  }
  if (!answers.empty()) {
    auto answered = with_answers(std::move(options), answers);
    if (!answered) return fail_with(answered.error());
    options = std::move(*answered);
  }
  auto placed = with_place(std::move(options), os::host_name());
  if (!placed) return fail_with(placed.error());
  const auto whole = completed(std::move(*placed));
  if (!whole) return fail_with(whole.error());
  if (only_checks) return tell_only(*whole);
  const auto result = renews_key ? enroll_with_new_key(*whole) : enroll_agent(*whole);
  if (!result) return fail_with(result.error());
  std::cout << "Enrolled: agent " << result->agent_id << " at location " << result->location << (result->till.empty() ? "" : ", till " + result->till) << ".\nConfiguration: " << result->config << "\n";
  if (renews_key)
    std::cout << "The old key is in quarantine, and the documents that wait belong to the new agent. Start it: sudo systemctl start tillsync-agent.service\n";
  else if (result->config == kPackagedConfig)
    std::cout << "The service starts by itself now. See: tillsync-agent status\n";
  else
    std::cout << "Next: tillsync-agent run --config " << result->config << "\n";
  return 0;
}

int with_config(const std::filesystem::path& file, const std::function<int(const config::Config&)>& command) {
  const auto config = config::load(file, agent_config_keys(), kAgentEnvironmentPrefix);
  if (config) return command(*config);
  Error error = config.error();
  if (error.code == ErrorCode::kDenied) error.hint = "run it with sudo";
  std::error_code ignored;
  if (error.code == ErrorCode::kNotFound && std::filesystem::exists("/etc/tillsync/enroll.toml", ignored))
    error.hint = "this PC enrols by itself as soon as it reaches the hub; what keeps it from that: journalctl -u tillsync-agent-enroll";
  else if (error.code == ErrorCode::kNotFound) error.hint = "this PC is not enrolled yet: tillsync-agent enroll --help; or name the file with --config";
  return fail_with(error);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"tillsync-agent: takes sales, returns and stock movements from the tills, keeps them safe, brings them to the hub.\n"
               "First: tillsync-agent enroll. Then: tillsync-agent run. When something is odd: tillsync-agent doctor"};
  app.set_version_flag("--version", std::string("tillsync-agent ") + TILLSYNC_VERSION);
  app.require_subcommand(1);
  std::filesystem::path config_file = "/etc/tillsync/agent.toml";
  if (const char* given = std::getenv("TILLSYNC_AGENT_CONFIG")) config_file = given;
  const auto add_config = [&config_file](CLI::App* command) { command->add_option("--config", config_file, "agent.toml (or TILLSYNC_AGENT_CONFIG)")->capture_default_str(); };

  EnrollOptions enrolment;
  auto* enroll_cli = app.add_subcommand("enroll", "Make this PC an agent: keys, registration at the hub, agent.toml");
  enroll_cli->add_option("--hub", enrolment.hub, "The hub's sync address, e.g. tcp://hub.example:7001");
  enroll_cli->add_option("--hub-key", enrolment.hub_key, "The hub's public key (tillsync-hub init printed it)");
  enroll_cli->add_option("--token", enrolment.token, "Token: tillsyncctl enrolment-token create --location ID; for many PCs of one image: create --many");
  enroll_cli->add_option("--data", enrolment.data, "Folder of this agent, made when missing; default: /var/lib/tillsync/agent, with the configuration at /etc/tillsync/agent.toml");
  enroll_cli->add_option("--config", enrolment.config, "agent.toml to write; default: in --data");
  std::filesystem::path answers;
  enroll_cli->add_option("--answers", answers, "TOML file with hub, hub_key, token and how each PC says where it stands: for many PCs of one image (packaging/README.md)")->check(CLI::ExistingFile);
  enroll_cli->add_option("--location", enrolment.location, "Where this PC stands, for a token of many locations");
  enroll_cli->add_option("--till", enrolment.till, "The till that this PC stands at; a till has one agent");
  bool only_checks = false;
  bool renews_key = false;
  enroll_cli->add_flag("--new-key", renews_key, "The agent that is here becomes a new one with a key of its own: its disk was copied, or its key revoked. Its documents go along");
  enroll_cli->add_flag("--check", only_checks, "Only say what this PC would tell the hub; asks and writes nothing");
  enroll_cli->add_option("--name", enrolment.name, "Name of this machine for people; default: its host name");

  bool help_config = false;
  auto* run_cli = app.add_subcommand("run", "Run the agent until SIGTERM");
  add_config(run_cli);
  run_cli->add_flag("--help-config", help_config, "Print every configuration key with its meaning, unit and default");

  bool as_json = false;
  auto* status_cli = app.add_subcommand("status", "How many documents wait, how old the oldest is, and whether the hub is reached");
  add_config(status_cli);
  status_cli->add_flag("--json", as_json, "For scripts");

  std::vector<std::filesystem::path> submitted;
  auto* submit_cli = app.add_subcommand("submit", "Put documents in from files, as a till would");
  add_config(submit_cli);
  submit_cli->add_option("files", submitted, ".json: one document or an array; .jsonl, .csv, .msgpack as in the spool folder")->required()->check(CLI::ExistingFile);

  std::uint64_t seq = 0;
  std::size_t count = 50;
  auto* outbox_cli = app.add_subcommand("outbox", "Look into the queue towards the hub");
  outbox_cli->require_subcommand(1);
  auto* list_cli = outbox_cli->add_subcommand("list", "List documents, by default those that wait");
  add_config(list_cli);
  list_cli->add_option("--from", seq, "First sequence number");
  list_cli->add_option("--count", count, "How many")->check(CLI::Range(std::size_t{1}, kOutboxListMax))->capture_default_str();
  list_cli->add_flag("--json", as_json, "For scripts");
  auto* show_cli = outbox_cli->add_subcommand("show", "Print one document with its names");
  add_config(show_cli);
  show_cli->add_option("seq", seq, "Its sequence number")->required();

  std::string till;
  auto* token_cli = app.add_subcommand("pos-token", "Tokens of the tills' HTTP requests. Without an option: print one with the line for agent.toml");
  add_config(token_cli);
  token_cli->add_option("till", till, "The till's id");
  bool adds_token = false, revokes_token = false, lists_tokens = false;
  auto* add_token_flag = token_cli->add_flag("--add", adds_token, "Make one that is good at once; it is printed this once");
  auto* revoke_token_flag = token_cli->add_flag("--revoke", revokes_token, "Take the till's tokens back, at once")->excludes(add_token_flag);
  token_cli->add_flag("--list", lists_tokens, "Which tills have tokens")->excludes(add_token_flag)->excludes(revoke_token_flag);

  bool recovers = false;
  auto* doctor_cli = app.add_subcommand("doctor", "Look for what is wrong, and say how to mend it");
  add_config(doctor_cli);
  doctor_cli->add_flag("--recover", recovers, "The agent is stopped and agent.db is damaged or gone: save what can be read into a new one, keep the damaged files");
  app.footer("Exit codes: 0 done, 1 it failed or something was found (the reason is printed), 2 wrong command line.");
  const std::vector<std::pair<std::string, std::string>> files = {
      {"/etc/tillsync/agent.toml", "configuration, written by enroll"}, {"/var/lib/tillsync/agent", "keys and the two queues"}, {"/var/spool/tillsync", "files that a till renames into it are taken as documents"}};
  const cli::SelfDescription self(app, {"tillsync-agent", "take a store's documents, keep them safe, bring them to the hub", TILLSYNC_VERSION, files, {"agent.toml(5)", "tillsyncctl(1)"}}, 8,
                                  {{{"agent.toml", "configuration of tillsync-agent", TILLSYNC_VERSION, files, {"tillsync-agent(8)"}}, &agent_config_keys(), std::string(kAgentEnvironmentPrefix)}}, false);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  if (const std::string text = self.output(); !text.empty()) {
    std::cout << text;
    return 0;
  }
  if (*enroll_cli) return enroll_and_tell(std::move(enrolment), answers, only_checks, renews_key);
  if (*token_cli && till.empty() && !lists_tokens) {
    std::cerr << "tillsync-agent: name the till: tillsync-agent pos-token TILL\n";
    return 2;
  }
  if (*token_cli && !adds_token && !revokes_token && !lists_tokens) return pos_token_command(till);
  if (*run_cli && help_config) {
    std::cout << config::describe(agent_config_keys(), kAgentEnvironmentPrefix);
    return 0;
  }
  if (*run_cli) {
    const auto result = run_agent(config_file);
    return result ? *result : fail_with(result.error());
  }
  return with_config(config_file, [&](const config::Config& config) {
    if (*status_cli) return status_command(config, as_json);
    if (*submit_cli) return submit_command(config, submitted);
    if (*token_cli && adds_token) return add_pos_token_command(config, till);
    if (*token_cli && revokes_token) return revoke_pos_token_command(config, till);
    if (*token_cli) return list_pos_tokens_command(config);
    if (*list_cli) return outbox_list_command(config, seq, count, as_json);
    if (*show_cli) return outbox_show_command(config, seq);
    return recovers ? recover_command(config) : doctor_command(config);
  });
}
