// Who may call, in memory, so that a call costs no SQL: tokens, sessions, roles of users, their rates, and lockouts. Loaded at start,
// told of each change after its COMMIT, saved lazily (last use). Any thread.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/error.h"
#include "hub/access/caller.h"
#include "hub/access/lockout.h"
#include "hub/access/session.h"
#include "hub/access/token_bucket.h"
#include "hub/access/token_store.h"
#include "hub/access/user_store.h"

namespace tillsync::hub {

struct AccessLimits {
  SessionPolicy session;
  CallRate token_rate{10'000};
  CallRate session_rate{50};
};

/// Either a caller, or nobody; a caller beyond its rate is told how long to wait.
struct Admission {
  std::optional<Caller> caller;
  Duration wait;  // zero: now
};

/// What is to be saved lazily.
struct LastUses {
  std::vector<std::pair<std::string, Instant>> tokens;    // token_id
  std::vector<std::pair<Bytes, Instant>> sessions;        // hash
};

class AccessRegistry {
 public:
  explicit AccessRegistry(AccessLimits limits = {}) : limits_(limits) {}
  Result<void> load(sql::Connection& connection);

  Admission admit_token(std::string_view secret, Instant now);
  Admission admit_session(std::string_view session_id, Instant now);
  /// Would it be admitted, whatever its rate? Nothing is counted.
  bool knows_token(std::string_view secret, Instant now) const;
  bool knows_session(std::string_view session_id, Instant now) const;
  /// For answers that go on for long: is this still a caller?
  bool is_valid(const Caller& caller, Instant now) const;

  void put_token(std::string_view hash, ApiToken token);
  void drop_token(std::string_view token_id);
  void put_session(Session session);
  void drop_session(BytesView hash);
  void drop_sessions_of(std::string_view user, std::optional<BytesView> kept);
  void put_user(const User& user);
  /// Of a session that lives; nullopt else.
  std::optional<Instant> session_end(BytesView hash) const;

  /// Of the name or the address, whichever is later.
  std::optional<Instant> locked_until(std::string_view name, std::string_view address, Instant now) const;
  std::optional<Instant> name_locked_until(std::string_view name, Instant now) const;
  void record_failure(std::string_view name, std::string_view address, Instant now);
  void clear_failures(std::string_view name);

  /// What was used since the last time it was asked; forgets sessions that have ended.
  LastUses take_last_uses(Instant now);
  const AccessLimits& limits() const { return limits_; }

 private:
  struct TokenEntry {
    ApiToken token;
    Role role;
    TokenBucket bucket;
    bool is_used = false;  // since the last save
  };
  struct SessionEntry {
    Session session;
    TokenBucket bucket;
    bool is_used = false;
  };
  struct UserEntry {
    Role role;
    bool is_disabled;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <class Entry>
  using Map = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

  const AccessLimits limits_;
  mutable std::mutex mutex_;
  Map<TokenEntry> tokens_;      // by hash
  Map<SessionEntry> sessions_;  // by hash
  Map<UserEntry> users_;
  LockoutTable names_{kNameLockout};
  LockoutTable addresses_{kAddressLockout};
};

}  // namespace tillsync::hub
