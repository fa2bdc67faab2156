#include "hub/access/session.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

constexpr Instant kBegun{1'300'000'000'000'000};
constexpr SessionPolicy kShort{seconds(60), seconds(600)};

}  // namespace

TEST_CASE("session: ends after its idle time, to the microsecond", "[access]") {
  const Session session{"h", "ana", kBegun, kBegun, kBegun + kShort.longest, ""};
  CHECK(is_live(session, kShort, kBegun + seconds(60) - Duration{1}));
  CHECK_FALSE(is_live(session, kShort, kBegun + seconds(60)));
}

TEST_CASE("session: ends at its longest, however busy it is", "[access]") {
  const Session session{"h", "ana", kBegun, kBegun + seconds(590), kBegun + kShort.longest, ""};
  CHECK(is_live(session, kShort, kBegun + seconds(600) - Duration{1}));
  CHECK_FALSE(is_live(session, kShort, kBegun + seconds(600)));
  CHECK(end_of(session, kShort) == kBegun + seconds(600));
}

TEST_CASE("session: what the hub keeps and the CSRF token are of the id, and neither is the other", "[access]") {
  CHECK(secret_hash("s_1").size() == 32);
  CHECK(secret_hash("s_1") != secret_hash("s_2"));
  CHECK(csrf_token_of("s_1") == csrf_token_of("s_1"));
  CHECK(csrf_token_of("s_1") != csrf_token_of("s_2"));
  CHECK(csrf_token_of("s_1") != to_base32(secret_hash("s_1")));
}
