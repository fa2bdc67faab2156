#include "common/config/remote_settings.h"

#include <catch2/catch.hpp>

using namespace tillsync;
using namespace tillsync::config;

TEST_CASE("remote settings: read and written, in the order of the keys", "[config]") {
  const auto settings = parse_remote_settings(R"({"log.level":"debug","data.max_megabytes":500})");
  REQUIRE(settings);
  CHECK(std::get<std::string>(settings->at("log.level")) == "debug");
  CHECK(std::get<std::int64_t>(settings->at("data.max_megabytes")) == 500);
  CHECK(remote_settings_json(*settings) == R"({"data.max_megabytes":500,"log.level":"debug"})");
  CHECK(remote_settings_json(*parse_remote_settings("{}")) == "{}");
}

TEST_CASE("remote settings: bounds, types and words are held; at the bound it is taken", "[config]") {
  for (const auto& [text, ok] : {std::pair{R"({"data.max_megabytes":10})", true}, {R"({"data.max_megabytes":9})", false}, {R"({"data.max_megabytes":1000000})", true},
                                 {R"({"data.max_megabytes":1000001})", false}, {R"({"data.max_megabytes":10.5})", false}, {R"({"data.max_megabytes":"10"})", false},
                                 {R"({"data.max_megabytes":18446744073709551615})", false}, {R"({"log.level":"error"})", true}, {R"({"log.level":"ERROR"})", false},
                                 {R"({"log.level":1})", false}, {R"({"log.level":null})", false}, {"[]", false}, {"{", false}, {"", false}}) {
    INFO(text);
    CHECK(parse_remote_settings(text).has_value() == ok);
  }
  CHECK_FALSE(parse_remote_settings("{" + std::string(kRemoteSettingsBytesMax - 1, ' ') + "}"));
  CHECK(parse_remote_settings("{" + std::string(kRemoteSettingsBytesMax - 2, ' ') + "}"));
}

TEST_CASE("remote settings: no key by which an agent could be lost", "[config]") {
  for (const char* path : {"hub.endpoints", "hub.public_key", "location", "agent_id", "data.dir", "pos.http", "pos.tokens", "pos.certificate", "pos.key", "service.restarts", "log.file"}) {
    const auto refused = parse_remote_settings("{\"" + std::string(path) + "\":\"x\"}");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail.find(path) == 0);
    CHECK(refused.error().hint.find("log.level") != std::string::npos);
  }
}

TEST_CASE("configuration items: there and back, and what is none", "[config]") {
  const auto item = parse_config_item(config_item_json({7, 3, R"({"log.level":"debug"})"}));
  REQUIRE(item);
  CHECK(item->item == 7);
  CHECK(item->revision == 3);
  CHECK(item->settings == R"({"log.level":"debug"})");
  for (const char* text : {"", "{}", "[]", R"({"item":1,"revision":2})", R"({"item":"1","revision":2,"settings":{}})", R"({"item":1,"revision":2,"settings":[]})",
                           R"({"item":-1,"revision":2,"settings":{}})"})
    CHECK_FALSE(parse_config_item(text));
}
