// Whether an unknown key becomes an agent. A token turns it into one, at the token's location or, with a group token, at the one that the
// PC names; asking again with the same key and token gives the same answer, because the first answer may have been lost. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/time.h"
#include "common/contract/masterdata.h"
#include "hub/fleet/agent.h"

namespace tillsync::hub {

/// Where the PCs of a token may stand.
enum class TokenReach : std::uint8_t {
  kOneLocation,     // the token's
  kKnownLocations,  // the one that the PC names; it must be known here
  kAnyLocation,     // the one that the PC names; it is made where it is not known
};
std::string_view to_string(TokenReach reach);  // "one" | "known" | "any"
std::optional<TokenReach> parse_token_reach(std::string_view text);

struct EnrolmentToken {
  std::string token_id;
  LocationId location;  // of kOneLocation
  std::int64_t uses_max = 1, uses = 0;
  Instant created_at;
  std::string created_by;
  Instant expires_at;
  TokenReach reach = TokenReach::kOneLocation;
  std::string group = {};  // not of kOneLocation: only locations of this group, and what is made belongs to it; "" = of all
  std::optional<Instant> revoked_at = {};
};

enum class EnrolmentStatus : std::uint8_t {
  kGranted,          // a new agent; one use of the token is spent
  kSameAgain,        // it was granted before
  kUnknownToken,
  kExpired,
  kUsedUp,
  kTokenRevoked,
  kRevoked,          // this key was revoked: the machine needs a new key
  kOtherLocation,    // this key belongs to an agent of another location
  kOtherTill,        // this key belongs to an agent of another till
  kNoLocation,       // a group token, and the PC does not say where it stands
  kBadName,          // the named location or till is no identifier
  kWrongLocation,    // the token is for another location than the PC names
  kUnknownLocation,
  kWrongGroup,       // the named location is not of the token's group
  kUnknownTill,      // the location lists its tills, and this one is not among them
  kTillTaken,        // another agent stands at this till
};

struct EnrolmentRequest {
  std::string public_key, name, version;
  std::string location = {}, till = {};  // what the PC says, as it came; "" = nothing
};

/// What is known of the place that the PC is to stand at (wanted_place).
struct EnrolmentPlace {
  std::optional<Location> location = {};
  std::optional<AgentId> till_holder = {};  // the agent of the named till
};

struct EnrolmentDecision {
  EnrolmentStatus status = EnrolmentStatus::kUnknownToken;
  AgentRecord agent = {};                      // of the two good ones
  std::optional<Location> made_location = {};  // to be put before the agent
  std::string refusal = {};                    // why not and what to do, for the person at the machine
  bool is_granted() const { return status == EnrolmentStatus::kGranted || status == EnrolmentStatus::kSameAgain; }
};

/// The location to read for decide_enrolment; empty where the request names none and the token neither.
LocationId wanted_location(const EnrolmentRequest& request, const EnrolmentToken& token);

/// token: the row of the presented token; existing: the agent that has this key already.
EnrolmentDecision decide_enrolment(const EnrolmentRequest& request, const std::optional<EnrolmentToken>& token,
                                   const std::optional<AgentRecord>& existing, const EnrolmentPlace& place, Instant now);

/// SHA-256 of a token: what the tables keep. Tokens carry 130 random bits, so no salt and no slow hash are needed.
Bytes token_hash(std::string_view token);

}  // namespace tillsync::hub
