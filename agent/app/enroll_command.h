// tillsync-agent enroll: makes a key pair, registers it at the hub, writes agent.toml. Asking again changes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/transport/curve.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

struct EnrollOptions {
  std::string hub, hub_key, token;
  std::filesystem::path data;
  std::string name;              // "" = the machine's
  std::filesystem::path config;  // agent.toml to write; "" = in data
  std::string zmq, spool;        // pos.zmq and pos.spool to write; "" = their defaults
  std::string location = {}, till = {};  // where this PC stands; "" = the token knows, or what follows says
  std::string place_file = {};           // a TOML file on this PC with location and till
  std::string host_pattern = {}, host_case = {};  // place_in_host_name
};

/// Where a package puts things: what enroll takes when no folder is given.
inline constexpr std::string_view kPackagedData = "/var/lib/tillsync/agent", kPackagedConfig = "/etc/tillsync/agent.toml",
                                  kPackagedZmq = "ipc:///run/tillsync/pos.sock", kPackagedSpool = "/var/spool/tillsync";
inline constexpr std::string_view kAnswersEnvironmentPrefix = "TILLSYNC_ENROLL", kPlaceEnvironmentPrefix = "TILLSYNC_PLACE";
/// An answer file's keys, for many PCs of one image.
const std::vector<config::Key>& answer_keys();
/// What the file answers, where the command line does not. kInvalid for an unknown key.
Result<EnrollOptions> with_answers(EnrollOptions given, const std::filesystem::path& file);
/// Fills in where this PC stands, where neither command line nor answer file say so: by place_file, then by host_pattern. kNotFound, kInvalid: what
/// was asked for does not say it.
Result<EnrollOptions> with_place(EnrollOptions given, std::string_view host);
/// Fills in the package's places where no folder is given. kInvalid when hub, key or token are missing still, and says which.
Result<EnrollOptions> completed(EnrollOptions options);

struct EnrollResult {
  std::string agent_id, location, till, config;
};

/// How the hub is asked: agent/sync's enroll, with endpoint, hub key and token of the options.
using AskHub = std::function<Result<wire::Enrolled>(const EnrollOptions& options, const transport::CurveKeyPair& keys)>;
Result<wire::Enrolled> ask_hub(const EnrollOptions& options, const transport::CurveKeyPair& keys);

/// A process of root first becomes the user that owns the data folder, where there is one already. Asking again keeps key and agent.toml; a key that was made on
/// another machine (a disk image) and is of no agent here yet makes place for a new one. kAlreadyExists where the folder belongs to an agent of another hub or location: the
/// documents that wait in it are that one's.
Result<EnrollResult> enroll_agent(const EnrollOptions& options, const AskHub& ask = ask_hub);

}  // namespace tillsync::agent
