#include "hub/api/user_store.h"

#include <catch2/catch.hpp>

#include "common/crypto/crypto.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;

namespace {

Result<void> added(ApiStand& stand, const std::string& name, const std::string& password) {
  Result<void> outcome;
  stand.write([&](sql::Connection& connection) -> Result<void> {
    outcome = add_user(connection, name, password, Role::kOperator, os::now());
    return {};
  });
  return outcome;
}

}  // namespace

TEST_CASE("users: the password is kept as its hash only", "[api]") {
  ApiStand stand;
  const std::string password = "correct horse battery";
  REQUIRE(added(stand, "ana", password));
  std::string hash;
  stand.write([&](sql::Connection& connection) {
    return connection.query("SELECT password_hash FROM user_account WHERE name = 'ana'", {}, [&](const sql::Row& row) { hash = row.text(0); });
  });
  CHECK(hash.find(password) == std::string::npos);
  CHECK(verify_password(hash, password));
  CHECK_FALSE(verify_password(hash, password + "x"));
}

TEST_CASE("users: a name is taken once, and is not empty", "[api]") {
  ApiStand stand;
  REQUIRE(added(stand, "ana", "correct horse battery"));
  CHECK(added(stand, "ana", "another password").error().code == ErrorCode::kConflict);
  CHECK(added(stand, "", "correct horse battery").error().code == ErrorCode::kInvalid);
}

TEST_CASE("users: a password has its least and its most bytes", "[api]") {
  ApiStand stand;
  CHECK(added(stand, "a", std::string(kPasswordBytesMin - 1, 'p')).error().code == ErrorCode::kInvalid);
  CHECK(added(stand, "b", std::string(kPasswordBytesMin, 'p')));
  CHECK(added(stand, "c", std::string(kPasswordBytesMax, 'p')));
  CHECK(added(stand, "d", std::string(kPasswordBytesMax + 1, 'p')).error().code == ErrorCode::kInvalid);
}
