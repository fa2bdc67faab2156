#include "hub/fleet/fleet_store.h"

#include <nlohmann/json.hpp>

#include "hub/fleet/command_store.h"
#include "hub/fleet/schema.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kAgentColumns =
    "SELECT agent_id, public_key, location, name, version, standing, enrolment_token_id, enrolled_at, last_seen, backlog,"
    " oldest_unsent_s, disk_free_bytes, clock_skew_us, refused, resident_bytes, host,"
    " disk_total_bytes, config_revision, config_item, config_error, coalesce(next_key, ''), coalesce(next_key_command, ''), till FROM agent ";
const std::string kAgentById = std::string(kAgentColumns) + "WHERE agent_id = $1";
const std::string kAgentByKey = std::string(kAgentColumns) + "WHERE public_key = $1 OR next_key = $1";
constexpr std::string_view kReplacedKey = "SELECT agent_id FROM replaced_key WHERE public_key = $1";
constexpr std::string_view kReplacedKeys = "SELECT public_key, agent_id FROM replaced_key";
constexpr std::string_view kSetNextKey = "UPDATE agent SET next_key = $2, next_key_command = $3 WHERE agent_id = $1";
constexpr std::string_view kReplaceKey = "UPDATE agent SET public_key = next_key, next_key = NULL, next_key_command = NULL WHERE agent_id = $1";
constexpr std::string_view kAddReplacedKey = "INSERT INTO replaced_key (public_key, agent_id, replaced_at) VALUES ($1, $2, $3)";
const std::string kAgentPage =
    std::string(kAgentColumns) + "WHERE agent_id > $1 AND ($3 = '' OR location = $3) ORDER BY agent_id LIMIT $2";
constexpr std::string_view kInsertAgent =
    "INSERT INTO agent (agent_id, public_key, location, name, version, standing, enrolment_token_id, enrolled_at, till)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
constexpr std::string_view kSetStanding = "UPDATE agent SET standing = $2 WHERE agent_id = $1";
constexpr std::string_view kSaveStatus =
    "UPDATE agent SET last_seen = $2, backlog = $3, oldest_unsent_s = $4, disk_free_bytes = $5, clock_skew_us = $6, refused = $7,"
    " resident_bytes = $8, host = $9, version = $10, disk_total_bytes = $11, config_revision = $12, config_item = $13, config_error = $14"
    " WHERE agent_id = $1";
constexpr std::string_view kAddHistory =
    "INSERT INTO agent_history (agent_id, at, what, who, detail) VALUES ($1, $2, $3, $4, $5)";
constexpr std::string_view kHistory =
    "SELECT at, what, who, detail FROM (SELECT history_no, at, what, who, detail FROM agent_history WHERE agent_id = $1 ORDER BY history_no DESC"
    " LIMIT $2) ORDER BY history_no";
constexpr std::string_view kForgetMachines = "DELETE FROM conflict_machine WHERE agent_id = $1";
constexpr std::string_view kAddMachine =
    "INSERT INTO conflict_machine (agent_id, boot_id, host, version, address, last_seen, since) VALUES ($1, $2, $3, $4, $5, $6, $7)"
    " ON CONFLICT (agent_id, boot_id) DO UPDATE SET last_seen = excluded.last_seen";
constexpr std::string_view kMachines = "SELECT agent_id, boot_id, host, version, address, last_seen, since FROM conflict_machine ORDER BY agent_id, boot_id";
constexpr std::string_view kWanted = "SELECT agent_id, revision, item FROM agent_config";
constexpr std::string_view kTokenColumns =
    "SELECT token_id, location, uses_max, uses, created_at, created_by, expires_at, reach, location_group, revoked_at FROM enrolment_token ";
const std::string kTokenByHash = std::string(kTokenColumns) + "WHERE hash = $1 /* for update */";
const std::string kTokenById = std::string(kTokenColumns) + "WHERE token_id = $1";
constexpr std::string_view kTillHolder = "SELECT agent_id FROM agent WHERE location = $1 AND till = $2 AND standing <> 'revoked'";
const std::string kTokenPage = std::string(kTokenColumns) + "WHERE token_id > $1 ORDER BY token_id LIMIT $2";
constexpr std::string_view kUseToken = "UPDATE enrolment_token SET uses = uses + 1 WHERE token_id = $1";
constexpr std::string_view kRevokeToken = "UPDATE enrolment_token SET revoked_at = $2 WHERE token_id = $1";
constexpr std::string_view kInsertToken =
    "INSERT INTO enrolment_token (token_id, hash, location, uses_max, uses, created_at, created_by, expires_at, reach, location_group)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

