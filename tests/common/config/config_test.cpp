#include "common/config/config.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <unistd.h>

using namespace tillsync;
using namespace tillsync::config;
using List = std::vector<std::string>;

namespace {

const std::vector<Key> kKeys = {
    {"location", "", "location id", "Where this agent stands"},
    {"listen.http", "127.0.0.1:7080", "address:port", "Where API and console listen"},
    {"listen.threads", std::int64_t{2}, "threads", "Threads of the HTTP server"},
    {"hub.endpoints", List{"tcp://127.0.0.1:7001"}, "endpoints", "Hubs, tried in order"},
    {"pos.require_token", false, "", "Refuse tills without a token"},
};

std::optional<std::string> no_environment(const std::string&) { return std::nullopt; }

Result<Config> read(std::string_view toml) { return parse(toml, kKeys, "TILLSYNC_HUB", no_environment); }

Result<Config> read_with(const std::string& name, const std::string& value, std::string_view toml = "") {
  return parse(toml, kKeys, "TILLSYNC_HUB", [&](const std::string& asked) {
    return asked == name ? std::optional<std::string>(value) : std::nullopt;
  });
}

}  // namespace

TEST_CASE("config: an empty file gives every default", "[config]") {
  const auto config = read("");
  REQUIRE(config);
  CHECK(config->text("location").empty());
  CHECK(config->text("listen.http") == "127.0.0.1:7080");
  CHECK(config->integer("listen.threads") == 2);
  CHECK_FALSE(config->boolean("pos.require_token"));
  CHECK(config->list("hub.endpoints") == List{"tcp://127.0.0.1:7001"});
}

TEST_CASE("config: the file overrides defaults", "[config]") {
  const auto config = read(R"(
location = "0012"
[listen]
http = "0.0.0.0:80"   # a comment
threads = 4
[hub]
endpoints = ["tcp://a:1", "tcp://b:2"]
[pos]
require_token = true
)");
  REQUIRE(config);
  CHECK(config->text("location") == "0012");
  CHECK(config->text("listen.http") == "0.0.0.0:80");
  CHECK(config->integer("listen.threads") == 4);
  CHECK(config->boolean("pos.require_token"));
  CHECK(config->list("hub.endpoints") == List{"tcp://a:1", "tcp://b:2"});
}

TEST_CASE("config: an unknown key is told with its line and the nearest known one", "[config]") {
  for (const auto& [toml, line, key, near] :
       {std::tuple{"[listen]\nhtp = \"x\"", "line 2", "'listen.htp'", "'listen.http'"}, std::tuple{"locaton = \"x\"", "line 1", "'locaton'", "'location'"},
        std::tuple{"\n[lisen]\nhttp = \"x\"", "line 3", "'lisen.http'", "'listen.http'"},
        std::tuple{"\n\n[pso]", "line 3", "'pso'", "'pos.require_token'"},
        std::tuple{"[listen.http2]\nx = 1", "line 2", "'listen.http2.x'", "'listen.http'"}}) {
    const auto config = read(toml);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::kInvalid);
    CHECK(config.error().detail.find(line) != std::string::npos);
    CHECK(config.error().detail.find(key) != std::string::npos);
    if (std::string_view(toml).find("pso") == std::string_view::npos) CHECK(config.error().hint.find(near) != std::string::npos);
  }
}

TEST_CASE("config: a wrong type is told with the wanted one", "[config]") {
  for (const auto& [toml, wanted] :
       {std::pair{"[listen]\nthreads = \"2\"", "a whole number (threads)"}, std::pair{"[listen]\nthreads = 2.0", "a whole number"},
        std::pair{"location = 12", "a text in quotes"}, std::pair{"[pos]\nrequire_token = 1", "true or false"},
        std::pair{"[hub]\nendpoints = \"tcp://a:1\"", "a list of texts"}, std::pair{"[hub]\nendpoints = [1]", "a list of texts"},
        std::pair{"listen = 1", "must be a table"}, std::pair{"[location]\nx = 1", "a text in quotes"}}) {
    const auto config = read(toml);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::kInvalid);
    CHECK(config.error().detail.find("line ") == 0);
    CHECK(config.error().detail.find(wanted) != std::string::npos);
  }
}

TEST_CASE("config: broken TOML is told with its line", "[config]") {
  for (const char* toml : {"\nlocation = ", "\nlocation = \"a\" \"b\"", "location = \"a\"\nlocation = \"b\"", "\n[listen"}) {
    const auto config = read(toml);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == ErrorCode::kInvalid);
    INFO(config.error().detail);
    CHECK(config.error().detail.starts_with("line 2: "));
  }
  CHECK(read("\xff\xfe = 1").error().code == ErrorCode::kInvalid);
}

