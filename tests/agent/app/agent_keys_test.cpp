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

namespace {

KeyPair fresh_pair() {
  const auto pair = transport::generate_key_pair();
  return {pair.public_key, pair.secret_key};
}

}  // namespace

TEST_CASE("agent keys: the record of a change is kept whole, secret, and what agent.public and agent.secret show follows it", "[agent][app]") {
  TemporaryFolder folder;
  const auto first = load_or_create_keys(folder.path());
  REQUIRE(first);
  KeyRecord record = load_key_record(folder.path()).value();
  CHECK(record == KeyRecord({first->public_key, first->secret_key}));
  record.next = KeyRecord::Next{fresh_pair(), true, {"k-1"}};
  REQUIRE(save_key_record(folder.path(), record));
  CHECK(load_key_record(folder.path()).value() == record);
  CHECK(load_keys(folder.path())->public_key == first->public_key);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(folder.path() / "keys" / "ring.json").permissions() == (perms::owner_read | perms::owner_write));

  record.keys.insert(record.keys.begin(), record.next->pair);
  record.next.reset();
  REQUIRE(save_key_record(folder.path(), record));
  CHECK(load_keys(folder.path())->public_key == record.keys.front().public_key);
  CHECK(load_or_create_keys(folder.path())->secret_key == record.keys.front().secret_key);
  CHECK(os::read_file(folder.path() / "keys" / "agent.public", 100).value() == record.keys.front().public_key + "\n");
  CHECK(os::read_file(folder.path() / "keys" / "agent.secret", 100).value() == record.keys.front().secret_key + "\n");
}

TEST_CASE("agent keys: a crash between the record and the two files does no harm", "[agent][app]") {
  TemporaryFolder folder;
  const auto first = load_or_create_keys(folder.path());
  REQUIRE(first);
  KeyRecord record({first->public_key, first->secret_key});
  record.keys.insert(record.keys.begin(), fresh_pair());
  const auto file = [&](const char* name) { return folder.path() / "keys" / name; };
  REQUIRE(os::write_file_durably(file("ring.json"), key_record_json(record), true));
  CHECK(load_keys(folder.path())->public_key == record.keys.front().public_key);
  REQUIRE(os::write_file_durably(file("agent.public"), record.keys.front().public_key + "\n", false));
  CHECK(load_keys(folder.path())->public_key == record.keys.front().public_key);
  REQUIRE(save_key_record(folder.path(), record));
  CHECK(os::read_file(file("agent.secret"), 100).value() == record.keys.front().secret_key + "\n");
}

TEST_CASE("agent keys: a record that is damaged, or whose keys do not belong together, is not started with", "[agent][app]") {
  TemporaryFolder folder;
  const auto first = load_or_create_keys(folder.path());
  REQUIRE(first);
  const auto write = [&](const std::string& text) { REQUIRE(os::write_file_durably(folder.path() / "keys" / "ring.json", text, true)); };
  write("{");
  CHECK(load_key_record(folder.path()).error().code == ErrorCode::kCorrupt);
  CHECK_FALSE(load_or_create_keys(folder.path()));  // and no new identity is made in its place
  write(key_record_json(KeyRecord({first->public_key, fresh_pair().secret_key})));
  CHECK(load_key_record(folder.path()).error().detail.find("does not belong") != std::string::npos);
  KeyRecord record({first->public_key, first->secret_key});
  record.next = KeyRecord::Next{{first->public_key, fresh_pair().secret_key}, false, {}};
  write(key_record_json(record));
  CHECK(load_keys(folder.path()).error().code == ErrorCode::kCorrupt);
}

}  // namespace tillsync::agent
