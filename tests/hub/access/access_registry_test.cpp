#include "hub/access/access_registry.h"

#include <catch2/catch.hpp>

#include "hub/access/session_store.h"
#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

namespace {

User a_user(const std::string& name, Role role = Role::kOperator) {
  User user;
  user.name = name;
  user.role = role;
  return user;
}

Session a_session(const std::string& id, const std::string& user, Instant at = kNoon) {
  return {secret_hash(id), user, at, at, at + kSessionLongestDefault, "10.0.0.1"};
}

ApiToken a_token(const std::string& id, const std::string& role = "viewer", std::optional<Instant> expires_at = {}) {
  return {.token_id = id, .name = "robot", .role = role, .created_at = kNoon, .expires_at = expires_at, .revoked_at = {}};
}

}  // namespace

TEST_CASE("registry: a token is found by its secret, until it ends or is dropped", "[access]") {
  AccessRegistry registry;
  registry.put_token(secret_hash("secret"), a_token("k_1", "finance", kNoon + seconds(10)));
  const Admission admission = registry.admit_token("secret", kNoon);
  REQUIRE(admission.caller);
  CHECK(admission.caller->name == "robot");
  CHECK(admission.caller->role == Role::kFinance);
  CHECK(admission.caller->expires_at == kNoon + seconds(10));
  CHECK(registry.is_valid(*admission.caller, kNoon));
  CHECK_FALSE(registry.is_valid(*admission.caller, kNoon + seconds(10)));
  CHECK(!registry.admit_token("k_1", kNoon).caller);
  CHECK(registry.knows_token("secret", kNoon));
  CHECK_FALSE(registry.knows_token("k_1", kNoon));
  CHECK_FALSE(registry.knows_token("secret", kNoon + seconds(10)));
  CHECK(!registry.admit_token("", kNoon).caller);
  CHECK(registry.admit_token("secret", kNoon + seconds(10) - Duration{1}).caller);
  CHECK(!registry.admit_token("secret", kNoon + seconds(10)).caller);
  registry.drop_token("k_1");
  CHECK(!registry.admit_token("secret", kNoon).caller);
  CHECK_FALSE(registry.is_valid(*admission.caller, kNoon));
}

TEST_CASE("registry: a token of a role that is not known lets nobody in", "[access]") {
  AccessRegistry registry;
  registry.put_token(secret_hash("a"), a_token("k_1", "emperor"));
  registry.put_token(secret_hash("b"), a_token("k_2", "public"));
  CHECK(!registry.admit_token("a", kNoon).caller);
  CHECK(!registry.admit_token("b", kNoon).caller);
}

TEST_CASE("registry: a session has the user's role as it is now, and none when the user is disabled or gone", "[access]") {
  AccessRegistry registry;
  registry.put_session(a_session("s_1", "ana"));
  CHECK(!registry.admit_session("s_1", kNoon).caller);
  registry.put_user(a_user("ana", Role::kViewer));
  CHECK(registry.admit_session("s_1", kNoon).caller->role == Role::kViewer);
  registry.put_user(a_user("ana", Role::kFinance));
  CHECK(registry.admit_session("s_1", kNoon).caller->role == Role::kFinance);
  User disabled = a_user("ana");
  disabled.is_disabled = true;
  registry.put_user(disabled);
  CHECK(!registry.admit_session("s_1", kNoon).caller);
}

TEST_CASE("registry: each call keeps a session from idling out, up to its longest", "[access]") {
  AccessRegistry registry({.session = {seconds(60), seconds(150)}, .token_rate = {}, .session_rate = {}});
  registry.put_user(a_user("ana"));
  Session session = a_session("s_1", "ana");
  session.expires_at = kNoon + seconds(150);
  registry.put_session(session);
  CHECK(registry.knows_session("s_1", kNoon + seconds(59)));
  CHECK_FALSE(registry.knows_session("s_2", kNoon));
  CHECK_FALSE(registry.knows_session("s_1", kNoon + seconds(60)));
  CHECK(registry.admit_session("s_1", kNoon + seconds(59)).caller);
  CHECK(registry.admit_session("s_1", kNoon + seconds(118)).caller);
  CHECK(registry.session_end(session.hash) == kNoon + seconds(150));
  CHECK(registry.admit_session("s_1", kNoon + seconds(150) - Duration{1}).caller);
  CHECK(!registry.admit_session("s_1", kNoon + seconds(150)).caller);
}