AgentWithStatus read_agent(const sql::Row& row) {
  AgentWithStatus entry;
  entry.agent = {.agent_id = AgentId(std::string(row.text(0))),
                 .public_key = std::string(row.text(1)),
                 .location = LocationId(std::string(row.text(2))),
                 .name = std::string(row.text(3)),
                 .version = std::string(row.text(4)),
                 .standing = parse_standing(row.text(5)).value_or(Standing::kRevoked),
                 .enrolment_token_id = std::string(row.text(6)),
                 .enrolled_at = Instant{row.integer(7)},
                 .till = std::string(row.text(22))};
  if (!row.is_null(8)) entry.status.last_seen = Instant{row.integer(8)};
  entry.status.backlog = row.integer(9);
  entry.status.oldest_unsent_s = row.integer(10);
  entry.status.disk_free_bytes = row.integer(11);
  entry.status.clock_skew = Duration{row.integer(12)};
  entry.status.refused = row.integer(13);
  entry.status.resident_bytes = row.integer(14);
  entry.status.host = row.text(15);
  entry.status.disk_total_bytes = row.integer(16);
  entry.status.config_revision = row.integer(17);
  entry.status.config_item = row.integer(18);
  entry.status.config_error = row.text(19);
  entry.agent.next_key = row.text(20);
  entry.agent.next_key_command = row.text(21);
  return entry;
}

EnrolmentToken read_token(const sql::Row& row) {
  EnrolmentToken token{.token_id = std::string(row.text(0)),
                       .location = LocationId(std::string(row.text(1))),
                       .uses_max = row.integer(2),
                       .uses = row.integer(3),
                       .created_at = Instant{row.integer(4)},
                       .created_by = std::string(row.text(5)),
                       .expires_at = Instant{row.integer(6)},
                       .reach = parse_token_reach(row.text(7)).value_or(TokenReach::kOneLocation),
                       .group = std::string(row.text(8))};
  if (!row.is_null(9)) token.revoked_at = Instant{row.integer(9)};
  return token;
}

}  // namespace

Result<void> FleetStore::migrate(sql::Connection& connection) {
  return sql::migrate(connection, "fleet", fleet_schema::migrations());
}

Result<EnrolmentDecision> FleetStore::enrol(const EnrolmentRequest& request, std::string_view token, Instant now, const FindLocation& find_location) {
  std::optional<EnrolmentToken> row;
  const Bytes hash = token_hash(token);
  TS_RETURN_IF_ERROR(connection_.query(kTokenByHash, {sql::Blob{hash}}, [&](const sql::Row& found) { row = read_token(found); }));
  std::optional<AgentRecord> existing;
  TS_RETURN_IF_ERROR(connection_.query(kAgentByKey, {std::string_view(request.public_key)},
                                       [&](const sql::Row& found) { existing = read_agent(found).agent; }));
  if (!existing) {
    TS_RETURN_IF_ERROR(connection_.query(kReplacedKey, {std::string_view(request.public_key)}, [&](const sql::Row&) {
      existing = AgentRecord{.agent_id = {}, .public_key = request.public_key, .location = {}, .name = {}, .version = {}, .standing = Standing::kRevoked, .enrolment_token_id = {}, .enrolled_at = {}};
    }));
  }
  EnrolmentPlace place;
  if (row) {
    const LocationId wanted = wanted_location(request, *row);
    if (find_location && !wanted.empty()) {
      TS_ASSIGN_OR_RETURN(place.location, find_location(wanted));
    }
    if (!request.till.empty())
      TS_RETURN_IF_ERROR(connection_.query(kTillHolder, {wanted.view(), std::string_view(request.till)}, [&](const sql::Row& found) {
        place.till_holder = AgentId(std::string(found.text(0)));
      }));
  }
  EnrolmentDecision decision = decide_enrolment(request, row, existing, place, now);
  if (decision.status != EnrolmentStatus::kGranted) return decision;
  const AgentRecord& agent = decision.agent;
  TS_RETURN_IF_ERROR(connection_.run(kInsertAgent, {agent.agent_id.view(), std::string_view(agent.public_key), agent.location.view(),
                                                    std::string_view(agent.name), std::string_view(agent.version),
                                                    to_string(agent.standing), std::string_view(agent.enrolment_token_id),
                                                    now.micros, std::string_view(agent.till)}));
  TS_RETURN_IF_ERROR(connection_.run(kUseToken, {std::string_view(agent.enrolment_token_id)}));
  TS_RETURN_IF_ERROR(connection_.run(kAddHistory, {agent.agent_id.view(), now.micros, std::string_view("enrolled"),
                                                   std::string_view("agent"), std::string_view(agent.enrolment_token_id)}));
  return decision;
}

