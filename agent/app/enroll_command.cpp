#include "agent/app/enroll_command.h"

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/app/enroll_place.h"
#include "agent/sync/enroll_client.h"
#include "common/base/os.h"

namespace tillsync::agent {
namespace {

const std::vector<config::Key>& place_keys() {
  static const std::vector<config::Key> keys = {
      {"location", std::string(), "location id", "Where this PC stands"},
      {"till", std::string(), "till id", "The till that this PC stands at"},
  };
  return keys;
}

}  // namespace

Result<wire::Enrolled> ask_hub(const EnrollOptions& options, const transport::CurveKeyPair& keys) {
  return enroll(options.hub, options.hub_key, keys, {options.token, options.name.empty() ? os::host_name() : options.name, TILLSYNC_VERSION, options.location, options.till});
}

const std::vector<config::Key>& answer_keys() {
  static const std::vector<config::Key> keys = {
      {"hub", std::string(), "ZeroMQ endpoint", "The hub's sync address, e.g. tcp://hub.example:7001"},
      {"hub_key", std::string(), "Z85, 40 characters", "The hub's public key"},
      {"token", std::string(), "", "Enrolment token; for many PCs one with as many uses, for many locations a group token (tillsyncctl enrolment-token create --many)"},
      {"name", std::string(), "", "Name of this machine for people; empty: its host name"},
      {"data", std::string(), "path of a folder", "Folder of this agent; empty: the package's, /var/lib/tillsync/agent"},
      {"location", std::string(), "location id", "Where this PC stands; empty: the token's location, or what place_file or host_pattern say"},
      {"till", std::string(), "till id", "The till that this PC stands at; empty: none in particular, or what place_file or host_pattern say"},
      {"place_file", std::string(), "path of a TOML file", "A file on each PC with location and till"},
      {"host_pattern", std::string(), "host name with {location}, {till} and *", "How each PC's host name says where it stands, e.g. pos-{location}-{till}"},
      {"host_case", std::string("keep"), "keep, upper, lower", "Letters of location and till when they are taken out of the host name"},
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
  fill(given.location, "location");
  fill(given.till, "till");
  fill(given.place_file, "place_file");
  fill(given.host_pattern, "host_pattern");
  fill(given.host_case, "host_case");
  return given;
}

Result<EnrollOptions> with_place(EnrollOptions given, std::string_view host) {
  const auto is_open = [&given] { return given.location.empty() || given.till.empty(); };
  const auto fill = [&given](const std::string& location, const std::string& till) {
    if (given.location.empty()) given.location = location;
    if (given.till.empty()) given.till = till;
  };
  if (is_open() && !given.place_file.empty()) {
    const auto place = config::load(given.place_file, place_keys(), kPlaceEnvironmentPrefix);
    if (!place) {
      Error error = place.error();
      if (error.code == ErrorCode::kNotFound) error.hint = "write location = \"ID\" into that file on this PC; till = \"ID\" too where it stands at one";
      return std::unexpected(error);
    }
    fill(place->text("location"), place->text("till"));
  }
  if (is_open() && !given.host_pattern.empty()) {
    TS_ASSIGN_OR_RETURN(const HostCase letters, parse_host_case(given.host_case));
    const auto place = place_in_host_name(given.host_pattern, host, letters);
    // Where the location is said already, the name is asked for the till only, and may be of another form.
    if (!place && given.location.empty()) return std::unexpected(place.error());
    if (place) fill(place->location, place->till);
  }
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
  // An image that was taken after a key was made would make all its PCs one agent.
  if (location.empty()) TS_RETURN_IF_ERROR(drop_keys_of_other_machine(data));
  TS_ASSIGN_OR_RETURN(const transport::CurveKeyPair keys, load_or_create_keys(data));
  TS_ASSIGN_OR_RETURN(const wire::Enrolled enrolled, ask(options, keys));
  if (!location.empty() && location != enrolled.location.value) return other("location");
  if (location.empty()) {
    std::map<std::string, config::Setting> values = {{"location", enrolled.location.value},
                                                     {"agent_id", enrolled.agent_id.value},
                                                     {"hub.endpoints", std::vector<std::string>{options.hub}},
                                                     {"hub.public_key", options.hub_key},
                                                     {"data.dir", data.string()}};
    if (!options.till.empty()) values["till"] = options.till;
    if (!options.zmq.empty()) values["pos.zmq"] = options.zmq;
    if (!options.spool.empty()) values["pos.spool"] = options.spool;
    TS_RETURN_IF_ERROR(os::write_file_durably(file, config::describe(agent_config_keys(), kAgentEnvironmentPrefix, values), false));
  }
  return EnrollResult{enrolled.agent_id.value, enrolled.location.value, options.till, file.string()};
}

}  // namespace tillsync::agent
