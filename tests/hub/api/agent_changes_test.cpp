#include "hub/api/agent_changes.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

const Instant kLook{1'000'000'000'000};

AgentRecord record_of(const std::string& id) {
  AgentRecord record;
  record.agent_id = AgentId(id);
  return record;
}
AgentStatus status_at(Instant seen, std::int64_t backlog = 0) {
  AgentStatus status;
  status.last_seen = seen;
  status.backlog = backlog;
  return status;
}
/// One look at `count` agents; ids of the rows that are told.
std::vector<std::string> told(AgentChanges& changes, std::size_t count, const AgentStatus& status, Instant now, bool is_first = false) {
  changes.begin();
  for (std::size_t i = 0; i < count; ++i) changes.look(record_of("a_" + std::to_string(i)), status, {}, now);
  const auto content = changes.end(is_first);
  std::vector<std::string> ids;
  if (!content) return ids;
  const auto body = nlohmann::json::parse(*content);
  for (const auto& row : body.at("items")) ids.push_back(row.at("id"));
  return ids;
}

}  // namespace

TEST_CASE("agent changes: the first look tells nothing, then only what has changed", "[live]") {
  AgentChanges changes;
  CHECK(told(changes, 2, status_at(kLook), kLook, true).empty());
  CHECK(told(changes, 2, status_at(kLook), kLook).empty());
  CHECK(told(changes, 2, status_at(kLook, 3), kLook).size() == 2);
  CHECK(told(changes, 3, status_at(kLook, 3), kLook) == std::vector<std::string>{"a_2"});
}

TEST_CASE("agent changes: a heartbeat alone is told in steps", "[live]") {
  AgentChanges changes;
  told(changes, 1, status_at(kLook), kLook, true);
  CHECK(told(changes, 1, status_at(kLook + kLastSeenStep - Duration{1}), kLook + seconds(5)).empty());
  CHECK(told(changes, 1, status_at(kLook + kLastSeenStep), kLook + seconds(5)).size() == 1);
}

TEST_CASE("agent changes: silence makes a row dark without a frame", "[live]") {
  AgentChanges changes;
  told(changes, 1, status_at(kLook), kLook, true);
  changes.begin();
  changes.look(record_of("a_0"), status_at(kLook), 90, kLook + kDarkAfter);
  const auto content = changes.end(false);
  REQUIRE(content);
  const auto row = nlohmann::json::parse(*content).at("items").at(0);
  CHECK(row.at("status") == "dark");
  CHECK(row.at("drain_s") == 90);
  CHECK(row.at("last_seen") == "1970-01-12T13:46:40Z");
}

TEST_CASE("agent changes: an agent that never spoke has no figures", "[live]") {
  AgentChanges changes;
  told(changes, 0, {}, kLook, true);
  changes.begin();
  changes.look(record_of("a_0"), AgentStatus{}, {}, kLook);
  const auto row = nlohmann::json::parse(changes.end(false).value()).at("items").at(0);
  CHECK(row.at("status") == "waiting");
  CHECK(row.at("backlog").is_null());
}

TEST_CASE("agent changes: more rows than one event holds come with the next ones", "[live]") {
  AgentChanges changes;
  const std::size_t count = kAgentRowsPerUpdateMax + 1;
  CHECK(told(changes, count, status_at(kLook), kLook, true).empty());
  CHECK(told(changes, count, status_at(kLook, 1), kLook).size() == kAgentRowsPerUpdateMax);
  CHECK(told(changes, count, status_at(kLook, 1), kLook).size() == 1);
  CHECK(told(changes, count, status_at(kLook, 1), kLook).empty());
}