Result<AgentRecord> FleetStore::change_standing(const AgentId& agent_id, Standing standing, std::string_view what,
                                                std::string_view who, std::string_view detail, Instant now) {
  TS_ASSIGN_OR_RETURN(auto found, find(agent_id));
  if (!found) return fail(ErrorCode::kNotFound, "agent " + agent_id.value, "no agent has this id");
  AgentRecord& agent = found->agent;
  if (agent.standing == standing) return agent;
  if (standing == Standing::kConflict && agent.standing == Standing::kRevoked) return agent;
  if (standing == Standing::kActive && agent.standing != Standing::kConflict) {
    return fail(ErrorCode::kConflict, "agent " + agent_id.value, "it is not in conflict but " + std::string(to_string(agent.standing)));
  }
  agent.standing = standing;
  TS_RETURN_IF_ERROR(connection_.run(kSetStanding, {agent_id.view(), to_string(standing)}));
  TS_RETURN_IF_ERROR(connection_.run(kAddHistory, {agent_id.view(), now.micros, what, who, detail}));
  return agent;
}

Result<AgentRecord> FleetStore::revoke(const AgentId& agent_id, std::string_view who, std::string_view reason, Instant now) {
  return change_standing(agent_id, Standing::kRevoked, "revoked", who, reason, now);
}

Result<AgentRecord> FleetStore::record_conflict(const AgentId& agent_id, std::string_view detail, Instant now) {
  return change_standing(agent_id, Standing::kConflict, "conflict", "hub", detail, now);
}

Result<AgentRecord> FleetStore::heal_conflict(const AgentId& agent_id, std::string_view who, std::string_view reason, Instant now) {
  return change_standing(agent_id, Standing::kActive, "healed", who, reason, now);
}

Result<FleetStore::KeyOfferOutcome> FleetStore::offer_key(const KeyOffer& offer, Instant now) {
  TS_ASSIGN_OR_RETURN(auto found, find(offer.agent_id));
  if (!found) return fail(ErrorCode::kNotFound, "agent " + offer.agent_id.value, "no agent has this id");
  bool is_known = false;
  for (const std::string_view statement : {std::string_view(kAgentByKey), kReplacedKey})
    TS_RETURN_IF_ERROR(connection_.query(statement, {std::string_view(offer.public_key)}, [&](const sql::Row&) { is_known = true; }));
  TS_ASSIGN_OR_RETURN(const auto command, CommandStore(connection_).find(offer.command_id));
  AgentRecord& agent = found->agent;
  KeyOfferOutcome outcome{decide_key_offer(offer, agent, command, is_known, now), {}};
  if (outcome.verdict == KeyOfferVerdict::kTaken) {
    agent.next_key = offer.public_key;
    agent.next_key_command = offer.command_id;
    TS_RETURN_IF_ERROR(connection_.run(kSetNextKey, {offer.agent_id.view(), std::string_view(offer.public_key), std::string_view(offer.command_id)}));
    TS_RETURN_IF_ERROR(add_history(offer.agent_id, {now, "key_offered", "agent", offer.public_key}));
  }
  outcome.agent = std::move(agent);
  return outcome;
}

Result<std::optional<AgentRecord>> FleetStore::use_key(const AgentId& agent_id, std::string_view key, Instant now) {
  TS_ASSIGN_OR_RETURN(auto found, find(agent_id));
  if (!found || key.empty() || found->agent.next_key != key) return std::optional<AgentRecord>{};
  AgentRecord agent = std::move(found->agent);
  const std::string before = std::exchange(agent.public_key, std::exchange(agent.next_key, {}));
  const std::string command_id = std::exchange(agent.next_key_command, {});
  TS_RETURN_IF_ERROR(connection_.run(kReplaceKey, {agent_id.view()}));
  TS_RETURN_IF_ERROR(connection_.run(kAddReplacedKey, {std::string_view(before), agent_id.view(), now.micros}));
  TS_RETURN_IF_ERROR(add_history(agent_id, {now, "key_replaced", "agent", before}));
  const std::string result = nlohmann::json{{"public_key", agent.public_key}}.dump();
  TS_ASSIGN_OR_RETURN([[maybe_unused]] const bool is_first, CommandStore(connection_).answer(command_id, agent_id, true, result, now));
  return std::optional(std::move(agent));
}

Result<std::vector<FleetStore::ReplacedKey>> FleetStore::replaced_keys() {
  std::vector<ReplacedKey> keys;
  TS_RETURN_IF_ERROR(connection_.query(kReplacedKeys, {}, [&](const sql::Row& row) { keys.push_back({std::string(row.text(0)), AgentId(std::string(row.text(1)))}); }));
  return keys;
}