TEST_CASE("registry: sessions of a user are dropped but for the kept one, and of others none", "[access]") {
  AccessRegistry registry;
  for (const char* name : {"ana", "bob"}) registry.put_user(a_user(name));
  registry.put_session(a_session("s_1", "ana"));
  registry.put_session(a_session("s_2", "ana"));
  registry.put_session(a_session("s_3", "bob"));
  const Bytes kept = secret_hash("s_2");
  registry.drop_sessions_of("ana", kept);
  CHECK(!registry.admit_session("s_1", kNoon).caller);
  CHECK(registry.admit_session("s_2", kNoon).caller);
  CHECK(registry.admit_session("s_3", kNoon).caller);
  registry.drop_session(kept);
  CHECK(!registry.admit_session("s_2", kNoon).caller);
  CHECK(!registry.session_end(kept));
}

TEST_CASE("registry: one log-in too many ends the user's oldest session", "[access]") {
  AccessRegistry registry;
  registry.put_user(a_user("ana"));
  for (std::size_t i = 0; i <= kSessionsPerUserMax; ++i)
    registry.put_session(a_session("s_" + std::to_string(i), "ana", kNoon + Duration{static_cast<std::int64_t>(i)}));
  CHECK(!registry.admit_session("s_0", kNoon).caller);
  CHECK(registry.admit_session("s_1", kNoon).caller);
  CHECK(registry.admit_session("s_" + std::to_string(kSessionsPerUserMax), kNoon).caller);
}

TEST_CASE("registry: each token and each session has a rate of its own", "[access]") {
  AccessRegistry registry({.session = {}, .token_rate = {2, 1}, .session_rate = {1, 1}});
  registry.put_token(secret_hash("a"), a_token("k_1"));
  registry.put_token(secret_hash("b"), a_token("k_2"));
  registry.put_user(a_user("ana"));
  registry.put_session(a_session("s_1", "ana"));
  for (int i = 0; i < 2; ++i) CHECK(registry.admit_token("a", kNoon).wait == Duration{});
  CHECK(registry.admit_token("a", kNoon).wait == milliseconds(500));
  CHECK(registry.admit_token("b", kNoon).wait == Duration{});
  CHECK(registry.admit_session("s_1", kNoon).wait == Duration{});
  CHECK(registry.admit_session("s_1", kNoon).wait == seconds(1));
}

TEST_CASE("registry: a lock of the name or of the address holds", "[access]") {
  AccessRegistry registry;
  for (int i = 0; i < 5; ++i) registry.record_failure("ana", "a" + std::to_string(i), kNoon);
  CHECK(registry.locked_until("ana", "another", kNoon) == kNoon + seconds(1));
  CHECK(registry.name_locked_until("ana", kNoon));
  registry.clear_failures("ana");
  CHECK(!registry.locked_until("ana", "another", kNoon));
  for (int i = 0; i < 20; ++i) registry.record_failure("n" + std::to_string(i), "a", kNoon);
  CHECK(registry.locked_until("somebody new", "a", kNoon));
  CHECK(!registry.name_locked_until("somebody new", kNoon));
  CHECK(!registry.locked_until("somebody new", "b", kNoon));
}

TEST_CASE("registry: last uses are told once, and ended sessions forgotten", "[access]") {
  AccessRegistry registry;
  registry.put_user(a_user("ana"));
  registry.put_token(secret_hash("a"), a_token("k_1"));
  registry.put_session(a_session("s_1", "ana"));
  CHECK(registry.take_last_uses(kNoon).tokens.empty());
  registry.admit_token("a", kNoon + seconds(1));
  registry.admit_session("s_1", kNoon + seconds(2));
  const LastUses uses = registry.take_last_uses(kNoon + seconds(3));
  REQUIRE(uses.tokens.size() == 1);
  CHECK(uses.tokens[0] == std::pair{std::string("k_1"), kNoon + seconds(1)});
  REQUIRE(uses.sessions.size() == 1);
  CHECK(uses.sessions[0].second == kNoon + seconds(2));
  CHECK(registry.take_last_uses(kNoon + seconds(4)).sessions.empty());
  registry.take_last_uses(kNoon + kSessionIdleDefault + seconds(2));
  CHECK(!registry.session_end(secret_hash("s_1")));
}

TEST_CASE("registry: comes up with what is stored", "[access]") {
  AccessStand stand;
  REQUIRE(insert_user(*stand, a_user("ana", Role::kFinance)));
  REQUIRE(insert_session(*stand, a_session("s_1", "ana")));
  REQUIRE(add_api_token(*stand, a_token("k_1"), "secret"));
  REQUIRE(add_api_token(*stand, a_token("k_2"), "revoked"));
  REQUIRE(revoke_api_token(*stand, "k_2", kNoon));
  AccessRegistry registry;
  REQUIRE(registry.load(*stand));
  CHECK(registry.admit_session("s_1", kNoon).caller->role == Role::kFinance);
  CHECK(registry.admit_token("secret", kNoon).caller);
  CHECK(!registry.admit_token("revoked", kNoon).caller);
}
