#include "hub/app/hub_keys.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "tests/hub/app/temp_folder.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::TempFolder;

TEST_CASE("hub keys: what was written is read, and never written over", "[app]") {
  TempFolder folder;
  const auto made = create_hub_keys(folder.path / "keys");
  REQUIRE(made);
  CHECK(load_hub_keys(folder.path / "keys")->secret_key == made->secret_key);
  CHECK(create_hub_keys(folder.path / "keys").error().code == ErrorCode::kAlreadyExists);
  CHECK(load_hub_keys(folder.path / "keys")->secret_key == made->secret_key);
}

TEST_CASE("hub keys: missing, mixed up and broken ones are told apart", "[app]") {
  TempFolder folder;
  const auto missing = load_hub_keys(folder.path / "keys");
  CHECK(missing.error().code == ErrorCode::kNotFound);
  CHECK(!missing.error().hint.empty());
  REQUIRE(create_hub_keys(folder.path / "keys"));
  REQUIRE(create_hub_keys(folder.path / "other"));
  const auto other = os::read_file(folder.path / "other" / "hub.public", 100);
  REQUIRE(os::write_file_durably(folder.path / "keys" / "hub.public", *other, false));
  CHECK(load_hub_keys(folder.path / "keys").error().code == ErrorCode::kCorrupt);
  REQUIRE(os::write_file_durably(folder.path / "keys" / "hub.public", "no key", false));
  CHECK(load_hub_keys(folder.path / "keys").error().code == ErrorCode::kInvalid);
}
