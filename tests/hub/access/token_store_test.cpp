#include "hub/access/token_store.h"

#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

namespace {

ApiToken stored_token(const std::string& id) {
  return {.token_id = id, .name = "robot", .role = "viewer", .scopes = {}, .created_at = kNoon, .created_by = "ana", .expires_at = kNoon + seconds(10), .revoked_at = {}};
}

}  // namespace

TEST_CASE("token store: API tokens expire, are revoked, and are found by their secret only", "[access]") {
  AccessStand stand;
  REQUIRE(add_api_token(*stand, stored_token("p_1"), "secret"));
  CHECK(!find_api_token(*stand, "p_1")->has_value());
  const ApiToken token = **find_api_token(*stand, "secret");
  CHECK(token.role == "viewer");
  CHECK(token.created_by == "ana");
  CHECK(token.is_valid(kNoon + seconds(10) - Duration{1}));
  CHECK(!token.is_valid(kNoon + seconds(10)));
  CHECK(revoke_api_token(*stand, "p_1", kNoon));
  CHECK(!(*find_api_token(*stand, "secret"))->is_valid(kNoon));
  CHECK(revoke_api_token(*stand, "p_1", kNoon).error().code == ErrorCode::kNotFound);
  CHECK(all_api_tokens(*stand)->empty());
}

TEST_CASE("token store: scopes come back as they were put", "[access]") {
  AccessStand stand;
  for (const std::vector<std::string>& scopes : {std::vector<std::string>{}, {"stock"}, {"stock", "reservations"}}) {
    ApiToken token = stored_token("k_" + std::to_string(scopes.size()));
    token.scopes = scopes;
    REQUIRE(add_api_token(*stand, token, token.token_id));
    CHECK((*find_api_token_by_id(*stand, token.token_id))->scopes == scopes);
  }
}

TEST_CASE("token store: tokens come in pages, with their last use", "[access]") {
  AccessStand stand;
  for (const char* id : {"k_1", "k_2", "k_3"}) REQUIRE(add_api_token(*stand, stored_token(id), id));
  REQUIRE(save_last_used(*stand, "k_3", kNoon + seconds(5)));
  const auto page = list_api_tokens(*stand, "", 2);
  REQUIRE(page->size() == 2);
  CHECK(!page->back().last_used_at);
  const auto rest = list_api_tokens(*stand, page->back().token_id, 2);
  REQUIRE(rest->size() == 1);
  CHECK(rest->front().last_used_at == kNoon + seconds(5));
}
