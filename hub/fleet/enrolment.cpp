#include "hub/fleet/enrolment.h"

#include <algorithm>
#include <array>

#include "common/contract/text.h"
#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::array<std::string_view, 3> kReachNames = {"one", "known", "any"};

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

/// For the person at the machine: what is wrong, and who mends it how.
std::string refusal_text(EnrolmentStatus status, const EnrolmentRequest& request, const std::optional<EnrolmentToken>& token,
                         const std::optional<AgentRecord>& existing, const EnrolmentPlace& place) {
  switch (status) {
    case EnrolmentStatus::kGranted:
    case EnrolmentStatus::kSameAgain: return "";
    case EnrolmentStatus::kUnknownToken: return "the enrolment token is not known here";
    case EnrolmentStatus::kExpired: return "the enrolment token has expired; ask for a new one";
    case EnrolmentStatus::kUsedUp: return "the enrolment token is used up (" + std::to_string(token->uses_max) + " of " + std::to_string(token->uses_max) + "); ask for a new one";
    case EnrolmentStatus::kTokenRevoked: return "the enrolment token was revoked; ask for a new one";
    case EnrolmentStatus::kRevoked: return "this key was revoked; enrol with a new key";
    case EnrolmentStatus::kOtherLocation: return "this key belongs to an agent of another location, " + existing->location.value + "; enrol with a new key";
    case EnrolmentStatus::kOtherTill: return "this key belongs to the agent of till " + in_quotes(existing->till) + ": the disk was copied after its key was made; enrol with a new key";
    case EnrolmentStatus::kNoLocation: return "this token is for many locations, and this PC does not say where it stands: give --location, or location, place_file or host_pattern in the answer file";
    case EnrolmentStatus::kBadName: return "location " + in_quotes(request.location) + " or till " + in_quotes(request.till) + " is no name: 1 to 64 characters, none of control";
    case EnrolmentStatus::kWrongLocation: return "this token is for the location " + token->location.value + ", and this PC says that it stands at " + in_quotes(request.location);
    case EnrolmentStatus::kUnknownLocation:
      return "the hub knows no location " + in_quotes(request.location) + ": mend what this PC says, or create it at the hub: tillsyncctl location put " + request.location + " --name NAME";
    case EnrolmentStatus::kWrongGroup: return "this token is for locations of the group " + in_quotes(token->group) + ", and " + request.location + " is of " + in_quotes(place.location ? place.location->group : "");
    case EnrolmentStatus::kUnknownTill: return "the location " + place.location->id.value + " has no till " + in_quotes(request.till) + ": mend what this PC says, or add the till to the location at the hub";
    case EnrolmentStatus::kTillTaken:
      return "the till " + in_quotes(request.till) + " has an agent already, " + place.till_holder->value + ": two PCs say the same name; mend this one's, or revoke that agent at the hub when this PC takes its place";
  }
  return "";
}

bool is_name(std::string_view text) {
  const auto parsed = parse_identifier(text);
  return parsed && *parsed == text;
}

/// kGranted where nothing speaks against it.
EnrolmentStatus judge(const EnrolmentRequest& request, const EnrolmentToken& token, const std::optional<AgentRecord>& existing, const EnrolmentPlace& place, Instant now) {
  if (existing && existing->standing == Standing::kRevoked) return EnrolmentStatus::kRevoked;
  // Before the token's own limits: the use that this key has spent is still good for the same answer.
  const bool has_used_this = existing && existing->enrolment_token_id == token.token_id;
  if (!has_used_this) {
    if (token.revoked_at) return EnrolmentStatus::kTokenRevoked;
    if (now >= token.expires_at) return EnrolmentStatus::kExpired;
  }
  const bool is_for_one = token.reach == TokenReach::kOneLocation;
  if (!request.location.empty() && !is_name(request.location)) return EnrolmentStatus::kBadName;
  if (!request.till.empty() && !is_name(request.till)) return EnrolmentStatus::kBadName;
  if (is_for_one && !request.location.empty() && request.location != token.location.value) return EnrolmentStatus::kWrongLocation;
  const LocationId location = wanted_location(request, token);
  if (existing) {
    // A key that is here says where it stands, so that a copy that says another place is found.
    if (!location.empty() && existing->location != location) return EnrolmentStatus::kOtherLocation;
    if (!request.till.empty() && existing->till != request.till) return EnrolmentStatus::kOtherTill;
    if (!location.empty() || has_used_this) return EnrolmentStatus::kSameAgain;
  }
  if (location.empty()) return EnrolmentStatus::kNoLocation;
  if (token.uses >= token.uses_max) return EnrolmentStatus::kUsedUp;
  if (!is_for_one) {
    if (!place.location && token.reach == TokenReach::kKnownLocations) return EnrolmentStatus::kUnknownLocation;
    if (place.location && !token.group.empty() && place.location->group != token.group) return EnrolmentStatus::kWrongGroup;
  }
  if (request.till.empty()) return EnrolmentStatus::kGranted;
  // A location that lists no tills takes any.
  if (place.location && !place.location->tills.empty() &&
      std::ranges::none_of(place.location->tills, [&](const LocationTill& till) { return till.id.value == request.till; }))
    return EnrolmentStatus::kUnknownTill;
  if (place.till_holder) return EnrolmentStatus::kTillTaken;
  return EnrolmentStatus::kGranted;
}

}  // namespace

std::string_view to_string(TokenReach reach) { return kReachNames[static_cast<std::size_t>(reach)]; }

std::optional<TokenReach> parse_token_reach(std::string_view text) {
  const auto found = std::ranges::find(kReachNames, text);
  if (found == kReachNames.end()) return std::nullopt;
  return static_cast<TokenReach>(found - kReachNames.begin());
}

LocationId wanted_location(const EnrolmentRequest& request, const EnrolmentToken& token) {
  return token.reach == TokenReach::kOneLocation ? token.location : LocationId(request.location);
}

EnrolmentDecision decide_enrolment(const EnrolmentRequest& request, const std::optional<EnrolmentToken>& token,
                                   const std::optional<AgentRecord>& existing, const EnrolmentPlace& place, Instant now) {
  EnrolmentDecision decision;
  if (token) decision.status = judge(request, *token, existing, place, now);
  decision.refusal = refusal_text(decision.status, request, token, existing, place);
  if (decision.status == EnrolmentStatus::kSameAgain) decision.agent = *existing;
  if (decision.status != EnrolmentStatus::kGranted) return decision;
  const LocationId location = wanted_location(request, *token);
  if (!place.location && token->reach == TokenReach::kAnyLocation) {
    decision.made_location = Location{};
    decision.made_location->id = location;
    decision.made_location->name = FreeText(location.value);
    decision.made_location->group = token->group;
  }
  decision.agent = {.agent_id = agent_id_of(request.public_key),
                    .public_key = request.public_key,
                    .location = location,
                    .name = request.name,
                    .version = request.version,
                    .standing = Standing::kActive,
                    .enrolment_token_id = token->token_id,
                    .enrolled_at = now,
                    .till = request.till};
  return decision;
}

Bytes token_hash(std::string_view token) {
  const Sha256Digest digest = sha256({token});
  return {digest.data(), digest.size()};
}

}  // namespace tillsync::hub
