// A person's session at the console. The cookie holds a random id; the hub keeps its SHA-256 alone, and derives the CSRF token from the
// id, so that neither can be read out of the database. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/time.h"

namespace tillsync::hub {

inline constexpr Duration kSessionIdleDefault = seconds(30 * 60);
inline constexpr Duration kSessionLongestDefault = seconds(12 * 3'600);
inline constexpr std::size_t kSessionsPerUserMax = 20;      // a further log-in ends the oldest
inline constexpr std::size_t kSessionIdRandomBytes = 32;

struct SessionPolicy {
  Duration idle = kSessionIdleDefault;        // without a call
  Duration longest = kSessionLongestDefault;  // however busy
};

struct Session {
  Bytes hash;
  std::string user;
  Instant created_at, seen_at, expires_at;
  std::string address;
};

/// When it ends if nothing is done any more.
Instant end_of(const Session& session, const SessionPolicy& policy);
bool is_live(const Session& session, const SessionPolicy& policy, Instant now);
/// SHA-256 of a session id or an API token: both are random, so no salt and no slow hash are needed.
Bytes secret_hash(std::string_view secret);
/// The token of a session's unsafe calls; nobody who does not know the id can make it.
std::string csrf_token_of(std::string_view session_id);

}  // namespace tillsync::hub
