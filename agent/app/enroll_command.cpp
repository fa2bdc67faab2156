#include "agent/app/enroll_command.h"

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/sync/enroll_client.h"
#include "common/base/os.h"

namespace tillsync::agent {

Result<wire::Enrolled> ask_hub(const EnrollOptions& options, const transport::CurveKeyPair& keys) {
  return enroll(options.hub, options.hub_key, keys, options.token, options.name.empty() ? os::host_name() : options.name, TILLSYNC_VERSION);
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
  const std::filesystem::path file = data / "agent.toml";
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
    const std::string text = config::describe(agent_config_keys(), kAgentEnvironmentPrefix, {{"location", enrolled.location.value},
                                                                    {"agent_id", enrolled.agent_id.value},
                                                                    {"hub.endpoints", std::vector<std::string>{options.hub}},
                                                                    {"hub.public_key", options.hub_key},
                                                                    {"data.dir", data.string()}});
    TS_RETURN_IF_ERROR(os::write_file_durably(file, text, false));
  }
  return EnrollResult{enrolled.agent_id.value, enrolled.location.value, file.string()};
}

}  // namespace tillsync::agent
