// tillsync-agent enroll: makes a key pair, registers it at the hub, writes agent.toml. Asking again changes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "common/base/error.h"
#include "common/transport/curve.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

struct EnrollOptions {
  std::string hub, hub_key, token;
  std::filesystem::path data;
  std::string name;  // "" = the machine's
};
struct EnrollResult {
  std::string agent_id, location, config;
};

/// How the hub is asked: agent/sync's enroll, with endpoint, hub key and token of the options.
using AskHub = std::function<Result<wire::Enrolled>(const EnrollOptions& options, const transport::CurveKeyPair& keys)>;
Result<wire::Enrolled> ask_hub(const EnrollOptions& options, const transport::CurveKeyPair& keys);

/// Asking again keeps key and agent.toml. kAlreadyExists where the folder belongs to an agent of another hub or location: the
/// documents that wait in it are that one's.
Result<EnrollResult> enroll_agent(const EnrollOptions& options, const AskHub& ask = ask_hub);

}  // namespace tillsync::agent
