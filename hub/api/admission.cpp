#include "hub/api/admission.h"

#include <algorithm>

#include "common/crypto/crypto.h"

namespace tillsync::hub {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kSessionScope = "session";  // any token may ask who it is

Admission find_caller(const ApiContext& context, const http::Request& request) {
  if (const auto authorization = request.header("authorization")) {
    if (!authorization->starts_with(kBearer)) return {};
    const std::string_view token = authorization->substr(kBearer.size());
    return context.access != nullptr ? context.access->registry.admit_token(token, context.now()) : Admission{context.authenticate(token), {}};
  }
  const auto session = session_id_of(request);
  return session && context.access != nullptr ? context.access->registry.admit_session(*session, context.now()) : Admission{};
}

/// A page of another site can make a browser send the cookie, but neither read the token nor hide where the call comes from.
bool is_forged(const http::Request& request, const ClientSide& client) {
  if (request.method == "GET") return false;
  const auto given = request.header("x-csrf-token");
  return !is_own_page(request, client) || !given || !equal_constant_time(*given, csrf_token_of(session_id_of(request).value_or("")));
}

}  // namespace

std::optional<std::string> session_id_of(const http::Request& request) {
  std::optional<std::string> id;
  for (const auto& [name, value] : request.headers) {
    if (name != "cookie") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const std::size_t end = rest.find(';');
      std::string_view pair = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      while (pair.starts_with(' ')) pair.remove_prefix(1);
      if (!pair.starts_with(kSessionCookie) || pair.substr(kSessionCookie.size(), 1) != "=") continue;
      if (id) return std::nullopt;
      id = std::string(pair.substr(kSessionCookie.size() + 1));
    }
  }
  return id;
}

bool is_known(const ApiContext& context, const http::Request& head) {
  if (context.access == nullptr) return true;
  const AccessRegistry& registry = context.access->registry;
  if (const auto authorization = head.header("authorization"))
    return authorization->starts_with(kBearer) && registry.knows_token(authorization->substr(kBearer.size()), context.now());
  const auto session = session_id_of(head);
  return session && registry.knows_session(*session, context.now());
}

std::string retry_after(Duration wait) { return std::to_string(std::max<std::int64_t>(1, (wait.micros + 999'999) / 1'000'000)); }

bool admit(const ApiContext& context, const Route& route, const ClientSide& client, ApiCall& call) {
  auto [caller, wait] = find_caller(context, call.request);
  if (!caller) {
    const bool has_some = call.request.header("authorization") || session_id_of(call.request);
    call.reply->problem(401, "unauthorised", "Log-in needed",
                        has_some ? "the token or session is unknown or has expired" : "send Authorization: Bearer TOKEN, or log in at /v1/session", "",
                        {{"WWW-Authenticate", "Bearer"}});
    return false;
  }
  if (wait > Duration{}) {
    call.reply->problem(429, "rate_limited", "Too many calls", "this token or session calls more often than it may", "", {{"Retry-After", retry_after(wait)}});
    return false;
  }
  if (caller->kind == CallerKind::kSession && is_forged(call.request, client)) {
    call.reply->problem(403, "csrf", "Not from the console", "send the X-CSRF-Token that GET /v1/session tells, from a page of the hub");
    return false;
  }
  if (const std::string_view scope = scope_of(route.pattern); scope != kSessionScope && !caller->may_reach(scope)) {
    call.reply->problem(403, "out_of_scope", "Not allowed", "the token's scopes do not have " + std::string(scope));
    return false;
  }
  if (caller->role < route.role) {
    call.reply->problem(403, "forbidden", "Not allowed", "this needs the role " + std::string(to_string(route.role)) + ", the caller has " +
                                                             std::string(to_string(caller->role)));
    return false;
  }
  call.caller = std::move(*caller);
  return true;
}

}  // namespace tillsync::hub
