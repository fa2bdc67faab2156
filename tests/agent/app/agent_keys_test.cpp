#include "agent/app/agent_keys.h"

#include <catch2/catch.hpp>

#include "common/base/os.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {

TEST_CASE("agent keys: made once, then kept, and readable by the owner only", "[agent][app]") {
  TemporaryFolder folder;
  CHECK(load_keys(folder.path()).error().code == ErrorCode::kNotFound);
  const auto made = load_or_create_keys(folder.path());
  REQUIRE(made);
  CHECK(load_or_create_keys(folder.path())->secret_key == made->secret_key);
  CHECK(load_keys(folder.path())->public_key == made->public_key);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(folder.path() / "keys" / "agent.secret").permissions() == (perms::owner_read | perms::owner_write));
}

TEST_CASE("agent keys: files that do not belong together, or are none, are not replaced", "[agent][app]") {
  TemporaryFolder folder;
  REQUIRE(load_or_create_keys(folder.path()));
  REQUIRE(os::write_file_durably(folder.path() / "keys" / "agent.public", transport::generate_key_pair().public_key, false));
  CHECK(load_or_create_keys(folder.path()).error().code == ErrorCode::kCorrupt);
  REQUIRE(os::write_file_durably(folder.path() / "keys" / "agent.secret", "nonsense", true));
  CHECK_FALSE(load_or_create_keys(folder.path()));
}

}  // namespace tillsync::agent
