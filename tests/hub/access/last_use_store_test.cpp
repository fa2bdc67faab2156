#include "hub/access/last_use_store.h"

#include "hub/access/session_store.h"
#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

TEST_CASE("last uses: are saved for what is there, before ended sessions go", "[access]") {
  AccessStand stand;
  REQUIRE(add_api_token(*stand, {.token_id = "k_1", .name = "n", .role = "viewer", .created_at = kNoon, .expires_at = {}, .revoked_at = {}}, "secret"));
  for (const char* id : {"busy", "idle"}) REQUIRE(insert_session(*stand, {secret_hash(id), "ana", kNoon, kNoon, kNoon + seconds(1'000), ""}));
  const Instant now = kNoon + seconds(100);
  REQUIRE(save_last_uses(*stand, {{{"k_1", now}, {"gone", now}}, {{secret_hash("busy"), now}, {secret_hash("gone"), now}}}, {seconds(100), seconds(1'000)}, now));
  CHECK((*find_api_token_by_id(*stand, "k_1"))->last_used_at == now);
  const auto sessions = all_sessions(*stand);
  REQUIRE(sessions->size() == 1);
  CHECK(sessions->front().hash == secret_hash("busy"));
  CHECK(sessions->front().seen_at == now);
}
