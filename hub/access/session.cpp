#include "hub/access/session.h"

#include <algorithm>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kCsrfLabel = "tillsync csrf 1:";

}  // namespace

Instant end_of(const Session& session, const SessionPolicy& policy) { return std::min(session.expires_at, session.seen_at + policy.idle); }

bool is_live(const Session& session, const SessionPolicy& policy, Instant now) { return now < end_of(session, policy); }

Bytes secret_hash(std::string_view secret) {
  const Sha256Digest digest = sha256({secret});
  return {digest.data(), digest.size()};
}

std::string csrf_token_of(std::string_view session_id) {
  const Sha256Digest digest = sha256({kCsrfLabel, session_id});
  return to_base32({digest.data(), digest.size()});
}

}  // namespace tillsync::hub
