// The table of commands. Writes inside a writer's Task, reads on any connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/command.h"

namespace tillsync::hub {

class CommandStore {
 public:
  explicit CommandStore(sql::Connection& connection) : connection_(connection) {}
  /// With an entry in the agent's history. kLimitExceeded: kCommandsOpenMax are open.
  Result<void> add(const AgentCommand& command);
  /// Those that an agent is to be sent, oldest first.
  Result<std::vector<AgentCommand>> open(const AgentId& agent_id, Instant now);
  Result<void> mark_sent(std::string_view command_id, Instant now);
  /// The first answer counts, also when the command has expired meanwhile; with an entry in the history. False: it changed nothing, because it
  /// was answered before, or is no command of this agent.
  Result<bool> answer(std::string_view command_id, const AgentId& agent_id, bool ok, std::string_view result, Instant now);
  /// Closes what nobody answered; how many.
  Result<std::int64_t> expire(Instant now);

  Result<std::optional<AgentCommand>> find(std::string_view command_id);
  /// Newest first; after: the command_id that the page before ended with.
  Result<std::vector<AgentCommand>> list(const AgentId& agent_id, std::string_view after, std::size_t limit);

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
