// The tables of agents and enrolment tokens. Writes are called from a writer Task (the caller's transaction), reads
// on any connection. The thread that owns the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent.h"
#include "hub/fleet/agent_list.h"
#include "hub/fleet/enrolment.h"
#include "hub/fleet/key_change.h"

namespace tillsync::hub {

struct AgentWithStatus {
  AgentRecord agent;
  AgentStatus status;
};

struct AgentHistoryEntry {
  Instant at;
  std::string what;    // enrolled | revoked | conflict | healed | command | answered | config | config_taken | config_refused | key_offered | key_replaced
  std::string who;     // token name, "agent" or "hub"
  std::string detail;
};

inline constexpr std::int64_t kHistoryMax = 200;  // entries of one agent that are shown

class FleetStore {
 public:
  explicit FleetStore(sql::Connection& connection) : connection_(connection) {}
  static Result<void> migrate(sql::Connection& connection);

  /// Reads a location of hub/masterdata in the caller's transaction; none known without it.
  using FindLocation = std::function<Result<std::optional<Location>>(const LocationId&)>;
  /// Decides and writes: the agent, the token's use and the history entry. A location that the decision makes is the caller's to put.
  Result<EnrolmentDecision> enrol(const EnrolmentRequest& request, std::string_view token, Instant now, const FindLocation& find_location = {});
  /// Revoked agents stay revoked (kSameAgain is no error). kNotFound for an unknown agent.
  Result<AgentRecord> revoke(const AgentId& agent_id, std::string_view who, std::string_view reason, Instant now);
  /// An active agent's identity conflict; of any other standing nothing changes.
  Result<AgentRecord> record_conflict(const AgentId& agent_id, std::string_view detail, Instant now);
  /// A person has decided: the agent may sync again. kConflict when it is revoked.
  Result<AgentRecord> heal_conflict(const AgentId& agent_id, std::string_view who, std::string_view reason, Instant now);
  struct KeyOfferOutcome {
    KeyOfferVerdict verdict = KeyOfferVerdict::kNotAsked;
    AgentRecord agent;  // as it is then
  };
  /// Decides and writes. kNotFound for an unknown agent.
  Result<KeyOfferOutcome> offer_key(const KeyOffer& offer, Instant now);
  /// The agent speaks by this key: where it is the one that it has offered, the one before is replaced and the command that asked for it is answered.
  /// nullopt: nothing has changed.
  Result<std::optional<AgentRecord>> use_key(const AgentId& agent_id, std::string_view key, Instant now);
  struct ReplacedKey {
    std::string public_key;
    AgentId agent_id;
  };
  /// All: the registry's start.
  Result<std::vector<ReplacedKey>> replaced_keys();
  /// Lazily, from the registry. Unknown agents are passed over.
  Result<void> save_status(const std::vector<AgentWithStatus>& agents);

  /// All, by agent id: the registry's start. after: exclusive, for pages.
  Result<std::vector<AgentWithStatus>> agents(std::string_view after, std::size_t limit, std::string_view location = {});
  Result<std::optional<AgentWithStatus>> find(const AgentId& agent_id);
  /// The newest kHistoryMax, newest last.
  Result<std::vector<AgentHistoryEntry>> history(const AgentId& agent_id);
  Result<void> add_history(const AgentId& agent_id, const AgentHistoryEntry& entry);

  /// The machines of an identity conflict; those of an earlier one are forgotten.
  Result<void> put_conflict(const AgentId& agent_id, const std::vector<ConflictMachine>& machines, Instant since);
  struct Conflict {
    Instant since;
    std::vector<ConflictMachine> machines;
  };
  /// By agent id: the registry's start.
  Result<std::map<std::string, Conflict>> conflicts();
  Result<std::map<std::string, WantedConfig>> wanted_configs();

  /// `token` is the secret; only its hash is stored.
  Result<void> add_enrolment_token(const EnrolmentToken& row, std::string_view token);
  Result<std::optional<EnrolmentToken>> enrolment_token(std::string_view token_id);
  /// From now on it enrols nobody; agents that it has enrolled stay.
  Result<void> revoke_enrolment_token(std::string_view token_id, Instant now);
  Result<std::vector<EnrolmentToken>> enrolment_tokens(std::string_view after, std::size_t limit);

 private:
  Result<AgentRecord> change_standing(const AgentId& agent_id, Standing standing, std::string_view what, std::string_view who,
                                      std::string_view detail, Instant now);
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
