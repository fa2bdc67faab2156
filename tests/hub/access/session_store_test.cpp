#include "hub/access/session_store.h"

#include <algorithm>

#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

namespace {

Session stored_session(const std::string& id, const std::string& user, Instant at = kNoon) {
  return {secret_hash(id), user, at, at, at + seconds(1'000), "10.0.0.1"};
}

bool holds(AccessStand& stand, const std::string& id) {
  return std::ranges::any_of(*all_sessions(*stand), [hash = secret_hash(id)](const Session& session) { return session.hash == hash; });
}

}  // namespace

TEST_CASE("session store: what is put is read, and the id itself is nowhere", "[access]") {
  AccessStand stand;
  REQUIRE(insert_session(*stand, stored_session("s_secret", "ana")));
  const auto sessions = all_sessions(*stand);
  REQUIRE(sessions->size() == 1);
  const Session& session = sessions->front();
  CHECK(session.user == "ana");
  CHECK(session.created_at == kNoon);
  CHECK(session.expires_at == kNoon + seconds(1'000));
  CHECK(session.address == "10.0.0.1");
  CHECK(session.hash.find("s_secret") == std::string::npos);
}

TEST_CASE("session store: one session, or all of a user but one, are deleted", "[access]") {
  AccessStand stand;
  for (const char* id : {"s_1", "s_2", "s_3"}) REQUIRE(insert_session(*stand, stored_session(id, "ana")));
  REQUIRE(insert_session(*stand, stored_session("s_4", "bob")));
  REQUIRE(delete_session(*stand, secret_hash("s_1")));
  CHECK_FALSE(holds(stand, "s_1"));
  const Bytes kept = secret_hash("s_2");
  REQUIRE(delete_sessions_of(*stand, "ana", kept));
  CHECK(holds(stand, "s_2"));
  CHECK_FALSE(holds(stand, "s_3"));
  REQUIRE(delete_sessions_of(*stand, "ana", std::nullopt));
  CHECK_FALSE(holds(stand, "s_2"));
  CHECK(holds(stand, "s_4"));
}

TEST_CASE("session store: a user has so many sessions, and the oldest makes room", "[access]") {
  AccessStand stand;
  for (std::size_t i = 0; i < kSessionsPerUserMax; ++i)
    REQUIRE(insert_session(*stand, stored_session("s_" + std::to_string(i), "ana", kNoon + Duration{static_cast<std::int64_t>(i)})));
  CHECK(holds(stand, "s_0"));
  REQUIRE(insert_session(*stand, stored_session("s_more", "ana", kNoon + seconds(1))));
  CHECK(all_sessions(*stand)->size() == kSessionsPerUserMax);
  CHECK_FALSE(holds(stand, "s_0"));
  CHECK(holds(stand, "s_1"));
}

TEST_CASE("session store: ended sessions are deleted at their limits", "[access]") {
  AccessStand stand;
  const SessionPolicy policy{seconds(100), seconds(1'000)};
  REQUIRE(insert_session(*stand, stored_session("idle", "ana")));
  REQUIRE(insert_session(*stand, stored_session("old", "ana")));
  REQUIRE(delete_ended_sessions(*stand, policy, kNoon + seconds(100) - Duration{1}));
  CHECK(holds(stand, "idle"));
  REQUIRE(save_seen(*stand, secret_hash("old"), kNoon + seconds(950)));
  REQUIRE(save_seen(*stand, secret_hash("old"), kNoon + seconds(1)));  // never back
  REQUIRE(delete_ended_sessions(*stand, policy, kNoon + seconds(1'000) - Duration{1}));
  CHECK_FALSE(holds(stand, "idle"));
  CHECK(holds(stand, "old"));
  REQUIRE(delete_ended_sessions(*stand, policy, kNoon + seconds(1'000)));
  CHECK_FALSE(holds(stand, "old"));
}