Result<void> FleetStore::save_status(const std::vector<AgentWithStatus>& agents) {
  for (const auto& [agent, status] : agents) {
    const sql::Param last_seen = status.last_seen ? sql::Param(status.last_seen->micros) : sql::Param(nullptr);
    TS_RETURN_IF_ERROR(connection_.run(kSaveStatus, {agent.agent_id.view(), last_seen, status.backlog, status.oldest_unsent_s,
                                                     status.disk_free_bytes, status.clock_skew.micros, status.refused,
                                                     status.resident_bytes, std::string_view(status.host),
                                                     std::string_view(agent.version), status.disk_total_bytes, status.config_revision,
                                                     status.config_item, std::string_view(status.config_error)}));
  }
  return {};
}

Result<std::vector<AgentWithStatus>> FleetStore::agents(std::string_view after, std::size_t limit, std::string_view location) {
  std::vector<AgentWithStatus> page;
  TS_RETURN_IF_ERROR(connection_.query(kAgentPage, {after, static_cast<std::int64_t>(limit), location},
                                       [&](const sql::Row& row) { page.push_back(read_agent(row)); }));
  return page;
}

Result<std::optional<AgentWithStatus>> FleetStore::find(const AgentId& agent_id) {
  std::optional<AgentWithStatus> found;
  TS_RETURN_IF_ERROR(connection_.query(kAgentById, {agent_id.view()}, [&](const sql::Row& row) { found = read_agent(row); }));
  return found;
}

Result<std::vector<AgentHistoryEntry>> FleetStore::history(const AgentId& agent_id) {
  std::vector<AgentHistoryEntry> entries;
  TS_RETURN_IF_ERROR(connection_.query(kHistory, {agent_id.view(), kHistoryMax}, [&](const sql::Row& row) {
    entries.push_back({Instant{row.integer(0)}, std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3))});
  }));
  return entries;
}

Result<void> FleetStore::add_history(const AgentId& agent_id, const AgentHistoryEntry& entry) {
  TS_RETURN_IF_ERROR(connection_.run(kAddHistory, {agent_id.view(), entry.at.micros, std::string_view(entry.what), std::string_view(entry.who),
                                                   std::string_view(entry.detail)}));
  return {};
}

Result<void> FleetStore::put_conflict(const AgentId& agent_id, const std::vector<ConflictMachine>& machines, Instant since) {
  TS_RETURN_IF_ERROR(connection_.run(kForgetMachines, {agent_id.view()}));
  for (const ConflictMachine& machine : machines) {
    TS_RETURN_IF_ERROR(connection_.run(kAddMachine, {agent_id.view(), std::string_view(machine.boot_id), std::string_view(machine.host),
                                                     std::string_view(machine.version), std::string_view(machine.address),
                                                     machine.last_seen.micros, since.micros}));
  }
  return {};
}

Result<std::map<std::string, FleetStore::Conflict>> FleetStore::conflicts() {
  std::map<std::string, Conflict> found;
  TS_RETURN_IF_ERROR(connection_.query(kMachines, {}, [&](const sql::Row& row) {
    Conflict& conflict = found[std::string(row.text(0))];
    conflict.since = Instant{row.integer(6)};
    conflict.machines.push_back({std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), std::string(row.text(4)),
                                 Instant{row.integer(5)}});
  }));
  return found;
}

Result<std::map<std::string, WantedConfig>> FleetStore::wanted_configs() {
  std::map<std::string, WantedConfig> found;
  TS_RETURN_IF_ERROR(connection_.query(kWanted, {}, [&](const sql::Row& row) {
    found[std::string(row.text(0))] = {row.integer(1), row.integer(2)};
  }));
  return found;
}

Result<void> FleetStore::add_enrolment_token(const EnrolmentToken& row, std::string_view token) {
  const Bytes hash = token_hash(token);
  TS_RETURN_IF_ERROR(connection_.run(
      kInsertToken, {std::string_view(row.token_id), sql::Blob{hash}, row.location.view(), row.uses_max, row.uses,
                     row.created_at.micros, std::string_view(row.created_by), row.expires_at.micros, to_string(row.reach), std::string_view(row.group)}));
  return {};
}

Result<std::optional<EnrolmentToken>> FleetStore::enrolment_token(std::string_view token_id) {
  std::optional<EnrolmentToken> found;
  TS_RETURN_IF_ERROR(connection_.query(kTokenById, {token_id}, [&](const sql::Row& row) { found = read_token(row); }));
  return found;
}

Result<void> FleetStore::revoke_enrolment_token(std::string_view token_id, Instant now) {
  TS_RETURN_IF_ERROR(connection_.run(kRevokeToken, {token_id, now.micros}));
  return {};
}

Result<std::vector<EnrolmentToken>> FleetStore::enrolment_tokens(std::string_view after, std::size_t limit) {
  std::vector<EnrolmentToken> page;
  TS_RETURN_IF_ERROR(connection_.query(kTokenPage, {after, static_cast<std::int64_t>(limit)},
                                       [&](const sql::Row& row) { page.push_back(read_token(row)); }));
  return page;
}

}  // namespace tillsync::hub
