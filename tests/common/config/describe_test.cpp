#include <catch2/catch.hpp>

#include "common/config/config.h"

using namespace tillsync;
using namespace tillsync::config;
using List = std::vector<std::string>;

namespace {

const std::vector<Key> kDescribedKeys = {
    {"listen.http", "127.0.0.1:7080", "address:port", "Where API and console listen"},
    {"listen.threads", std::int64_t{2}, "threads", "Threads of the HTTP server"},
    {"location", "", "location id", "Where this agent stands"},
    {"hub.endpoints", List{"tcp://a:1", "tcp://b:2"}, "endpoints", "Hubs, tried in order"},
    {"hub.name", "say \"hi\" \\ \n", "", "For people"},
    {"pos.require_token", false, "", "Refuse tills without a token"},
};

/// Every line that is a commented setting, put in force.
std::string uncommented(std::string text) {
  for (std::size_t at = 0; (at = text.find("# ", at)) != std::string::npos;) {
    const std::string_view line = std::string_view(text).substr(at, text.find('\n', at) - at);
    if (line.find(" = ") != std::string_view::npos) text.erase(at, 2);
    else ++at;
  }
  return text;
}

Result<Config> read_described(std::string_view toml) {
  return parse(toml, kDescribedKeys, "X", [](const std::string&) -> std::optional<std::string> { return std::nullopt; });
}

}  // namespace

TEST_CASE("describe: every key stands with meaning, unit and default, commented out", "[config]") {
  const std::string text = describe(kDescribedKeys, "X");
  CHECK(text.starts_with("# Where this agent stands (location id) [X_LOCATION]\n# location = \"\"\n"));
  CHECK(text.find("[listen]\n# Where API and console listen (address:port) [X_LISTEN_HTTP]\n# http = \"127.0.0.1:7080\"\n") != std::string::npos);
  CHECK(text.find("# Refuse tills without a token [X_POS_REQUIRE_TOKEN]\n# require_token = false\n") != std::string::npos);
  CHECK(read_described(text));
}

TEST_CASE("describe: its lines put in force give the defaults back", "[config]") {
  const auto config = read_described(uncommented(describe(kDescribedKeys, "X")));
  REQUIRE(config);
  CHECK(config->text("hub.name") == "say \"hi\" \\ \n");
  CHECK(config->list("hub.endpoints") == List{"tcp://a:1", "tcp://b:2"});
  CHECK(config->integer("listen.threads") == 2);
}

TEST_CASE("describe: given values are in force, the others stay comments", "[config]") {
  const std::string text = describe(kDescribedKeys, "X", {{"location", "GB"}, {"hub.endpoints", List{"tcp://hub:7001"}}});
  const auto config = read_described(text);
  REQUIRE(config);
  CHECK(config->text("location") == "GB");
  CHECK(config->list("hub.endpoints") == List{"tcp://hub:7001"});
  CHECK(text.find("\n# threads = 2\n") != std::string::npos);
}

TEST_CASE("environment name: upper case, dots and hyphens become underscores", "[config]") {
  CHECK(environment_name("TILLSYNC_HUB", "listen.http") == "TILLSYNC_HUB_LISTEN_HTTP");
  CHECK(environment_name("TILLSYNC_AGENT", "pos.http-2.x_y") == "TILLSYNC_AGENT_POS_HTTP_2_X_Y");
}
