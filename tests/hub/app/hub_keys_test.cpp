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

TEST_CASE("hub keys: the certificate's key is made once, and read again", "[app]") {
  TempFolder folder;
  const auto made = load_or_create_certificate_keys(folder.path / "keys");
  REQUIRE(made);
  CHECK(load_or_create_certificate_keys(folder.path / "keys")->seed == made->seed);
  const auto mode = std::filesystem::status(folder.path / "keys" / "certificate.secret").permissions();
  CHECK((mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) == std::filesystem::perms::none);
  // The end of the process between the two writes.
  std::filesystem::remove(folder.path / "keys" / "certificate.public");
  CHECK(load_or_create_certificate_keys(folder.path / "keys")->public_key == made->public_key);
  CHECK(std::filesystem::exists(folder.path / "keys" / "certificate.public"));
}

TEST_CASE("hub keys: a lost, broken or foreign certificate key is not replaced", "[app]") {
  TempFolder folder;
  REQUIRE(load_or_create_certificate_keys(folder.path / "keys"));
  const auto other = load_or_create_certificate_keys(folder.path / "other");
  REQUIRE(other);
  REQUIRE(os::write_file_durably(folder.path / "keys" / "certificate.public", other->public_key.hex(), false));
  CHECK(load_or_create_certificate_keys(folder.path / "keys").error().code == ErrorCode::kCorrupt);
  REQUIRE(os::write_file_durably(folder.path / "keys" / "certificate.secret", "no key", true));
  CHECK(load_or_create_certificate_keys(folder.path / "keys").error().code == ErrorCode::kCorrupt);
  std::filesystem::remove(folder.path / "keys" / "certificate.secret");
  CHECK(load_or_create_certificate_keys(folder.path / "keys").error().code == ErrorCode::kCorrupt);
}
