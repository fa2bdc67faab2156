// The tables of remote configurations: revisions, which never change, and what each agent is to have. Writes inside a writer's Task; what
// an agent is to have is queued for it in the same transaction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/sql/sql.h"
#include "hub/fleet/agent_list.h"

namespace tillsync::hub {

inline constexpr std::size_t kConfigNoteBytesMax = 1'000;

struct ConfigRevision {
  std::int64_t revision = 0;
  std::string settings;  // JSON, as config::remote_settings_json wrote it
  std::string note, who;
  Instant created_at;
};

class ConfigStore {
 public:
  explicit ConfigStore(sql::Connection& connection) : connection_(connection) {}
  Result<ConfigRevision> add(std::string settings, std::string note, std::string who, Instant now);
  Result<std::optional<ConfigRevision>> find(std::int64_t revision);
  /// Newest first, those before `before`; 0 = from the newest.
  Result<std::vector<ConfigRevision>> list(std::int64_t before, std::size_t limit);

  struct Wanted {
    WantedConfig config;
    std::int64_t previous_revision = 0;  // what it was to have before
  };
  /// The agent is to have this revision (0: agent.toml alone), also when it is to have it already: it looks at it anew. With an entry in its
  /// history. kNotFound: there is no such revision.
  Result<Wanted> want(const AgentId& agent_id, std::int64_t revision, std::string_view who, Instant now);

 private:
  sql::Connection& connection_;
};

}  // namespace tillsync::hub
