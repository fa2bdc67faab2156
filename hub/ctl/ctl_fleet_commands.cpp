// enrolment-token, agent, config-revision, rollout: the PCs in stores and warehouses.
#include <chrono>
#include <iostream>
#include <thread>

#include "common/qr/qr_code.h"
#include "hub/ctl/command_set.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kCommandPoll{200};

/// "log.level=debug" as the type that it looks like: a whole number, else a text.
std::optional<std::pair<std::string, json>> read_setting(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return std::nullopt;
  const std::string value = text.substr(equals + 1);
  const json number = json::parse(value, nullptr, false);
  return std::pair(text.substr(0, equals), number.is_number_integer() ? number : json(value));
}

/// "group:pilot", "share:10", "all".
std::optional<json> read_wave(const std::string& text) {
  if (text == "all") return json{{"all", true}};
  if (text.starts_with("group:")) return json{{"group", text.substr(6)}};
  if (!text.starts_with("share:")) return std::nullopt;
  const json number = json::parse(text.substr(6), nullptr, false);
  if (!number.is_number_integer()) return std::nullopt;
  json wave = json::object();
  wave["share_percent"] = number;
  return wave;
}

int wrong(const std::string& what) {
  std::cerr << "tillsyncctl: " << what << "\n";
  return static_cast<int>(CtlExit::kUsage);
}

void show_token(const json& token, bool with_qr) {
  json shown = token;
  shown.erase("qr_svg");
  shown.erase("answer_file");
  show_object(shown);
  if (const std::string answers = token.value("answer_file", ""); !answers.empty()) std::cout << "\n/etc/tillsync/enroll.toml for the image:\n\n" << answers;
  const std::string command = token.value("command", "");
  if (command.empty()) std::cout << "The first answer was lost, and the secret with it: create another one.\n";
  if (!with_qr || command.empty()) return;
  if (const auto code = QrCode::make(command)) std::cout << code->half_blocks();
}

void show_rollout(const json& rollout) {
  json head = rollout;
  head.erase("waves");
  show_object(head);
  json failures = json::array();
  for (const json& wave : rollout.value("waves", json::array()))
    for (json failure : wave.value("failures", json::array())) {
      failure["wave"] = wave.at("no");
      failures.push_back(std::move(failure));
    }
  std::cout << format_table(rollout.value("waves", json::array()),
                            {{"no", "WAVE"}, {"status", "STATUS"}, {"total", "AGENTS"}, {"done", "DONE"}, {"failed", "FAILED"}, {"left", "LEFT"}}, "No waves.");
  if (!failures.empty()) std::cout << format_table(failures, {{"wave", "WAVE"}, {"location", "LOCATION"}, {"agent_id", "AGENT"}, {"error", "ERROR"}}, "");
}

class FleetCommands : public CommandSet {
 public:
  using CommandSet::CommandSet;
  void define_all() {
    define_tokens();
    define_agents();
    define_agent_commands();
    define_revisions();
    define_rollouts();
  }

 private:
  std::string agent_path(const char* rest = "") { return "/v1/agents/" + url_encode(arguments_.id) + rest; }

