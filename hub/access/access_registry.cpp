#include "hub/access/access_registry.h"

#include "hub/access/session_store.h"

namespace tillsync::hub {
namespace {

constexpr std::size_t kUsersPerRead = 1'000;

}  // namespace

Result<void> AccessRegistry::load(sql::Connection& connection) {
  TS_ASSIGN_OR_RETURN(auto tokens, all_api_tokens(connection));
  TS_ASSIGN_OR_RETURN(auto sessions, all_sessions(connection));
  std::string after;
  while (true) {
    TS_ASSIGN_OR_RETURN(const auto users, list_users(connection, after, kUsersPerRead));
    for (const User& user : users) put_user(user);
    if (users.size() < kUsersPerRead) break;
    after = users.back().name;
  }
  for (HashedToken& row : tokens) put_token(row.hash, std::move(row.token));
  for (Session& session : sessions) put_session(std::move(session));
  return {};
}

Admission AccessRegistry::admit_token(std::string_view secret, Instant now) {
  const Bytes hash = secret_hash(secret);
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(std::string_view(hash));
  if (found == tokens_.end() || !found->second.token.is_valid(now)) return {};
  TokenEntry& entry = found->second;
  Admission admission;
  admission.wait = entry.bucket.take(limits_.token_rate, now);
  entry.token.last_used_at = now;
  entry.is_used = true;
  admission.caller = Caller{entry.token.name, entry.role, CallerKind::kToken, entry.token.token_id, entry.token.scopes,
                            entry.token.expires_at.value_or(kInstantMax)};
  return admission;
}

Admission AccessRegistry::admit_session(std::string_view session_id, Instant now) {
  const Bytes hash = secret_hash(session_id);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(std::string_view(hash));
  if (found == sessions_.end() || !is_live(found->second.session, limits_.session, now)) return {};
  SessionEntry& entry = found->second;
  const auto user = users_.find(std::string_view(entry.session.user));
  if (user == users_.end() || user->second.is_disabled) return {};
  Admission admission;
  admission.wait = entry.bucket.take(limits_.session_rate, now);
  if (now > entry.session.seen_at) entry.session.seen_at = now;
  entry.is_used = true;
  admission.caller = Caller{entry.session.user, user->second.role, CallerKind::kSession, hash, {}, end_of(entry.session, limits_.session)};
  return admission;
}

bool AccessRegistry::knows_token(std::string_view secret, Instant now) const {
  const Bytes hash = secret_hash(secret);
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(std::string_view(hash));
  return found != tokens_.end() && found->second.token.is_valid(now);
}

bool AccessRegistry::knows_session(std::string_view session_id, Instant now) const {
  const Bytes hash = secret_hash(session_id);
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(std::string_view(hash));
  return found != sessions_.end() && is_live(found->second.session, limits_.session, now);
}

bool AccessRegistry::is_valid(const Caller& caller, Instant now) const {
  const std::lock_guard lock(mutex_);
  if (caller.kind == CallerKind::kSession) {
    const auto found = sessions_.find(std::string_view(caller.id));
    return found != sessions_.end() && is_live(found->second.session, limits_.session, now);
  }
  for (const auto& [hash, entry] : tokens_)
    if (entry.token.token_id == caller.id) return entry.token.is_valid(now);
  return false;
}

void AccessRegistry::put_token(std::string_view hash, ApiToken token) {
  const auto role = parse_held_role(token.role);
  if (!role) return;  // of a newer version: it lets nobody in
  const std::lock_guard lock(mutex_);
  tokens_.insert_or_assign(std::string(hash), TokenEntry{std::move(token), *role, {}});
}

void AccessRegistry::drop_token(std::string_view token_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(tokens_, [&](const auto& row) { return row.second.token.token_id == token_id; });
}

void AccessRegistry::put_session(Session session) {
  const std::lock_guard lock(mutex_);
  const std::string user = session.user;
  std::string hash = session.hash;
  sessions_.insert_or_assign(std::move(hash), SessionEntry{std::move(session), {}});
  // The table does the same when it takes one more.
  while (std::ranges::count_if(sessions_, [&](const auto& row) { return row.second.session.user == user; }) > static_cast<std::ptrdiff_t>(kSessionsPerUserMax)) {
    auto oldest = sessions_.end();
    for (auto at = sessions_.begin(); at != sessions_.end(); ++at)
      if (at->second.session.user == user && (oldest == sessions_.end() || at->second.session.created_at < oldest->second.session.created_at)) oldest = at;
    sessions_.erase(oldest);
  }
}

void AccessRegistry::drop_session(BytesView hash) {
  const std::lock_guard lock(mutex_);
  if (const auto found = sessions_.find(hash); found != sessions_.end()) sessions_.erase(found);
}

void AccessRegistry::drop_sessions_of(std::string_view user, std::optional<BytesView> kept) {
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& row) { return row.second.session.user == user && (!kept || row.first != *kept); });
}

void AccessRegistry::put_user(const User& user) {
  const std::lock_guard lock(mutex_);
  users_.insert_or_assign(user.name, UserEntry{user.role, user.is_disabled});
}

std::optional<Instant> AccessRegistry::session_end(BytesView hash) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(hash);
  if (found == sessions_.end()) return std::nullopt;
  return end_of(found->second.session, limits_.session);
}

std::optional<Instant> AccessRegistry::locked_until(std::string_view name, std::string_view address, Instant now) const {
  const std::lock_guard lock(mutex_);
  // nullopt is less than any instant.
  return std::max(names_.locked_until(name, now), addresses_.locked_until(address, now));
}

std::optional<Instant> AccessRegistry::name_locked_until(std::string_view name, Instant now) const {
  const std::lock_guard lock(mutex_);
  return names_.locked_until(name, now);
}

void AccessRegistry::record_failure(std::string_view name, std::string_view address, Instant now) {
  const std::lock_guard lock(mutex_);
  names_.fail(name, now);
  addresses_.fail(address, now);
}

void AccessRegistry::clear_failures(std::string_view name) {
  const std::lock_guard lock(mutex_);
  names_.clear(name);
}

LastUses AccessRegistry::take_last_uses(Instant now) {
  LastUses uses;
  const std::lock_guard lock(mutex_);
  for (auto& [hash, entry] : tokens_)
    if (std::exchange(entry.is_used, false)) uses.tokens.emplace_back(entry.token.token_id, *entry.token.last_used_at);
  std::erase_if(sessions_, [&](const auto& row) { return !is_live(row.second.session, limits_.session, now); });
  for (auto& [hash, entry] : sessions_)
    if (std::exchange(entry.is_used, false)) uses.sessions.emplace_back(hash, entry.session.seen_at);
  return uses;
}

}  // namespace tillsync::hub
