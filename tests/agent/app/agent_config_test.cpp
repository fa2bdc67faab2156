#include "agent/app/agent_config.h"

#include <catch2/catch.hpp>

namespace tillsync::agent {
namespace {

config::Config parse(const std::string& toml, std::map<std::string, std::string> environment = {}) {
  const auto config = config::parse(toml, agent_config_keys(), kAgentEnvironmentPrefix, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
  REQUIRE(config);
  return *config;
}

}  // namespace

TEST_CASE("agent.toml: doors follow the data folder until they are set", "[agent][app]") {
  const auto config = parse("[data]\ndir = \"/x\"\n");
  CHECK(data_folder(config) == "/x");
  CHECK(zmq_endpoint(config) == "ipc:///x/pos.sock");
  CHECK(spool_folder(config) == "/x/spool");
  const auto set = parse("[pos]\nzmq = \"ipc:///run/tillsync/pos.sock\"\nspool = \"/var/spool/tillsync\"\n");
  CHECK(zmq_endpoint(set) == "ipc:///run/tillsync/pos.sock");
  CHECK(spool_folder(set) == "/var/spool/tillsync");
  const auto none = parse("[pos]\nzmq = \"\"\nspool = \"\"\n");
  CHECK(zmq_endpoint(none).empty());
  CHECK(spool_folder(none).empty());
}

TEST_CASE("agent.toml: a folder that is too deep for a socket has no ZeroMQ door by itself", "[agent][app]") {
  const std::string socket = "/pos.sock";
  CHECK_FALSE(zmq_endpoint(parse("[data]\ndir = \"/" + std::string(106 - socket.size(), 'x') + "\"\n")).empty());
  CHECK(zmq_endpoint(parse("[data]\ndir = \"/" + std::string(107 - socket.size(), 'x') + "\"\n")).empty());
}

TEST_CASE("agent.toml: the cap of the database is held to its range", "[agent][app]") {
  const auto cap = [](const std::string& megabytes) { return database_bytes_max(parse("[data]\nmax_megabytes = " + megabytes + "\n")); };
  CHECK(*database_bytes_max(parse("")) == 2'000'000'000);
  CHECK(*cap("10") == 10'000'000);
  CHECK(*cap("1000000") == 1'000'000'000'000);
  for (const char* wrong : {"9", "1000001", "-1"}) {
    REQUIRE_FALSE(cap(wrong));
    CHECK(cap(wrong).error().detail.find("from 10 to 1000000") != std::string::npos);
  }
}

TEST_CASE("agent.toml: the environment goes before the file, an unknown key is an error", "[agent][app]") {
  CHECK(parse("[pos]\nhttp = \"127.0.0.1:1\"\n", {{"TILLSYNC_AGENT_POS_HTTP", "127.0.0.1:2"}}).text("pos.http") == "127.0.0.1:2");
  CHECK_FALSE(config::parse("[pos]\nhtp = \"x\"\n", agent_config_keys(), kAgentEnvironmentPrefix, [](const std::string&) { return std::nullopt; }));
}

}  // namespace tillsync::agent