  void define_tokens() {
    auto* tokens = group("enrolment-token", "Tokens that let a PC become an agent");
    auto* create = tokens->add_subcommand("create", "Create one; it is shown once, with the command for the PC and its QR code");
    auto* location = create->add_option("--location", arguments_.location, "Where the agent stands");
    auto* many = create->add_flag("--many", many_, "For PCs that say themselves where they stand: a disk image, an answer file")->excludes(location);
    create->add_flag("--make-locations", makes_locations_, "With --many: a location that the hub does not know is made")->needs(many);
    create->add_option("--group", arguments_.group, "With --many: only locations of this group")->needs(many);
    create->add_flag("--answers", only_answers_, "With --many: print the answer file for the image (/etc/tillsync/enroll.toml) and nothing else")->needs(many);
    create->add_option("--uses", arguments_.uses, "How many PCs may use it")->check(CLI::Range(1, 100'000))->capture_default_str();
    create->add_option("--valid-hours", arguments_.valid_hours, "Until it expires")->check(CLI::Range(1, 24 * 365))->capture_default_str();
    create->add_flag("--no-qr", no_qr_, "Without the QR code");
    does(create, [this] {
      if (!many_ && arguments_.location.empty()) return wrong("--location says where the agent stands, --many that each PC says so itself");
      json body = {{"uses", arguments_.uses}, {"valid_s", arguments_.valid_hours * 3'600}};
      if (many_)
        body["reach"] = makes_locations_ ? "any" : "known";
      else
        body["location"] = arguments_.location;
      if (!arguments_.group.empty()) body["group"] = arguments_.group;
      return call_and_show(options_, "POST", "/v1/enrolment-tokens", body.dump(), [this](const json& token) {
        if (only_answers_)
          std::cout << token.value("answer_file", "");
        else
          show_token(token, !no_qr_ && !many_);
      });
    });
    does(tokens->add_subcommand("list", "List them, without their secrets"), [this] {
      return list_pages(options_, "/v1/enrolment-tokens",
                        {{"id", "ID"}, {"location", "LOCATION"}, {"reach", "REACH"}, {"group", "GROUP"}, {"uses", "USED"}, {"uses_max", "OF"}, {"expires_at", "EXPIRES"}, {"revoked_at", "REVOKED"}}, "No token.");
    });
    auto* revoke = tokens->add_subcommand("revoke", "Let it enrol nobody from now on; agents that it has enrolled stay");
    revoke->add_option("id", arguments_.id, "Its id (t_…)")->required();
    revoke->add_option("--reason", arguments_.reason, "Why, for the record");
    does(revoke, [this] { return send("POST", "/v1/enrolment-tokens/" + url_encode(arguments_.id) + "/revoke", {{"reason", arguments_.reason}}); });
  }

  void add_filters(CLI::App* command) {
    command->add_option("--state", state_, "waiting, online, draining, dark, missing, conflict, revoked; several with commas");
    command->add_option("--location", arguments_.location, "Only of this location");
    command->add_option("--group", arguments_.group, "Only of locations of this group");
    command->add_option("--of-version", version_, "Only with this version of the program");
    command->add_option("--dark-for", dark_for_, "Silent for at least so many seconds");
    command->add_option("-q,--query", q_, "A part of id, name, host, location or its name");
  }
  std::string filtered(const std::string& path) {
    return with_query(path, {{"state", state_}, {"location", arguments_.location}, {"group", arguments_.group}, {"version", version_}, {"dark_for", dark_for_}, {"q", q_}, {"sort", sort_}});
  }

  CLI::App* agents_ = nullptr;
  void define_agents() {
    agents_ = group("agent", "Agents: the PCs in stores and warehouses");
    auto* list = agents_->add_subcommand("list", "List them");
    add_filters(list);
    list->add_option("--sort", sort_, "id, last_seen, backlog, oldest, skew, disk or version; - in front: descending (--sort=-backlog)");
    does(list, [this] {
      return list_pages(options_, filtered("/v1/agents"),
                        {{"id", "ID"},
                         {"location", "LOCATION"},
                         {"group", "GROUP"},
                         {"status", "STATUS"},
                         {"last_seen", "LAST SEEN"},
                         {"backlog", "BACKLOG"},
                         {"oldest_unsent_s", "OLDEST (S)"},
                         {"drain_s", "DRAIN (S)"},
                         {"version", "VERSION"},
                         {"revision", "REVISION"},
                         {"name", "NAME"}},
                        "None match. A new one: tillsyncctl enrolment-token create --location GB");
    });
    auto* summary = agents_->add_subcommand("summary", "All of them in figures");
    add_filters(summary);
    does(summary, [this] { return get(filtered("/v1/agents/summary")); });
    shows(agents_, "/v1/agents/", "id", "Its id (a_…)");
    auto* samples = agents_->add_subcommand("samples", "How it was doing, each five minutes");
    samples->add_option("id", arguments_.id, "Its id (a_…)")->required();
    samples->add_option("--hours", arguments_.hours, "1 to 24");
    does(samples, [this] {
      return call_and_show(options_, "GET", with_query(agent_path("/samples"), {{"hours", arguments_.hours}}), {}, [](const json& answer) {
        std::cout << format_table(answer.value("items", json::array()),
                                  {{"at", "AT"}, {"backlog", "BACKLOG"}, {"oldest_unsent_s", "OLDEST (S)"}, {"clock_skew_ms", "SKEW (MS)"}, {"disk_free_bytes", "DISK FREE"}},
                                  "Nothing yet.");
      });
    });
    auto* heal = agents_->add_subcommand("heal", "Let an agent in identity conflict sync again, once the copy is stopped");
    heal->add_option("id", arguments_.id, "Its id (a_…)")->required();
    heal->add_option("--reason", arguments_.reason, "What was found, for the record");
    does(heal, [this] { return send("POST", agent_path("/heal"), {{"reason", arguments_.reason}}); });
    auto* revoke = agents_->add_subcommand("revoke", "Refuse its key from now on; its documents stay with it");
    revoke->add_option("id", arguments_.id, "Its id")->required();
    revoke->add_option("--reason", arguments_.reason, "Why, for the record");
    does(revoke, [this] { return send("POST", agent_path("/revoke"), {{"reason", arguments_.reason}}); });
  }

  void define_agent_commands() {
    auto* command = agents_->add_subcommand("command", "Tell it to do something: drain, send_logs, verify, restart, rotate_keys");
    command->add_option("id", arguments_.id, "Its id (a_…)")->required();
    command->add_option("name", arguments_.name, "What")->required()->check(CLI::IsMember({"drain", "send_logs", "verify", "restart", "rotate_keys"}));
    command->add_option("--lines", lines_, "Of send_logs: how many, 1 to 500");
    command->add_option("--wait", wait_s_, "Wait so many seconds for its answer; exit code 6 when there is none, or it is no")->check(CLI::Range(0, 86'400));
    does(command, [this] { return tell_agent(); });
    auto* commands = agents_->add_subcommand("commands", "What it was told to do, newest first");
    commands->add_option("id", arguments_.id, "Its id (a_…)")->required();
    does(commands, [this] {
      return list_pages(options_, agent_path("/commands"),
                        {{"command_id", "COMMAND"}, {"name", "NAME"}, {"status", "STATUS"}, {"who", "WHO"}, {"created_at", "CREATED"}, {"answered_at", "ANSWERED"}}, "Nothing.");
    });
    auto* configure = agents_->add_subcommand("configure", "Give it a configuration; 0 = its agent.toml alone");
    configure->add_option("id", arguments_.id, "Its id (a_…)")->required();
    configure->add_option("revision", revision_, "Number of the revision")->required()->check(CLI::NonNegativeNumber);
    does(configure, [this] { return send("POST", agent_path("/config"), {{"revision", revision_}}); });
  }

  int tell_agent() {
    json body = {{"name", arguments_.name}, {"arguments", json::object()}};
    if (lines_ > 0) body["arguments"]["lines"] = lines_;
    auto told = fetch(options_, "POST", agent_path("/commands"), body.dump());
    if (!told) return told.error();
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(wait_s_);
    const auto is_open = [&told] { return told->value("status", "") == "waiting" || told->value("status", "") == "sent"; };
    while (wait_s_ > 0 && is_open() && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(kCommandPoll);
      told = fetch(options_, "GET", "/v1/commands/" + url_encode(told->value("command_id", "")));
      if (!told) return told.error();
    }
    if (options_.as_json)
      std::cout << told->dump() << "\n";
    else
      show_object(*told);
    return static_cast<int>(wait_s_ == 0 || told->value("status", "") == "done" ? CtlExit::kOk : CtlExit::kDifferences);
  }

  void define_revisions() {
    auto* revisions = group("config-revision", "Configurations of agents; no agent has one until it is given it, or it is rolled out");
    auto* create = revisions->add_subcommand("create", "Write one");
    create->add_option("--set", settings_, "key=value, once for each; tillsyncctl config-revision schema tells the keys");
    create->add_option("--note", arguments_.reason, "What it is for");
    does(create, [this] {
      json settings = json::object();
      for (const std::string& text : settings_) {
        const auto setting = read_setting(text);
        if (!setting) return wrong("'" + text + "' is no key=value");
        settings[setting->first] = setting->second;
      }
      return send("POST", "/v1/config-revisions", {{"settings", settings}, {"note", arguments_.reason}});
    });
    does(revisions->add_subcommand("list", "List them, newest first"), [this] {
      return list_pages(options_, "/v1/config-revisions", {{"revision", "REVISION"}, {"note", "NOTE"}, {"who", "WHO"}, {"created_at", "CREATED"}}, "None yet.");
    });
    shows(revisions, "/v1/config-revisions/", "revision", "Its number");
    does(revisions->add_subcommand("schema", "What can be set"), [this] {
      return list_pages(options_, "/v1/config-schema",
                        {{"key", "KEY"}, {"type", "TYPE"}, {"unit", "UNIT"}, {"default", "DEFAULT"}, {"min", "MIN"}, {"max", "MAX"}, {"values", "VALUES"}, {"description", "MEANING"}}, "");
    });
  }

  void define_rollouts() {
    auto* rollouts = group("rollout", "A configuration wave by wave, with a stop when agents fail");
    auto* create = rollouts->add_subcommand("create", "Begin one");
    create->add_option("revision", revision_, "Number of the configuration revision")->required();
    create->add_option("--wave", waves_, "group:NAME, share:PERCENT (of all agents) or all; once for each, in order")->required();
    create->add_option("--stop-percent", stop_percent_, "Stop when more than this share of a wave fails")->check(CLI::Range(0, 100))->capture_default_str();
    create->add_option("--agents", confirmed_, "How many agents the waves hold together, as a confirmation")->required();
    does(create, [this] {
      json waves = json::array();
      for (const std::string& text : waves_) {
        const auto wave = read_wave(text);
        if (!wave) return wrong("'" + text + "' is no wave: write group:NAME, share:PERCENT or all");
        waves.push_back(*wave);
      }
      const json body = {{"revision", revision_}, {"waves", waves}, {"stop_percent", stop_percent_}, {"confirm_agents", confirmed_}};
      return call_and_show(options_, "POST", "/v1/rollouts", body.dump(), show_rollout);
    });
    does(rollouts->add_subcommand("list", "List them, newest first"), [this] {
      return list_pages(options_, "/v1/rollouts",
                        {{"rollout_id", "ROLL-OUT"}, {"revision", "REVISION"}, {"status", "STATUS"}, {"stopped_because", "BECAUSE"}, {"who", "WHO"}, {"created_at", "CREATED"}}, "None yet.");
    });
    auto* show = rollouts->add_subcommand("show", "Show one, wave by wave");
    show->add_option("id", arguments_.id, "Its id")->required();
    does(show, [this] { return call_and_show(options_, "GET", "/v1/rollouts/" + url_encode(arguments_.id), {}, show_rollout); });
    for (const auto& [verb, description] : {std::pair{"stop", "Go no further; who was not heard since it was sent gets its previous configuration back"},
                                            {"resume", "Go on; failed ones are tried again"},
                                            {"back", "Give everyone who was sent it what it had before"}}) {
      auto* step = rollouts->add_subcommand(verb, description);
      step->add_option("id", arguments_.id, "Its id")->required();
      does(step, [this, verb = std::string(verb)] {
        return call_and_show(options_, "POST", "/v1/rollouts/" + url_encode(arguments_.id) + "/" + verb, "{}", show_rollout);
      });
    }
  }

  std::string state_, version_, dark_for_, q_, sort_;
  std::vector<std::string> settings_, waves_;
  bool no_qr_ = false, many_ = false, makes_locations_ = false, only_answers_ = false;
  int lines_ = 0, wait_s_ = 0, stop_percent_ = 10;
  long long revision_ = 0, confirmed_ = 0;
};

}  // namespace

std::shared_ptr<void> define_fleet_commands(CLI::App& app, CtlOptions& options, CtlArguments& arguments, std::function<int()>& action) {
  auto commands = std::make_shared<FleetCommands>(app, options, arguments, action);
  commands->define_all();
  return commands;
}

}  // namespace tillsync::hub
