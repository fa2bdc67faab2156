#include "hub/fleet/config_store.h"

#include <algorithm>

#include "common/config/remote_settings.h"
#include "hub/fleet/fleet_store.h"
#include "hub/outbound/outbound_store.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kAddRevision =
    "INSERT INTO config_revision (revision, settings, note, who, created_at)"
    " SELECT coalesce(max(revision), 0) + 1, $1, $2, $3, $4 FROM config_revision";
constexpr std::string_view kNewestRevision = "SELECT max(revision) FROM config_revision";
constexpr std::string_view kRevision = "SELECT revision, settings, note, who, created_at FROM config_revision WHERE revision = $1";
constexpr std::string_view kRevisions =
    "SELECT revision, settings, note, who, created_at FROM config_revision WHERE $1 = 0 OR revision < $1 ORDER BY revision DESC LIMIT $2";
constexpr std::string_view kWantedNow = "SELECT revision, item FROM agent_config WHERE agent_id = $1";
constexpr std::string_view kPutWanted =
    "INSERT INTO agent_config (agent_id, revision, item, previous_revision, wanted_at) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (agent_id) DO UPDATE SET revision = excluded.revision, item = excluded.item, previous_revision = excluded.previous_revision,"
    " wanted_at = excluded.wanted_at";

ConfigRevision read_revision(const sql::Row& row) {
  return {row.integer(0), std::string(row.text(1)), std::string(row.text(2)), std::string(row.text(3)), Instant{row.integer(4)}};
}

}  // namespace

Result<ConfigRevision> ConfigStore::add(std::string settings, std::string note, std::string who, Instant now) {
  TS_RETURN_IF_ERROR(connection_.run(kAddRevision, {std::string_view(settings), std::string_view(note), std::string_view(who), now.micros}));
  ConfigRevision added{0, std::move(settings), std::move(note), std::move(who), now};
  TS_RETURN_IF_ERROR(connection_.query(kNewestRevision, {}, [&added](const sql::Row& row) { added.revision = row.integer(0); }));
  return added;
}

Result<std::optional<ConfigRevision>> ConfigStore::find(std::int64_t revision) {
  std::optional<ConfigRevision> found;
  TS_RETURN_IF_ERROR(connection_.query(kRevision, {revision}, [&found](const sql::Row& row) { found = read_revision(row); }));
  return found;
}

Result<std::vector<ConfigRevision>> ConfigStore::list(std::int64_t before, std::size_t limit) {
  std::vector<ConfigRevision> page;
  TS_RETURN_IF_ERROR(connection_.query(kRevisions, {before, static_cast<std::int64_t>(limit)}, [&page](const sql::Row& row) { page.push_back(read_revision(row)); }));
  return page;
}

Result<ConfigStore::Wanted> ConfigStore::want(const AgentId& agent_id, std::int64_t revision, std::string_view who, Instant now) {
  std::string settings = "{}";
  if (revision != 0) {
    TS_ASSIGN_OR_RETURN(const auto found, find(revision));
    if (!found) return fail(ErrorCode::kNotFound, "configure agent " + agent_id.value, "there is no configuration revision " + std::to_string(revision));
    settings = found->settings;
  }
  WantedConfig before;
  TS_RETURN_IF_ERROR(connection_.query(kWantedNow, {agent_id.view()}, [&before](const sql::Row& row) { before = {row.integer(0), row.integer(1)}; }));
  // Not below the time, so that a database that was put back gives no number that the agent has looked at already.
  const WantedConfig wanted{revision, std::max(before.item + 1, now.micros)};
  TS_RETURN_IF_ERROR(connection_.run(kPutWanted, {agent_id.view(), wanted.revision, wanted.item, before.revision, now.micros}));
  const OutboundItem item{"agent:" + agent_id.value, "config/1", "config", config::config_item_json({wanted.item, revision, settings})};
  TS_RETURN_IF_ERROR(OutboundStore(connection_).queue({&item, 1}, now));
  const std::string detail = revision == 0 ? "agent.toml alone" : "revision " + std::to_string(revision);
  TS_RETURN_IF_ERROR(FleetStore(connection_).add_history(agent_id, {now, "config", std::string(who), detail}));
  return Wanted{wanted, before.revision};
}

}  // namespace tillsync::hub
