// /v1/session: log-in, log-out, who am I, one's own password. A log-in always makes a new id, and ends the session whose cookie came with it,
// so that no id that somebody else has put there becomes a session.
#include <nlohmann/json.hpp>

#include "common/crypto/crypto.h"
#include "common/log/log.h"
#include "hub/access/session_store.h"
#include "hub/api/access_answers.h"
#include "hub/api/action_answers.h"
#include "hub/api/admission.h"

namespace tillsync::hub {
namespace {

using nlohmann::json;

constexpr std::string_view kBadCredentials = "the name or the password is wrong";

std::string cookie_of(std::string_view id, bool by_tls) {
  return std::string(kSessionCookie) + "=" + std::string(id) + "; HttpOnly; SameSite=Strict; Path=/" + (id.empty() ? "; Max-Age=0" : "") +
         (by_tls ? "; Secure" : "");
}

bool is_right(const std::optional<User>& user, const std::string& password) {
  // Always one hash of the same cost, whoever is asked for.
  const std::string& nobody = hash_of_nobody();
  const bool fits = verify_password(user ? user->password_hash : nobody, password);
  return fits && user && !user->is_disabled;
}

void refuse_credentials(ApiContext& context, const ApiCall& call, const std::string& name) {
  context.access->registry.record_failure(name, lockout_address(call.address), context.now());
  log::warning("a password was wrong", {{"address", call.address}, {"correlation_id", call.correlation_id}});
  call.reply->problem(401, "bad_credentials", "Not logged in", kBadCredentials);
}

void begin_session(ApiContext& context, ApiCall call, const User& user) {
  const std::string id = "s_" + to_base32(random_bytes(kSessionIdRandomBytes));
  const Instant now = context.now();
  const SessionPolicy& policy = context.access->registry.limits().session;
  const Session session{secret_hash(id), user.name, now, now, now + policy.longest, call.address};
  const auto old_id = session_id_of(call.request);
  const std::optional<Bytes> old = old_id ? std::optional(secret_hash(*old_id)) : std::nullopt;
  call.caller = Caller{user.name, user.role, CallerKind::kSession, session.hash};
  const json body = {{"name", user.name},
                     {"role", to_string(user.role)},
                     {"kind", "session"},
                     {"csrf_token", csrf_token_of(id)},
                     {"expires_at", format_instant(end_of(session, policy))},
                     {"as_of", format_instant(now)}};
  auto effect = [session, old, user, body = body.dump(), cookie = cookie_of(id, call.by_tls)](sql::Connection& connection, Instant at) -> Result<StoredAnswer> {
    // Between the look and the commit somebody may have disabled the user, or changed the password.
    TS_ASSIGN_OR_RETURN(const auto current, find_user(connection, user.name));
    if (!current || current->is_disabled || current->revision != user.revision) return problem_answer(401, "bad_credentials", "Not logged in", kBadCredentials);
    if (old) TS_RETURN_IF_ERROR(delete_session(connection, *old));
    TS_RETURN_IF_ERROR(insert_session(connection, session));
    TS_RETURN_IF_ERROR(record_login(connection, user.name, at));
    StoredAnswer answer{200, body, {{"Set-Cookie", cookie}}};
    answer.audit.object = "users/" + user.name;
    return answer;
  };
  const std::string action = call.action;
  run_effect(context, std::move(call), Repeat::kIdempotent, action, std::move(effect), [&context, session, old] {
    if (old) context.access->registry.drop_session(*old);
    context.access->registry.put_session(session);
  });
}

void log_in(ApiContext& context, ApiCall call) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto name = text_member(body, "name"), password = text_member(body, "password");
  if (!name || !password || name->size() > kUserNameBytesMax || password->size() > kPasswordBytesMax)
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"name":"…","password":"…"})");
  if (context.access == nullptr) return call.reply->problem(503, "no_users", "Not available", "this hub has tokens alone");
  // Else another site's page could log its visitor in as somebody else.
  if (!is_own_page(call.request, client_side_of(call.request, context.listen)))
    return call.reply->problem(403, "csrf", "Not from the console", "log in from a page of the hub");
  if (refuse_locked(context, call, *name)) return;
  Result<std::optional<User>> user = [&] {
    const auto connection = context.reads.borrow();
    return find_user(*connection, *name);
  }();
  if (!user) return call.reply->failure(user.error());
  on_password_thread(context, std::move(call), [name = *name, password = *password, user = std::move(*user)](ApiContext& at, ApiCall kept) {
    // Asked again here, where attempts stand in line: many at once do not get more guesses.
    if (refuse_locked(at, kept, name)) return;
    if (!is_right(user, password)) return refuse_credentials(at, kept, name);
    at.access->registry.clear_failures(name);
    begin_session(at, std::move(kept), *user);
  });
}

