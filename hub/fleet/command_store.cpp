#include "hub/fleet/command_store.h"

#include "hub/fleet/fleet_store.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kCommandColumns =
    "SELECT command_id, agent_id, name, arguments, status, coalesce(result, ''), who, created_at, expires_at, sent_at, answered_at"
    " FROM agent_command ";
const std::string kCommandById = std::string(kCommandColumns) + "WHERE command_id = $1";
const std::string kOpenCommands = std::string(kCommandColumns) +
                                  "WHERE agent_id = $1 AND status IN ('waiting', 'sent') AND expires_at > $2 ORDER BY created_at, command_id";
const std::string kCommandPage =
    std::string(kCommandColumns) +
    "WHERE agent_id = $1 AND ($2 = '' OR (created_at, command_id) < (SELECT created_at, command_id FROM agent_command WHERE command_id = $2))"
    " ORDER BY created_at DESC, command_id DESC LIMIT $3";
constexpr std::string_view kAddCommand =
    "INSERT INTO agent_command (command_id, agent_id, name, arguments, status, who, created_at, expires_at)"
    " VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $7)";
constexpr std::string_view kMarkSent =
    "UPDATE agent_command SET status = 'sent', sent_at = coalesce(sent_at, $2) WHERE command_id = $1 AND status IN ('waiting', 'sent')";
constexpr std::string_view kAnswer =
    "UPDATE agent_command SET status = $3, result = $4, answered_at = $5 WHERE command_id = $1 AND agent_id = $2 AND answered_at IS NULL";
constexpr std::string_view kExpire = "UPDATE agent_command SET status = 'expired' WHERE status IN ('waiting', 'sent') AND expires_at <= $1";

AgentCommand read_command(const sql::Row& row) {
  AgentCommand command;
  command.command_id = row.text(0);
  command.agent_id = AgentId(std::string(row.text(1)));
  command.name = row.text(2);
  command.arguments = row.text(3);
  command.status = parse_command_status(row.text(4)).value_or(CommandStatus::kExpired);
  command.result = row.text(5);
  command.who = row.text(6);
  command.created_at = Instant{row.integer(7)};
  command.expires_at = Instant{row.integer(8)};
  if (!row.is_null(9)) command.sent_at = Instant{row.integer(9)};
  if (!row.is_null(10)) command.answered_at = Instant{row.integer(10)};
  return command;
}

}  // namespace

Result<void> CommandStore::add(const AgentCommand& command) {
  TS_ASSIGN_OR_RETURN(const auto waiting, open(command.agent_id, command.created_at));
  if (waiting.size() >= kCommandsOpenMax)
    return fail(ErrorCode::kLimitExceeded, "command agent " + command.agent_id.value, "it has " + std::to_string(waiting.size()) + " commands that it has not answered",
                "wait until it is online, or for them to expire");
  TS_RETURN_IF_ERROR(connection_.run(kAddCommand, {std::string_view(command.command_id), command.agent_id.view(), std::string_view(command.name),
                                                   std::string_view(command.arguments), std::string_view(command.who), command.created_at.micros,
                                                   command.expires_at.micros}));
  return FleetStore(connection_).add_history(command.agent_id, {command.created_at, "command", command.who, command.name + " " + command.command_id});
}

Result<std::vector<AgentCommand>> CommandStore::open(const AgentId& agent_id, Instant now) {
  std::vector<AgentCommand> commands;
  TS_RETURN_IF_ERROR(connection_.query(kOpenCommands, {agent_id.view(), now.micros}, [&](const sql::Row& row) { commands.push_back(read_command(row)); }));
  return commands;
}

Result<void> CommandStore::mark_sent(std::string_view command_id, Instant now) {
  TS_RETURN_IF_ERROR(connection_.run(kMarkSent, {command_id, now.micros}));
  return {};
}

Result<bool> CommandStore::answer(std::string_view command_id, const AgentId& agent_id, bool ok, std::string_view result, Instant now) {
  const std::string_view status = to_string(ok ? CommandStatus::kDone : CommandStatus::kFailed);
  TS_ASSIGN_OR_RETURN(const std::int64_t changed, connection_.run(kAnswer, {command_id, agent_id.view(), status, result, now.micros}));
  if (changed == 0) return false;
  TS_ASSIGN_OR_RETURN(const auto command, find(command_id));
  TS_CHECK(command.has_value());
  TS_RETURN_IF_ERROR(FleetStore(connection_).add_history(agent_id, {now, "answered", "agent", command->name + " " + std::string(status) + " " + command->command_id}));
  return true;
}

Result<std::int64_t> CommandStore::expire(Instant now) { return connection_.run(kExpire, {now.micros}); }

Result<std::optional<AgentCommand>> CommandStore::find(std::string_view command_id) {
  std::optional<AgentCommand> found;
  TS_RETURN_IF_ERROR(connection_.query(kCommandById, {command_id}, [&](const sql::Row& row) { found = read_command(row); }));
  return found;
}

Result<std::vector<AgentCommand>> CommandStore::list(const AgentId& agent_id, std::string_view after, std::size_t limit) {
  std::vector<AgentCommand> page;
  TS_RETURN_IF_ERROR(connection_.query(kCommandPage, {agent_id.view(), after, static_cast<std::int64_t>(limit)},
                                       [&](const sql::Row& row) { page.push_back(read_command(row)); }));
  return page;
}

}  // namespace tillsync::hub
