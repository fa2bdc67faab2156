#include "agent/control/remote_config.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::agent;

namespace {

const LocalFacts kRoomy{{}, 1'000'000'000'000};

config::ConfigItem config_item(std::int64_t item, const std::string& settings, std::int64_t revision = 3) { return {item, revision, settings}; }

}  // namespace

TEST_CASE("remote configuration: taken whole, or the last good one stays", "[control]") {
  const RemoteConfig taken = decide_config({}, config_item(5, R"({"log.level":"debug"})"), kRoomy);
  CHECK(taken.revision == 3);
  CHECK(taken.item == 5);
  CHECK(taken.error.empty());
  const RemoteConfig refused = decide_config(taken, config_item(6, R"({"log.level":"error","data.max_megabytes":1})", 4), kRoomy);
  CHECK(refused.revision == 3);
  CHECK(refused.settings == taken.settings);
  CHECK(refused.item == 6);
  CHECK(refused.error.find("data.max_megabytes") == 0);
  const RemoteConfig mended = decide_config(refused, config_item(7, "{}", 0), kRoomy);
  CHECK(mended.revision == 0);
  CHECK(mended.settings.empty());
  CHECK(mended.error.empty());
}

TEST_CASE("remote configuration: an item that is not newer changes nothing", "[control]") {
  const RemoteConfig taken = decide_config({}, config_item(5, R"({"log.level":"debug"})"), kRoomy);
  CHECK(decide_config(taken, config_item(5, "{}", 9), kRoomy) == taken);
  CHECK(decide_config(taken, config_item(4, "{}", 9), kRoomy) == taken);
}

TEST_CASE("remote configuration: what this machine says against it", "[control]") {
  CHECK(decide_config({}, config_item(5, R"({"log.level":"debug"})"), {{"log.level"}, 0}).error == "log.level is fixed on this machine by an environment variable");
  const std::string hundred = R"({"data.max_megabytes":100})";
  CHECK(decide_config({}, config_item(5, hundred), {{}, 100'000'000}).error.empty());
  CHECK(decide_config({}, config_item(5, hundred), {{}, 99'999'999}).error == "data.max_megabytes is 100, the disk has 99 megabytes in all");
  CHECK(decide_config({}, config_item(5, hundred), {{}, 0}).error.empty());  // not known
}

TEST_CASE("remote configuration: kept as text, and nothing else is taken for one", "[control]") {
  RemoteConfig config = decide_config({}, config_item(5, R"({"data.max_megabytes":100,"log.level":"debug"})"), kRoomy);
  config.error = "a later one was refused";
  CHECK(*parse_remote_config(remote_config_json(config)) == config);
  CHECK(*parse_remote_config(remote_config_json({})) == RemoteConfig{});
  for (const char* text : {"", "{}", "[]", R"({"revision":1,"item":1,"settings":{},"error":1})", R"({"revision":1,"item":1,"settings":{"hub.endpoints":"x"},"error":""})",
                           R"({"revision":"1","item":1,"settings":{},"error":""})"})
    CHECK_FALSE(parse_remote_config(text));
}
