#include "agent/app/agent_config.h"

#include <catch2/catch.hpp>
#include <cstdlib>

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

TEST_CASE("agent.toml: every key that the hub may set is one, with the same type and default", "[agent][app]") {
  for (const config::RemoteKey& remote : config::remote_keys()) {
    INFO(remote.path);
    const auto key = std::ranges::find(agent_config_keys(), remote.path, &config::Key::path);
    REQUIRE(key != agent_config_keys().end());
    CHECK(key->fallback == remote.fallback);
  }
  // The bounds are those of the agent.
  CHECK(database_bytes_max(with_remote(parse(""), *config::parse_remote_settings(R"({"data.max_megabytes":10})"), {})));
  CHECK(database_bytes_max(with_remote(parse(""), *config::parse_remote_settings(R"({"data.max_megabytes":1000000})"), {})));
}

TEST_CASE("agent.toml: what the hub sets stands over the file, the environment over both", "[agent][app]") {
  const auto settings = *config::parse_remote_settings(R"({"log.level":"debug","data.max_megabytes":77})");
  const auto base = parse("[log]\nlevel = \"error\"\n");
  CHECK(with_remote(base, settings, {}).text("log.level") == "debug");
  CHECK(with_remote(base, settings, {"log.level"}).text("log.level") == "error");
  CHECK(with_remote(base, settings, {"log.level"}).integer("data.max_megabytes") == 77);
  CHECK(with_remote(base, {}, {}).text("log.level") == "error");
  REQUIRE(::setenv("TILLSYNC_AGENT_LOG_LEVEL", "info", 1) == 0);
  CHECK(keys_of_environment() == std::set<std::string>{"log.level"});
  ::unsetenv("TILLSYNC_AGENT_LOG_LEVEL");
  CHECK(keys_of_environment().empty());
}

}  // namespace tillsync::agent
