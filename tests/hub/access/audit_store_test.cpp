#include "hub/access/audit_store.h"

#include "tests/hub/access/access_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::AccessStand;
using tillsync::hub::test::kNoon;

namespace {

void record(AccessStand& stand, const std::string& who, const std::string& action, const std::string& object, std::int64_t at_s = 0,
            const std::string& reason = "") {
  REQUIRE(insert_audit(*stand, {who, "operator", "10.0.0.1", action, "c-" + object}, {object, std::nullopt, R"({"colour":"red"})", reason}, kNoon + seconds(at_s)));
}

std::vector<std::string> objects(AccessStand& stand, AuditFilter filter) {
  std::vector<std::string> found;
  for (const AuditRecord& row : *list_audit(*stand, filter)) found.push_back(row.change.object);
  return found;
}

using Objects = std::vector<std::string>;

}  // namespace

TEST_CASE("audit: what is recorded is read, newest first, in pages", "[access]") {
  AccessStand stand;
  for (const char* object : {"users/a", "users/b", "users/c"}) record(stand, "ana", "PUT /v1/users/{name}", object);
  AuditFilter filter;
  filter.limit = 2;
  const auto page = list_audit(*stand, filter);
  REQUIRE(page->size() == 2);
  const AuditRecord& newest = page->front();
  CHECK(newest.change.object == "users/c");
  CHECK(newest.stamp.who == "ana");
  CHECK(newest.stamp.role == "operator");
  CHECK(newest.stamp.address == "10.0.0.1");
  CHECK(newest.stamp.action == "PUT /v1/users/{name}");
  CHECK(newest.stamp.correlation_id == "c-users/c");
  CHECK(newest.at == kNoon);
  CHECK(!newest.change.before);
  CHECK(newest.change.after == R"({"colour":"red"})");
  filter.after = page->back().audit_no;
  CHECK(objects(stand, filter) == Objects{"users/a"});
}

TEST_CASE("audit: each filter finds what it names and nothing beside it", "[access]") {
  AccessStand stand;
  record(stand, "ana", "PUT /v1/users/{name}", "users/ana", 0, "moved to London");
  record(stand, "bob", "POST /v1/users", "users/bob", 10);
  record(stand, "bob", "POST /v1/tokens", "tokens/k_1", 20);
  record(stand, "bobby", "POST /v1/users2", "users2/x", 30);
  CHECK(objects(stand, {.who = "bob"}) == Objects{"tokens/k_1", "users/bob"});
  CHECK(objects(stand, {.action = "PUT"}) == Objects{"users/ana"});
  CHECK(objects(stand, {.action = "POST /v1/tokens"}) == Objects{"tokens/k_1"});
  CHECK(objects(stand, {.object = "users"}) == Objects{"users/bob", "users/ana"});
  CHECK(objects(stand, {.object = "users/bob"}) == Objects{"users/bob"});
  CHECK(objects(stand, {.object = "user"}).empty());
  CHECK(objects(stand, {.q = "London"}) == Objects{"users/ana"});
  CHECK(objects(stand, {.q = "red"}).size() == 4);
  CHECK(objects(stand, {.q = "c-tokens/k_1"}) == Objects{"tokens/k_1"});
  CHECK(objects(stand, {.from = kNoon + seconds(10), .to = kNoon + seconds(20)}) == Objects{"users/bob"});
  CHECK(objects(stand, {.who = "bob", .object = "users"}) == Objects{"users/bob"});
}

TEST_CASE("audit: a record is never changed or deleted", "[access]") {
  AccessStand stand;
  record(stand, "ana", "PUT /v1/users/{name}", "users/ana");
  CHECK(!(*stand).run("UPDATE audit_record SET who = 'bob'"));
  CHECK(!(*stand).run("DELETE FROM audit_record"));
  CHECK(objects(stand, {.who = "ana"}).size() == 1);
}