Result<std::string> show_session(ApiContext& context, const ApiCall& call) {
  const bool is_session = call.caller.kind == CallerKind::kSession;
  json body = {{"name", call.caller.name},
               {"role", to_string(call.caller.role)},
               {"kind", is_session ? "session" : "token"},
               {"csrf_token", nullptr},
               {"expires_at", call.caller.expires_at == kInstantMax ? json() : json(format_instant(call.caller.expires_at))},
               {"hub", {{"version", TILLSYNC_VERSION}, {"name", context.hub_name}}},
               {"as_of", format_instant(context.now())}};
  if (is_session) body["csrf_token"] = csrf_token_of(session_id_of(call.request).value_or(""));
  return body.dump();
}

void log_out(ApiContext& context, ApiCall call, const Route& route) {
  if (call.caller.kind != CallerKind::kSession) return call.reply->problem(409, "no_session", "No session", "a token is revoked, not logged out");
  auto effect = [caller = call.caller, by_tls = call.by_tls](sql::Connection& connection, Instant) -> Result<StoredAnswer> {
    TS_RETURN_IF_ERROR(delete_session(connection, caller.id));
    StoredAnswer answer{204, "", {{"Set-Cookie", cookie_of("", by_tls)}}};
    answer.audit.object = "users/" + caller.name;
    return answer;
  };
  // Before its commit already: what happens to the database, this session is over.
  context.access->registry.drop_session(call.caller.id);
  run_effect(context, std::move(call), route.repeat, std::string(route.pattern), std::move(effect));
}

void change_password(ApiContext& context, ApiCall call, const Route& route) {
  const json body = json::parse(call.request.body, nullptr, false);
  const auto current = text_member(body, "current"), wanted = text_member(body, "new");
  if (!current || !wanted || current->size() > kPasswordBytesMax)
    return call.reply->problem(422, "wrong_type", "Not understood", R"(send {"current":"…","new":"…"})");
  if (const auto checked = check_password(*wanted); !checked) return call.reply->failure(checked.error());
  if (call.caller.kind != CallerKind::kSession) return call.reply->problem(409, "no_session", "No session", "only a person who is logged in has a password");
  const std::string name = call.caller.name;
  if (refuse_locked(context, call, name)) return;
  Result<std::optional<User>> found = [&] {
    const auto connection = context.reads.borrow();
    return find_user(*connection, name);
  }();
  if (!found) return call.reply->failure(found.error());
  on_password_thread(context, std::move(call), [name, route, current = *current, wanted = *wanted, user = std::move(*found)](ApiContext& at, ApiCall kept) {
    if (refuse_locked(at, kept, name)) return;
    if (!is_right(user, current)) {
      at.access->registry.record_failure(name, lockout_address(kept.address), at.now());
      // Not 401: the session goes on.
      return kept.reply->problem(403, "bad_credentials", "Not changed", "the current password is wrong", "/current");
    }
    auto hash = hash_password(wanted);
    if (!hash) return kept.reply->failure(hash.error());
    const Bytes session = kept.caller.id;
    auto effect = [name, session, hash = std::move(*hash), revision = user->revision](sql::Connection& connection, Instant) -> Result<StoredAnswer> {
      TS_ASSIGN_OR_RETURN(auto now_is, find_user(connection, name));
      if (!now_is || now_is->revision != revision) return problem_answer(409, "changed_meanwhile", "Changed meanwhile", "an administrator has changed this user; log in again");
      now_is->password_hash = hash;
      TS_RETURN_IF_ERROR(update_user(connection, *now_is));
      TS_RETURN_IF_ERROR(delete_sessions_of(connection, name, session));
      StoredAnswer answer{204, ""};
      answer.audit.object = "users/" + name;
      return answer;
    };
    run_effect(at, std::move(kept), route.repeat, std::string(route.pattern), std::move(effect),
               [&at, name, session] { at.access->registry.drop_sessions_of(name, session); });
  });
}

}  // namespace

std::vector<Endpoint> session_endpoints() {
  static constexpr Route kLogOut{"DELETE", "/v1/session", Role::kViewer, Repeat::kIdempotent};
  static constexpr Route kPassword{"POST", "/v1/session/password", Role::kViewer, Repeat::kIdempotent};
  return {
      {{"POST", "/v1/session", Role::kPublic, Repeat::kIdempotent}, [](ApiContext& context, ApiCall call) { log_in(context, std::move(call)); }},
      {{"GET", "/v1/session", Role::kViewer, Repeat::kSafe}, [](ApiContext& context, const ApiCall& call) { answer(call, show_session(context, call)); }},
      {kLogOut, [](ApiContext& context, ApiCall call) { log_out(context, std::move(call), kLogOut); }},
      {kPassword, [](ApiContext& context, ApiCall call) { change_password(context, std::move(call), kPassword); }},
  };
}

}  // namespace tillsync::hub
