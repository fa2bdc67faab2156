#include "hub/access/access.h"

#include "common/crypto/crypto.h"
#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

namespace {

/// Runs each task at once.
struct DirectPort : WriterPort {
  explicit DirectPort(sql::Connection& to) : connection(to) {}
  Result<void> submit(Priority, Command command) override {
    auto& task = std::get<Task>(command);
    task.done(task.apply(connection, kNoon + seconds(1)));
    return {};
  }
  std::size_t bulk_waiting() const override { return 0; }
  sql::Connection& connection;
};

}  // namespace

TEST_CASE("access: opens with what is stored, and saves what was used", "[access]") {
  AccessStand stand;
  REQUIRE(add_api_token(*stand, {.token_id = "k_1", .name = "n", .role = "viewer", .created_at = kNoon, .expires_at = {}, .revoked_at = {}}, "secret"));
  const auto access = Access::open(*stand);
  REQUIRE(access);
  CHECK((*access)->registry.admit_token("secret", kNoon).caller);
  DirectPort port(*stand);
  REQUIRE((*access)->save_last_uses(port, kNoon));
  CHECK((*find_api_token_by_id(*stand, "k_1"))->last_used_at == kNoon);
}

TEST_CASE("access: nobody's hash costs what a real one costs, and no password fits", "[access]") {
  const std::string& hash = hash_of_nobody();
  const std::string real = *hash_password("correct horse battery");
  // "$argon2id$v=19$m=65536,t=2,p=1$": the same work.
  const auto work = [](const std::string& text) { return text.substr(0, text.find('$', text.find("p="))); };
  CHECK(work(hash) == work(real));
  CHECK_FALSE(verify_password(hash, ""));
  CHECK_FALSE(verify_password(hash, "correct horse battery"));
}
