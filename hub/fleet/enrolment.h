// Whether an unknown key becomes an agent. A one-time token turns it into one at the token's location; asking again with the
// same key and token gives the same answer, because the first answer may have been lost. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/time.h"
#include "hub/fleet/agent.h"

namespace tillsync::hub {

struct EnrolmentToken {
  std::string token_id;
  LocationId location;
  std::int64_t uses_max = 1, uses = 0;
  Instant created_at;
  std::string created_by;
  Instant expires_at;
};

enum class EnrolmentStatus : std::uint8_t {
  kGranted,       // a new agent; one use of the token is spent
  kSameAgain,     // it was granted before
  kUnknownToken,
  kExpired,
  kUsedUp,
  kRevoked,       // this key was revoked: the machine needs a new key
  kOtherLocation, // this key belongs to an agent of another location
};
/// Why not, for the person at the machine; "" for the two good ones.
std::string_view refusal_text(EnrolmentStatus status);

struct EnrolmentRequest {
  std::string public_key, name, version;
};

struct EnrolmentDecision {
  EnrolmentStatus status = EnrolmentStatus::kUnknownToken;
  AgentRecord agent;  // of the two good ones
  bool is_granted() const { return status == EnrolmentStatus::kGranted || status == EnrolmentStatus::kSameAgain; }
};

/// token: the row of the presented token; existing: the agent that has this key already.
EnrolmentDecision decide_enrolment(const EnrolmentRequest& request, const std::optional<EnrolmentToken>& token,
                                   const std::optional<AgentRecord>& existing, Instant now);

/// SHA-256 of a token: what the tables keep. Tokens carry 130 random bits, so no salt and no slow hash are needed.
Bytes token_hash(std::string_view token);

}  // namespace tillsync::hub
