#include "agent/app/new_key_command.h"

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "agent/outbox/outbox.h"
#include "agent/quota/quota_store.h"
#include "common/base/os.h"
#include "common/crypto/crypto.h"
#include "common/sql/sqlite.h"

namespace tillsync::agent {
namespace {

constexpr std::size_t kConfigBytesMax = 1'000'000;

std::filesystem::path config_file(const EnrollOptions& options) { return options.config.empty() ? options.data / "agent.toml" : options.config; }

/// The line of a key at the top of agent.toml with another value; what people have written around it stays.
std::string with_line(std::string toml, const std::string& key, const std::string& value) {
  const std::string line = key + " = \"" + value + "\"\n";
  for (const std::string& written : {key + " = ", "# " + key + " = "}) {
    std::size_t at = toml.find(written);
    while (at != std::string::npos && at != 0 && toml[at - 1] != '\n') at = toml.find(written, at + 1);
    if (at == std::string::npos) continue;
    const std::size_t end = toml.find('\n', at);
    return toml.replace(at, end == std::string::npos ? std::string::npos : end + 1 - at, line);
  }
  return line + toml;
}

/// What was told under the old key says nothing about the new agent: the hub is to take the rest as that one's first epoch.
Result<void> begin_epoch(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder / "agent.db", error)) return {};
  sql::SqliteOptions file;
  file.path = folder / "agent.db";
  file.mode = sql::OpenMode::kReadWrite;
  TS_ASSIGN_OR_RETURN(const auto connection, sql::open_sqlite(file));
  TS_ASSIGN_OR_RETURN(const auto outbox, Outbox::open(*connection));
  TS_ASSIGN_OR_RETURN(const auto quota, Quota::open(*connection, [](const Document&, Instant) { return NewRow{}; }));
  TS_ASSIGN_OR_RETURN(sql::Transaction transaction, sql::Transaction::begin(*connection));
  TS_RETURN_IF_ERROR(outbox->rebase(random_fixed<EpochId>(), outbox->state().acked_seq + 1, IncarnationId{}));
  TS_RETURN_IF_ERROR(quota->freeze());
  return transaction.commit();
}

Result<void> move_to(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  if (!std::filesystem::exists(from, error)) return {};
  std::filesystem::rename(from, to, error);
  if (error) return fail(ErrorCode::kIo, "move " + from.string() + " to " + to.string(), error.message());
  return os::sync_file(to.parent_path());
}

/// A folder in quarantine that is not there yet.
std::filesystem::path place_in_quarantine(const std::filesystem::path& folder, const std::string& agent_id) {
  std::error_code error;
  std::filesystem::path place = folder / "quarantine" / ("agent-" + agent_id);
  for (int number = 2; std::filesystem::exists(place, error); ++number) place = folder / "quarantine" / ("agent-" + agent_id + "-" + std::to_string(number));
  return place;
}

}  // namespace

Result<EnrollOptions> with_agent_of_folder(EnrollOptions given) {
  if (given.data.empty() && given.config.empty()) given.config = kPackagedConfig;
  const std::filesystem::path file = config_file(given);
  auto config = config::load(file, agent_config_keys(), kAgentEnvironmentPrefix);
  if (!config) {
    Error error = config.error();
    if (error.code == ErrorCode::kNotFound) error.hint = "there is no agent here that could get a new key: leave --new-key out";
    return std::unexpected(error);
  }
  given.config = file;
  given.data = data_folder(*config);
  if (given.hub.empty() && !config->list("hub.endpoints").empty()) given.hub = config->list("hub.endpoints").front();
  if (given.hub_key.empty()) given.hub_key = config->text("hub.public_key");
  return given;
}

Result<EnrollResult> enroll_with_new_key(const EnrollOptions& options, const AskHub& ask) {
  const std::string operation = "enrol with a new key in " + options.data.string();
  TS_RETURN_IF_ERROR(os::become_owner_of(options.data));
  TS_ASSIGN_OR_RETURN(const config::Config config, config::load(config_file(options), agent_config_keys(), kAgentEnvironmentPrefix));
  const auto lock = os::FileLock::acquire(options.data / "lock");
  if (!lock) return fail(ErrorCode::kUnavailable, operation, "the agent is running", "stop it first: sudo systemctl stop tillsync-agent.service");
  const std::filesystem::path next = options.data / "keys.next";
  TS_ASSIGN_OR_RETURN(const transport::CurveKeyPair keys, load_or_create_keys(next));
  TS_ASSIGN_OR_RETURN(const wire::Enrolled enrolled, ask(options, keys));
  if (enrolled.location.value != config.text("location"))
    return fail(ErrorCode::kAlreadyExists, operation, "the token is for " + enrolled.location.value + ", and the documents that wait here belong to " + config.text("location"),
                "take a token of " + config.text("location") + ", and revoke the agent " + enrolled.agent_id.value + " at the hub");
  TS_RETURN_IF_ERROR(begin_epoch(options.data));
  TS_ASSIGN_OR_RETURN(std::string toml, os::read_file(config_file(options), kConfigBytesMax));
  toml = with_line(std::move(toml), "agent_id", enrolled.agent_id.value);
  toml = with_line(std::move(toml), "till", options.till);
  TS_RETURN_IF_ERROR(os::write_file_durably(config_file(options), toml, false));
  const std::filesystem::path aside = place_in_quarantine(options.data, config.text("agent_id"));
  TS_RETURN_IF_ERROR(os::make_private_folder(aside));
  for (const char* name : {"keys", "remote.json", "restart.json"}) TS_RETURN_IF_ERROR(move_to(options.data / name, aside / name));
  TS_RETURN_IF_ERROR(move_to(next / "keys", options.data / "keys"));
  std::error_code ignored;
  std::filesystem::remove(next, ignored);
  return EnrollResult{enrolled.agent_id.value, enrolled.location.value, options.till, config_file(options).string()};
}

}  // namespace tillsync::agent
