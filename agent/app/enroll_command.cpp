#include "agent/app/enroll_command.h"

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/sync/enroll_client.h"
#include "common/base/os.h"

namespace tillsync::agent {

Result<wire::Enrolled> ask_hub(const EnrollOptions& options, const transport::CurveKeyPair& keys) {
  return enroll(options.hub, options.hub_key, keys, options.token, options.name.empty() ? os::host_name() : options.name, TILLSYNC_VERSION);
}

const std::vector<config::Key>& answer_keys() {
  static const std::vector<config::Key> keys = {
      {"hub", std::string(), "ZeroMQ endpoint", "The hub's sync address, e.g. tcp://hub.example:7001"},
      {"hub_key", std::string(), "Z85, 40 characters", "The hub's public key"},
      {"token", std::string(), "", "Enrolment token; one that may be used as often as there are PCs"},
      {"name", std::string(), "", "Name of this machine for people; empty: its host name"},
      {"data", std::string(), "path of a folder", "Folder of this agent; empty: the package's, /var/lib/tillsync/agent"},
  };
  return keys;
}

Result<EnrollOptions> with_answers(EnrollOptions given, const std::filesystem::path& file) {
  TS_ASSIGN_OR_RETURN(const config::Config answers, config::load(file, answer_keys(), kAnswersEnvironmentPrefix));
  const auto fill = [&answers](std::string& option, const char* key) {
    if (option.empty()) option = answers.text(key);
  };
  fill(given.hub, "hub");
  fill(given.hub_key, "hub_key");
  fill(given.token, "token");
  fill(given.name, "name");
  if (given.data.empty()) given.data = answers.text("data");
  return given;
}

Result<EnrollOptions> completed(EnrollOptions options) {
  for (const auto& [value, name] : {std::pair{&options.hub, "--hub"}, std::pair{&options.hub_key, "--hub-key"}, std::pair{&options.token, "--token"}})
    if (value->empty())
      return fail(ErrorCode::kInvalid, "enrol", std::string(name) + " is missing", "the console's page Fleet, or tillsyncctl enrolment-token create, shows the whole line to type");
  if (!options.data.empty()) return options;
  options.data = kPackagedData;
  if (options.config.empty()) options.config = kPackagedConfig;
  options.zmq = kPackagedZmq;
  options.spool = kPackagedSpool;
  return options;
}

Result<EnrollResult> enroll_agent(const EnrollOptions& options, const AskHub& ask) {
  std::error_code error;
  const std::filesystem::path data = std::filesystem::absolute(options.data, error);
  if (error || options.data.empty()) return fail(ErrorCode::kInvalid, "enrol", "'" + options.data.string() + "' is no folder");
  TS_RETURN_IF_ERROR(transport::check_key(options.hub_key));
  const auto other = [&data](const std::string& whose) {
    return fail(ErrorCode::kAlreadyExists, "enrol in " + data.string(), "this folder belongs to an agent of another " + whose,
                "take another --data folder; the documents that wait here belong to the other " + whose);
  };
  if (std::filesystem::is_directory(data, error)) TS_RETURN_IF_ERROR(os::become_owner_of(data));
  const std::filesystem::path file = options.config.empty() ? data / "agent.toml" : options.config;
  std::string location;  // of the agent that is there
  if (std::filesystem::exists(file, error)) {
    TS_ASSIGN_OR_RETURN(const config::Config existing, config::load(file, agent_config_keys(), kAgentEnvironmentPrefix));
    if (existing.text("hub.public_key") != options.hub_key) return other("hub");
    location = existing.text("location");
  }
  TS_RETURN_IF_ERROR(os::make_private_folder(data));
  TS_ASSIGN_OR_RETURN(const transport::CurveKeyPair keys, load_or_create_keys(data));
  TS_ASSIGN_OR_RETURN(const wire::Enrolled enrolled, ask(options, keys));
  if (!location.empty() && location != enrolled.location.value) return other("location");
  if (location.empty()) {
    std::map<std::string, config::Setting> values = {{"location", enrolled.location.value},
                                                     {"agent_id", enrolled.agent_id.value},
                                                     {"hub.endpoints", std::vector<std::string>{options.hub}},
                                                     {"hub.public_key", options.hub_key},
                                                     {"data.dir", data.string()}};
    if (!options.zmq.empty()) values["pos.zmq"] = options.zmq;
    if (!options.spool.empty()) values["pos.spool"] = options.spool;
    TS_RETURN_IF_ERROR(os::write_file_durably(file, config::describe(agent_config_keys(), kAgentEnvironmentPrefix, values), false));
  }
  return EnrollResult{enrolled.agent_id.value, enrolled.location.value, file.string()};
}

}  // namespace tillsync::agent
