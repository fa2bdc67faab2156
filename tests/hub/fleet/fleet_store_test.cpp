#include "hub/fleet/fleet_store.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "common/sql/sqlite.h"
#include "hub/fleet/command_store.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kNow{1'700'000'000'000'000};

struct Fixture {
  std::unique_ptr<sql::Connection> connection;
  Fixture() {
    sql::SqliteOptions options;
    options.path = ":memory:";
    auto opened = sql::open_sqlite(options);
    REQUIRE(opened);
    connection = std::move(*opened);
    REQUIRE(FleetStore::migrate(*connection));
  }
  FleetStore store() { return FleetStore(*connection); }
  void add_token(const std::string& secret, std::int64_t uses_max = 1, const std::string& location = "GB") {
    REQUIRE(store().add_enrolment_token({.token_id = "id-" + secret,
                                         .location = LocationId(location),
                                         .uses_max = uses_max,
                                         .uses = 0,
                                         .created_at = kNow,
                                         .created_by = "admin",
                                         .expires_at = kNow + seconds(60)},
                                        secret));
  }
  AgentRecord enrol(const std::string& key, const std::string& token) {
    const auto decision = store().enrol({key, "pc", "0.1.0"}, token, kNow);
    REQUIRE(decision);
    REQUIRE(decision->is_granted());
    return decision->agent;
  }
};

}  // namespace

TEST_CASE("fleet store: a token is spent once per key", "[fleet]") {
  Fixture fixture;
  fixture.add_token("secret", 2);
  const AgentRecord first = fixture.enrol("k1", "secret");
  CHECK(fixture.enrol("k1", "secret").agent_id == first.agent_id);
  CHECK(fixture.store().enrolment_tokens("", 10)->at(0).uses == 1);
  fixture.enrol("k2", "secret");
  CHECK(fixture.store().enrol({"k3", "pc", "1"}, "secret", kNow)->status == EnrolmentStatus::kUsedUp);
  CHECK(fixture.store().enrol({"k3", "pc", "1"}, "Secret", kNow)->status == EnrolmentStatus::kUnknownToken);
  CHECK(fixture.store().agents("", 10)->size() == 2);
  CHECK(fixture.store().history(first.agent_id)->size() == 1);
}

TEST_CASE("fleet store: secrets are not in the tables", "[fleet]") {
  Fixture fixture;
  fixture.add_token("topsecret");
  std::string all;
  REQUIRE(fixture.connection->query("SELECT token_id || hex(hash) FROM enrolment_token", {},
                                    [&](const sql::Row& row) { all += row.text(0); }));
  CHECK(all.find("746F70736563726574") == std::string::npos);  // hex of "topsecret"
}

TEST_CASE("fleet store: revoking is for good, a conflict can be healed", "[fleet]") {
  Fixture fixture;
  fixture.add_token("one");
  fixture.add_token("two");
  const AgentId first = fixture.enrol("k1", "one").agent_id;
  const AgentId second = fixture.enrol("k2", "two").agent_id;
  CHECK(fixture.store().record_conflict(first, "boot x", kNow)->standing == Standing::kConflict);
  CHECK(fixture.store().heal_conflict(first, "admin", "checked", kNow)->standing == Standing::kActive);
  CHECK(fixture.store().heal_conflict(second, "admin", "", kNow)->standing == Standing::kActive);
  CHECK(fixture.store().revoke(first, "admin", "stolen", kNow)->standing == Standing::kRevoked);
  CHECK(fixture.store().revoke(first, "admin", "stolen", kNow)->standing == Standing::kRevoked);
  CHECK(fixture.store().record_conflict(first, "", kNow)->standing == Standing::kRevoked);
  CHECK(fixture.store().heal_conflict(first, "admin", "", kNow).error().code == ErrorCode::kConflict);
  CHECK(fixture.store().revoke(AgentId("a_none"), "admin", "", kNow).error().code == ErrorCode::kNotFound);
  std::vector<std::string> what;
  const auto history = fixture.store().history(first);
  for (const auto& entry : *history) what.push_back(entry.what);
  CHECK(what == std::vector<std::string>{"enrolled", "conflict", "healed", "revoked"});
}

