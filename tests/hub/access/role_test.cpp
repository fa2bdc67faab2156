#include "hub/access/role.h"

#include <catch2/catch.hpp>

using namespace tillsync::hub;

TEST_CASE("roles: each has a name, in ascending order of rights", "[access]") {
  for (const Role role : {Role::kPublic, Role::kViewer, Role::kOperator, Role::kFinance, Role::kAdministrator}) CHECK(parse_role(to_string(role)) == role);
  CHECK(Role::kViewer < Role::kOperator);
  CHECK(Role::kOperator < Role::kFinance);
  CHECK(Role::kFinance < Role::kAdministrator);
  CHECK(!parse_role("root"));
  CHECK(!parse_role(""));
}

TEST_CASE("roles: nobody holds the role of the public", "[access]") {
  CHECK(!parse_held_role("public"));
  CHECK(parse_held_role("viewer") == Role::kViewer);
  CHECK(!parse_held_role("Viewer"));
}
