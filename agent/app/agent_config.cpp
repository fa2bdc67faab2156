#include "agent/app/agent_config.h"

#include <cstdlib>

#include "agent/ingest/ingest_loop.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kSocketPathBytesMax = 107;  // of a Unix socket, without its closing NUL
constexpr std::int64_t kMegabytesMin = 10;         // less than this would drop today's documents
constexpr std::int64_t kMegabytesMax = 1'000'000;

}  // namespace

const std::vector<config::Key>& agent_config_keys() {
  static const std::vector<config::Key> kKeys = {
      {"location", std::string(), "location id", "Where this agent stands; the hub said so at enrolment"},
      {"till", std::string(), "till id", "The till that this PC stands at, where it said so at enrolment; for people"},
      {"agent_id", std::string(), "agent id", "The name that the hub gave this agent"},
      {"hub.endpoints", std::vector<std::string>{}, "ZeroMQ endpoints", "The hub's sync addresses, tried in turn"},
      {"hub.public_key", std::string(), "Z85, 40 characters", "The hub's key: nobody else can pose as the hub"},
      {"data.dir", std::string("/var/lib/tillsync/agent"), "path of a folder", "Outbox, inbox and this agent's keys"},
      {"data.max_megabytes", kDatabaseMegabytes, "megabytes, 10 to 1000000", "Beyond it what the hub has confirmed is dropped before its 35 days; what waits never is"},
      {"pos.http", std::string("127.0.0.1:7070"), "address:port", "HTTP door of the tills"},
      {"pos.zmq", std::string("auto"), "ZeroMQ endpoint", "ZeroMQ door; auto: pos.sock in the data folder, empty: none"},
      {"pos.spool", std::string("auto"), "path of a folder", "Spool folder; auto: spool in the data folder, empty: none"},
      {"pos.tokens", std::vector<std::string>{}, "till:sha256", "One token per till; none: whoever reaches the door may use it, on loopback only"},
      {"pos.tokens_file", std::string("auto"), "path of a file", "Tokens that pos-token --add and --revoke write, in force at once; auto: pos-tokens in the data folder, empty: none"},
      {"pos.hosts", std::vector<std::string>{}, "names", "Names by which the tills know this door beside its address"},
      {"pos.certificate", std::string(), "path of a PEM file", "TLS certificate; needed on any address but loopback"},
      {"pos.key", std::string(), "path of a PEM file", "TLS key"},
      {"service.restarts", false, "true, false", "Something starts the agent again when it ends with exit code 75, as systemd does with Restart=on-failure; without it the hub's command to restart is refused"},
      {"log.level", std::string("info"), "debug, info, warning, error", "What is logged"},
      {"log.format", std::string("text"), "text, json", "How it is logged"},
      {"log.file", std::string(), "path", "Where it is logged; empty: standard error"},
  };
  return kKeys;
}

std::set<std::string> keys_of_environment() {
  std::set<std::string> fixed;
  for (const config::RemoteKey& key : config::remote_keys())
    if (std::getenv(config::environment_name(kAgentEnvironmentPrefix, key.path).c_str()) != nullptr) fixed.insert(key.path);
  return fixed;
}

config::Config with_remote(const config::Config& base, const config::RemoteSettings& settings, const std::set<std::string>& fixed) {
  config::Config merged = base;
  for (const auto& [path, setting] : settings)
    if (!fixed.contains(path)) merged.set(path, setting);
  return merged;
}

std::filesystem::path data_folder(const config::Config& config) { return config.text("data.dir"); }

Result<std::int64_t> database_bytes_max(const config::Config& config) {
  const std::int64_t megabytes = config.integer("data.max_megabytes");
  if (megabytes < kMegabytesMin || megabytes > kMegabytesMax)
    return fail(ErrorCode::kInvalid, "read configuration", "data.max_megabytes must be from " + std::to_string(kMegabytesMin) + " to " +
                                                               std::to_string(kMegabytesMax) + ", it is " + std::to_string(megabytes));
  return megabytes * 1'000'000;
}

std::string zmq_endpoint(const config::Config& config) {
  const std::string& text = config.text("pos.zmq");
  if (text != "auto") return text;
  const std::string path = (data_folder(config) / "pos.sock").string();
  return path.size() > kSocketPathBytesMax ? "" : "ipc://" + path;
}

std::filesystem::path tokens_file(const config::Config& config) {
  const std::string& text = config.text("pos.tokens_file");
  return text == "auto" ? data_folder(config) / "pos-tokens" : std::filesystem::path(text);
}

std::filesystem::path spool_folder(const config::Config& config) {
  const std::string& text = config.text("pos.spool");
  return text == "auto" ? data_folder(config) / "spool" : std::filesystem::path(text);
}

}  // namespace tillsync::agent
