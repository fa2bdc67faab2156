// An agent as the hub knows it, and the one definition of its state for people: console, tillsyncctl, metrics and alerts all
// ask agent_state(). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/ids.h"
#include "common/base/limits.h"
#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr Duration kDarkAfter = seconds(3 * kHeartbeatSeconds);  // without a frame
inline constexpr Duration kMissingAfter = seconds(7 * 86'400);
inline constexpr std::int64_t kDrainingFromSeconds = 30;  // age of the oldest document that the hub does not have

/// The hub's ruling over a key. kConflict: two machines speak with it; sync is paused until a person decides.
enum class Standing : std::uint8_t { kActive, kRevoked, kConflict };
std::string_view to_string(Standing standing);  // "active" | "revoked" | "conflict"
std::optional<Standing> parse_standing(std::string_view text);

struct AgentRecord {
  AgentId agent_id;
  std::string public_key;  // Z85
  LocationId location;
  std::string name;        // of the machine, for people
  std::string version;     // of its program when it enrolled or last said
  Standing standing = Standing::kActive;
  std::string enrolment_token_id;
  Instant enrolled_at;
  std::string next_key = {};          // that it has offered and not yet used; as good as public_key until then. "" = none
  std::string next_key_command = {};  // by which it was told to
  std::string till = {};  // that this PC stands at, where it said so; at most one agent that is not revoked has a till of a location
};

/// What an agent last told, or the hub measured, about itself.
struct AgentStatus {
  std::optional<Instant> last_seen;
  std::int64_t backlog = 0;          // documents that the hub has not acknowledged
  std::int64_t oldest_unsent_s = 0;
  std::int64_t disk_free_bytes = 0;
  Duration clock_skew;               // hub's clock minus the agent's
  std::int64_t refused = 0;          // documents refused at its doors since its start
  std::int64_t resident_bytes = 0;
  std::string host;
  std::int64_t disk_total_bytes = 0;   // 0 = not told
  std::int64_t config_revision = 0;    // in force; 0 = none
  std::int64_t config_item = 0;        // the last item config/1 that it looked at
  std::string config_error;            // why that one is not in force, "" = it is
};

/// CONSOLE "Words".
enum class AgentState : std::uint8_t { kWaiting, kOnline, kDraining, kDark, kMissing, kConflict, kRevoked };
std::string_view to_string(AgentState state);
/// Rulings before observations; never seen is waiting; silent for kDarkAfter is dark, for kMissingAfter missing.
AgentState agent_state(Standing standing, const AgentStatus& status, Instant now);

/// "a_" + 26 characters, from the key: enrolling a key again can only find the same agent.
AgentId agent_id_of(std::string_view public_key);

}  // namespace tillsync::hub
