// Enrolment: an unknown key shows a token and becomes an agent at a location. Blocks for kEnrolTimeout at most; for the
// command line, one thread.
#pragma once

#include <string>

#include "common/base/error.h"
#include "common/transport/curve.h"
#include "common/wire/messages.h"

namespace tillsync::agent {

inline constexpr Duration kEnrolTimeout = seconds(15);

/// Asking again with the same keys and token gives the same answer. Errors, each with what to check: kUnavailable (nobody answers
/// at the endpoint), kDenied (the hub's key is another one, or the token is not good), kUnsupported (other protocol version).
Result<wire::Enrolled> enroll(const std::string& endpoint, const std::string& hub_key, const transport::CurveKeyPair& keys, const wire::Enroll& request);

}  // namespace tillsync::agent
