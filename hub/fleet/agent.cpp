#include "hub/fleet/agent.h"

#include "common/base/bytes.h"
#include "common/crypto/crypto.h"

namespace tillsync::hub {

std::string_view to_string(Standing standing) {
  switch (standing) {
    case Standing::kActive: return "active";
    case Standing::kRevoked: return "revoked";
    case Standing::kConflict: return "conflict";
  }
  return "revoked";
}

std::optional<Standing> parse_standing(std::string_view text) {
  for (const Standing standing : {Standing::kActive, Standing::kRevoked, Standing::kConflict}) {
    if (to_string(standing) == text) return standing;
  }
  return std::nullopt;
}

std::string_view to_string(AgentState state) {
  switch (state) {
    case AgentState::kWaiting: return "waiting";
    case AgentState::kOnline: return "online";
    case AgentState::kDraining: return "draining";
    case AgentState::kDark: return "dark";
    case AgentState::kMissing: return "missing";
    case AgentState::kConflict: return "conflict";
    case AgentState::kRevoked: return "revoked";
  }
  return "waiting";
}

AgentState agent_state(Standing standing, const AgentStatus& status, Instant now) {
  if (standing == Standing::kRevoked) return AgentState::kRevoked;
  if (standing == Standing::kConflict) return AgentState::kConflict;
  if (!status.last_seen) return AgentState::kWaiting;
  const Duration silent = now - *status.last_seen;
  if (silent >= kMissingAfter) return AgentState::kMissing;
  if (silent >= kDarkAfter) return AgentState::kDark;
  return status.oldest_unsent_s >= kDrainingFromSeconds ? AgentState::kDraining : AgentState::kOnline;
}

AgentId agent_id_of(std::string_view public_key) {
  constexpr std::size_t kIdBytes = 16;
  const Sha256Digest digest = sha256({"tillsync agent id\n", public_key});
  return AgentId("a_" + to_base32({digest.data(), kIdBytes}));
}

}  // namespace tillsync::hub
