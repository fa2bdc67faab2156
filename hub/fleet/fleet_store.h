// The tables of agents and enrolment tokens. Writes are called from a writer Task (the caller's transaction), reads
// on any connection. The thread that owns the connection.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent.h"
#include "hub/fleet/enrolment.h"

namespace tillsync::hub {

struct AgentWithStatus {
  AgentRecord agent;
  AgentStatus status;
};

struct AgentHistoryEntry {
  Instant at;
  std::string what;    // enrolled | revoked | conflict | healed
  std::string who;     // token name, "agent" or "hub"
  std::string detail;
};

class FleetStore {
 public:
  explicit FleetStore(sql::Connection& connection) : connection_(connection) {}
  static Result<void> migrate(sql::Connection& connection);

  /// Decides and writes: the agent, the token's use and the history entry.
  Result<EnrolmentDecision> enrol(const EnrolmentRequest& request, std::string_view token, Instant now);
  /// Revoked agents stay revoked (kSameAgain is no error). kNotFound for an unknown agent.
  Result<AgentRecord> revoke(const AgentId& agent_id, std::string_view who, std::string_view reason, Instant now);
  /// An active agent's identity conflict; of any other standing nothing changes.
  Result<AgentRecord> record_conflict(const AgentId& agent_id, std::string_view detail, Instant now);
  /// A person has decided: the agent may sync again. kConflict when it is revoked.
  Result<AgentRecord> heal_conflict(const AgentId& agent_id, std::string_view who, std::string_view reason, Instant now);
  /// Lazily, from the registry. Unknown agents are passed over.
  Result<void> save_status(const std::vector<AgentWithStatus>& agents);

  /// All, by agent id: the registry's start. after: exclusive, for pages.
  Result<std::vector<AgentWithStatus>> agents(std::string_view after, std::size_t limit, std::string_view location = {});
  Result<std::optional<AgentWithStatus>> find(const AgentId& agent_id);
  /// Newest last.
  Result<std::vector<AgentHistoryEntry>> history(const AgentId& agent_id);

  /// `token` is the secret; only its hash is stored.
  Result<void> add_enrolment_token(const EnrolmentToken& row, std::string_view token);
  Result<std::vector<EnrolmentToken>> enrolment_tokens(std::string_view after, std::size_t limit);

 private:
  Result<AgentRecord> change_standing(const AgentId& agent_id, Standing standing, std::string_view what, std::string_view who,
                                      std::string_view detail, Instant now);
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
