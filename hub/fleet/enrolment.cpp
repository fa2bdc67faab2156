#include "hub/fleet/enrolment.h"

#include "common/crypto/crypto.h"

namespace tillsync::hub {

std::string_view refusal_text(EnrolmentStatus status) {
  switch (status) {
    case EnrolmentStatus::kGranted:
    case EnrolmentStatus::kSameAgain: return "";
    case EnrolmentStatus::kUnknownToken: return "the enrolment token is not known here";
    case EnrolmentStatus::kExpired: return "the enrolment token has expired; ask for a new one";
    case EnrolmentStatus::kUsedUp: return "the enrolment token is used up; ask for a new one";
    case EnrolmentStatus::kRevoked: return "this key was revoked; enrol with a new key";
    case EnrolmentStatus::kOtherLocation: return "this key belongs to an agent of another location; enrol with a new key";
  }
  return "";
}

EnrolmentDecision decide_enrolment(const EnrolmentRequest& request, const std::optional<EnrolmentToken>& token,
                                   const std::optional<AgentRecord>& existing, Instant now) {
  EnrolmentDecision decision;
  if (!token) return decision;
  if (existing && existing->standing == Standing::kRevoked) {
    decision.status = EnrolmentStatus::kRevoked;
    return decision;
  }
  // Before the token's own limits: the use that this key has spent is still good for the same answer.
  if (existing && existing->enrolment_token_id == token->token_id) {
    return {.status = EnrolmentStatus::kSameAgain, .agent = *existing};
  }
  if (now >= token->expires_at) {
    decision.status = EnrolmentStatus::kExpired;
    return decision;
  }
  if (existing) {
    const bool same_place = existing->location == token->location;
    decision.status = same_place ? EnrolmentStatus::kSameAgain : EnrolmentStatus::kOtherLocation;
    if (same_place) decision.agent = *existing;
    return decision;
  }
  if (token->uses >= token->uses_max) {
    decision.status = EnrolmentStatus::kUsedUp;
    return decision;
  }
  decision.status = EnrolmentStatus::kGranted;
  decision.agent = {.agent_id = agent_id_of(request.public_key),
                    .public_key = request.public_key,
                    .location = token->location,
                    .name = request.name,
                    .version = request.version,
                    .standing = Standing::kActive,
                    .enrolment_token_id = token->token_id,
                    .enrolled_at = now};
  return decision;
}

Bytes token_hash(std::string_view token) {
  const Sha256Digest digest = sha256({token});
  return {digest.data(), digest.size()};
}

}  // namespace tillsync::hub
