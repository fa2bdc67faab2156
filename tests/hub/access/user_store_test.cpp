#include "hub/access/user_store.h"

#include "common/crypto/crypto.h"
#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

namespace {

User stored_user(const std::string& name, Role role = Role::kOperator) {
  User user;
  user.name = name;
  user.role = role;
  user.password_hash = "$argon2id$none";
  user.created_at = kNoon;
  return user;
}

}  // namespace

TEST_CASE("users: the password is kept as its hash only", "[access]") {
  AccessStand stand;
  const std::string password = "correct horse battery";
  REQUIRE(add_user(*stand, "ana", password, Role::kOperator, kNoon));
  const User user = **find_user(*stand, "ana");
  CHECK(user.password_hash.find(password) == std::string::npos);
  CHECK(verify_password(user.password_hash, password));
  CHECK_FALSE(verify_password(user.password_hash, password + "x"));
  CHECK(user.role == Role::kOperator);
  CHECK_FALSE(user.is_disabled);
  CHECK(!user.last_login_at);
}

TEST_CASE("users: a name is taken once", "[access]") {
  AccessStand stand;
  REQUIRE(insert_user(*stand, stored_user("ana")));
  CHECK(insert_user(*stand, stored_user("ana")).error().code == ErrorCode::kAlreadyExists);
}

TEST_CASE("users: a name is plain text within its bounds", "[access]") {
  CHECK(check_user_name("a"));
  CHECK(check_user_name("ana@example.com"));
  CHECK(check_user_name(std::string(kUserNameBytesMax, 'a')));
  for (const std::string& name : {std::string(), std::string(kUserNameBytesMax + 1, 'a'), std::string("a b"), std::string("a/b"), std::string("a\nb"), std::string("\xc3\xa4")})
    CHECK(check_user_name(name).error().code == ErrorCode::kInvalid);
}

TEST_CASE("users: a password has its least and its most bytes", "[access]") {
  CHECK(check_password(std::string(kPasswordBytesMin - 1, 'p')).error().code == ErrorCode::kInvalid);
  CHECK(check_password(std::string(kPasswordBytesMin, 'p')));
  CHECK(check_password(std::string(kPasswordBytesMax, 'p')));
  CHECK(check_password(std::string(kPasswordBytesMax + 1, 'p')).error().code == ErrorCode::kInvalid);
  AccessStand stand;
  CHECK(add_user(*stand, "a", "short", Role::kViewer, kNoon).error().code == ErrorCode::kInvalid);
  CHECK(!find_user(*stand, "a")->has_value());
}

TEST_CASE("users: a change raises the revision, a log-in does not", "[access]") {
  AccessStand stand;
  REQUIRE(insert_user(*stand, stored_user("ana")));
  User user = **find_user(*stand, "ana");
  CHECK(user.revision == 1);
  REQUIRE(record_login(*stand, "ana", kNoon + seconds(1)));
  user.role = Role::kFinance;
  user.is_disabled = true;
  REQUIRE(update_user(*stand, user));
  const User changed = **find_user(*stand, "ana");
  CHECK(changed.revision == 2);
  CHECK(changed.role == Role::kFinance);
  CHECK(changed.is_disabled);
  CHECK(changed.last_login_at == kNoon + seconds(1));
  CHECK(update_user(*stand, stored_user("nobody")).error().code == ErrorCode::kNotFound);
}

TEST_CASE("users: come in pages by name; enabled administrators are counted", "[access]") {
  AccessStand stand;
  for (const char* name : {"c", "a", "b"}) REQUIRE(insert_user(*stand, stored_user(name, Role::kAdministrator)));
  User disabled = stored_user("d", Role::kAdministrator);
  disabled.is_disabled = true;
  REQUIRE(insert_user(*stand, disabled));
  const auto page = list_users(*stand, "", 2);
  REQUIRE(page->size() == 2);
  CHECK(page->back().name == "b");
  CHECK(list_users(*stand, "b", 10)->size() == 2);
  CHECK(*count_enabled_administrators(*stand) == 3);
}
