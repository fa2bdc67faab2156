// Lets a call in, or answers why not: who it is (bearer token, or the cookie of a session), its rate, its right to the route. Server
// threads; no SQL.
#pragma once

#include <optional>
#include <string>

#include "hub/api/api_context.h"

namespace tillsync::hub {

inline constexpr std::string_view kSessionCookie = "tillsync_session";

/// The id in the session's cookie. nullopt without one, and with several of the name: another host of the domain may have set one of them.
std::optional<std::string> session_id_of(const http::Request& request);

/// True: call.caller is set. False: the refusal is answered (401; 429 rate_limited; 403 csrf, out_of_scope or forbidden).
bool admit(const ApiContext& context, const Route& route, const ClientSide& client, ApiCall& call);

/// Is it a caller at all? Asked before a large body is taken in.
bool is_known(const ApiContext& context, const http::Request& head);

/// Whole seconds, at least one, for Retry-After.
std::string retry_after(Duration wait);

}  // namespace tillsync::hub