TEST_CASE("fleet store: pages of agents go on behind the last one and filter by location", "[fleet]") {
  Fixture fixture;
  fixture.add_token("gb", 3);
  fixture.add_token("fr", 1, "FR");
  for (const char* key : {"k1", "k2", "k3"}) fixture.enrol(key, "gb");
  fixture.enrol("k4", "fr");
  const auto page = *fixture.store().agents("", 3);
  REQUIRE(page.size() == 3);
  CHECK(fixture.store().agents(page.back().agent.agent_id.value, 3)->size() == 1);
  CHECK(fixture.store().agents("", 10, "FR")->size() == 1);
}

TEST_CASE("fleet store: an offered key stands beside the old one until it is used; then the old one is replaced for ever, and the command is answered", "[fleet]") {
  Fixture fixture;
  fixture.add_token("secret", 5);
  const AgentRecord agent = fixture.enrol("k1", "secret");
  const std::string offered(40, 'n');
  AgentCommand command;
  command.command_id = "k_1";
  command.agent_id = agent.agent_id;
  command.name = kRotateKeysCommand;
  command.arguments = "{}";
  command.created_at = kNow;
  command.expires_at = kNow + kCommandLifetime;
  CommandStore commands(*fixture.connection);
  REQUIRE(commands.add(command));
  auto store = fixture.store();

  CHECK_FALSE(store.use_key(agent.agent_id, offered, kNow).value());  // not offered yet
  const auto taken = store.offer_key({agent.agent_id, "k_1", offered}, kNow);
  REQUIRE(taken);
  CHECK(taken->verdict == KeyOfferVerdict::kTaken);
  CHECK(taken->agent.next_key == offered);
  CHECK(taken->agent.public_key == "k1");
  CHECK(store.find(agent.agent_id).value()->agent.next_key == offered);
  CHECK(store.offer_key({agent.agent_id, "k_1", offered}, kNow)->verdict == KeyOfferVerdict::kSameAgain);
  CHECK(fixture.enrol(offered, "secret").agent_id == agent.agent_id);  // whose it is already
  CHECK_FALSE(store.use_key(agent.agent_id, "k1", kNow).value());      // the old one says nothing
  CHECK_FALSE(store.use_key(agent.agent_id, "", kNow).value());
  CHECK(commands.find("k_1").value()->is_open());
  CHECK(store.replaced_keys()->empty());

  const auto used = store.use_key(agent.agent_id, offered, kNow + seconds(5)).value();
  REQUIRE(used);
  CHECK(used->public_key == offered);
  CHECK(used->next_key.empty());
  CHECK(commands.find("k_1").value()->status == CommandStatus::kDone);
  CHECK(commands.find("k_1").value()->result == R"({"public_key":")" + offered + "\"}");
  REQUIRE(store.replaced_keys()->size() == 1);
  CHECK(store.replaced_keys()->front().public_key == "k1");
  CHECK_FALSE(store.use_key(agent.agent_id, offered, kNow).value());  // once
  const auto history = store.history(agent.agent_id).value();
  CHECK(std::ranges::count(history, "key_offered", &AgentHistoryEntry::what) == 1);
  CHECK(std::ranges::count(history, "key_replaced", &AgentHistoryEntry::what) == 1);

  // The replaced key is nobody's any more, and never again.
  CHECK(store.enrol({"k1", "pc", "1"}, "secret", kNow)->status == EnrolmentStatus::kRevoked);
  command.command_id = "k_2";
  REQUIRE(commands.add(command));
  CHECK(store.offer_key({agent.agent_id, "k_2", "k1"}, kNow)->verdict == KeyOfferVerdict::kKeyInUse);
  CHECK(store.offer_key({AgentId("a_nobody"), "k_2", offered}, kNow).error().code == ErrorCode::kNotFound);
}

TEST_CASE("fleet store: a key of another agent is not taken", "[fleet]") {
  Fixture fixture;
  fixture.add_token("secret", 5);
  const AgentRecord first = fixture.enrol(std::string(40, '1'), "secret"), second = fixture.enrol(std::string(40, '2'), "secret");
  AgentCommand command;
  command.command_id = "k_1";
  command.agent_id = first.agent_id;
  command.name = kRotateKeysCommand;
  command.arguments = "{}";
  command.created_at = kNow;
  command.expires_at = kNow + kCommandLifetime;
  REQUIRE(CommandStore(*fixture.connection).add(command));
  CHECK(fixture.store().offer_key({first.agent_id, "k_1", second.public_key}, kNow)->verdict == KeyOfferVerdict::kKeyInUse);
}