TEST_CASE("config: the environment overrides the file, in every type", "[config]") {
  CHECK(read_with("TILLSYNC_HUB_LISTEN_HTTP", "[::1]:1", "[listen]\nhttp = \"0.0.0.0:80\"")->text("listen.http") == "[::1]:1");
  CHECK(read_with("TILLSYNC_HUB_LISTEN_THREADS", "-8")->integer("listen.threads") == -8);
  CHECK(read_with("TILLSYNC_HUB_POS_REQUIRE_TOKEN", "true")->boolean("pos.require_token"));
  CHECK(read_with("TILLSYNC_HUB_POS_REQUIRE_TOKEN", "1")->boolean("pos.require_token"));
  CHECK_FALSE(read_with("TILLSYNC_HUB_POS_REQUIRE_TOKEN", "0", "[pos]\nrequire_token = true")->boolean("pos.require_token"));
  CHECK(read_with("TILLSYNC_HUB_HUB_ENDPOINTS", "tcp://a:1, tcp://b:2")->list("hub.endpoints") == List{"tcp://a:1", "tcp://b:2"});
  CHECK(read_with("TILLSYNC_HUB_HUB_ENDPOINTS", " ")->list("hub.endpoints").empty());
  CHECK(read_with("TILLSYNC_HUB_LOCATION", "", "location = \"GB\"")->text("location").empty());
}

TEST_CASE("config: an environment value of another type is told by its name", "[config]") {
  for (const auto& [name, value] : {std::pair{"TILLSYNC_HUB_LISTEN_THREADS", "two"}, std::pair{"TILLSYNC_HUB_LISTEN_THREADS", ""},
                                    std::pair{"TILLSYNC_HUB_LISTEN_THREADS", "99999999999999999999"},
                                    std::pair{"TILLSYNC_HUB_POS_REQUIRE_TOKEN", "maybe"}}) {
    const auto config = read_with(name, value);
    REQUIRE_FALSE(config);
    CHECK(config.error().detail.find(name) != std::string::npos);
  }
}

TEST_CASE("config: set changes a value for this run", "[config]") {
  auto config = read("");
  REQUIRE(config);
  config->set("listen.threads", std::int64_t{9});
  CHECK(config->integer("listen.threads") == 9);
}

TEST_CASE("config: load reads a file, and names it when something is wrong", "[config]") {
  const auto path = std::filesystem::temp_directory_path() / ("tillsync-config-" + std::to_string(::getpid()) + ".toml");
  std::ofstream(path) << "location = \"GB\"\n";
  const auto config = load(path, kKeys, "TILLSYNC_TEST_CONFIG");
  REQUIRE(config);
  CHECK(config->text("location") == "GB");
  std::ofstream(path) << "locaton = \"GB\"\n";
  const auto broken = load(path, kKeys, "TILLSYNC_TEST_CONFIG");
  REQUIRE_FALSE(broken);
  CHECK(to_string(broken.error()).find(path.string()) != std::string::npos);
  std::filesystem::remove(path);
  const auto missing = load(path, kKeys, "TILLSYNC_TEST_CONFIG");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::kNotFound);
}

TEST_CASE("config: an open table takes texts of any name, and nothing else", "[config]") {
  const std::vector<Key> keys = {{"erp.url", "", "URL", "Where"}, {"erp.settings.*", "", "texts", "What the connector needs"}};
  const auto config = parse("[erp]\nurl = \"u\"\n[erp.settings]\npassword = \"p\"\ncompany = \"1\"\n", keys, "TILLSYNC_HUB", no_environment);
  REQUIRE(config);
  CHECK(config->table("erp.settings") == std::map<std::string, std::string>{{"company", "1"}, {"password", "p"}});
  CHECK(config->text("erp.url") == "u");
  CHECK(parse("", keys, "TILLSYNC_HUB", no_environment)->table("erp.settings").empty());
  const auto number = parse("[erp.settings]\ncompany = 1\n", keys, "TILLSYNC_HUB", no_environment);
  REQUIRE_FALSE(number);
  CHECK(number.error().detail.find("line 2: 'erp.settings.company' must be a text in quotes") != std::string::npos);
  CHECK_FALSE(parse("[erp.settings.deeper]\nx = \"1\"\n", keys, "TILLSYNC_HUB", no_environment));
  CHECK_FALSE(parse("[erp]\nsettings = 1\n", keys, "TILLSYNC_HUB", no_environment));
  CHECK(describe(keys, "TILLSYNC_HUB").find("[erp.settings]\n# What the connector needs (texts) [TILLSYNC_HUB_ERP_SETTINGS_NAME]\n# name = \"\"\n") != std::string::npos);
}
