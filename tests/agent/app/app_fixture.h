// An enrolled data folder without a hub, and what a command prints.
#pragma once

#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "agent/app/agent_config.h"
#include "agent/app/agent_keys.h"
#include "common/transport/curve.h"
#include "tests/agent/data_folder.h"

namespace tillsync::agent {

struct AppFixture {
  TemporaryFolder folder;
  config::Config config = *config::parse("", agent_config_keys(), kAgentEnvironmentPrefix, [](const std::string&) { return std::nullopt; });

  AppFixture() {
    config.set("location", std::string("GB"));
    config.set("agent_id", std::string("a_1"));
    config.set("data.dir", folder.path().string());
    config.set("hub.endpoints", std::vector<std::string>{"tcp://127.0.0.1:9"});  // nobody is there
    config.set("hub.public_key", transport::generate_key_pair().public_key);
    config.set("pos.http", std::string("127.0.0.1:0"));
  }
  void enrol() { REQUIRE(load_or_create_keys(folder.path())); }
};

/// What `command` writes to standard output.
template <class Command>
std::string printed(Command command) {
  std::ostringstream out;
  auto* before = std::cout.rdbuf(out.rdbuf());
  command();
  std::cout.rdbuf(before);
  return out.str();
}

}  // namespace tillsync::agent
