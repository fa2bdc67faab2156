#include "hub/app/hub_config.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {
Result<config::Config> parse(std::string_view toml, std::map<std::string, std::string> environment = {}) {
  return config::parse(toml, hub_config_keys(), kHubEnvironmentPrefix, [environment](const std::string& name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
}
}  // namespace

TEST_CASE("hub config: the published addresses are the defaults", "[app]") {
  const auto config = parse("");
  REQUIRE(config);
  CHECK(config->text("listen.sync") == "tcp://0.0.0.0:7001");
  CHECK(config->text("listen.http") == "127.0.0.1:7080");
  CHECK(config->text("erp.connector") == "generic");
  CHECK(config->text("erp.url").empty());
}

TEST_CASE("hub config: the environment overrides by path, and an unknown key names the nearest", "[app]") {
  CHECK(parse("[erp]\nurl = \"http://a\"", {{"TILLSYNC_HUB_ERP_URL", "http://b"}})->text("erp.url") == "http://b");
  const auto wrong = parse("[erp]\nurll = \"http://a\"");
  REQUIRE(!wrong);
  CHECK(to_string(wrong.error()).find("erp.url") != std::string::npos);
}

TEST_CASE("hub config: every key says its unit and meaning", "[app]") {
  for (const auto& key : hub_config_keys()) {
    INFO(key.path);
    CHECK(!key.unit.empty());
    CHECK(!key.meaning.empty());
  }
}

TEST_CASE("hub config: what an agent is told to connect to", "[app]") {
  CHECK(reachable_endpoint("tcp://0.0.0.0:7001", "hub1") == "tcp://hub1:7001");
  CHECK(reachable_endpoint("tcp://[::]:7001", "hub1") == "tcp://hub1:7001");
  CHECK(reachable_endpoint("tcp://*:7001", "hub1") == "tcp://hub1:7001");
  CHECK(reachable_endpoint("tcp://127.0.0.1:7001", "hub1") == "tcp://127.0.0.1:7001");
  CHECK(reachable_endpoint("tcp://10.0.0.7:7001", "hub1") == "tcp://10.0.0.7:7001");
  CHECK(reachable_endpoint("ipc://socket", "hub1") == "ipc://socket");
}
