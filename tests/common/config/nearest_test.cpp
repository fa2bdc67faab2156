#include <catch2/catch.hpp>

#include "common/config/config.h"

using namespace tillsync::config;

TEST_CASE("nearest: the key with the fewest changed characters", "[config]") {
  const std::vector<Key> keys = {{"listen.http", "", "", ""}, {"listen.sync", "", "", ""}, {"data.url", "", "", ""}};
  CHECK(nearest("listen.htp", keys) == "listen.http");
  CHECK(nearest("lisen.snyc", keys) == "listen.sync");
  CHECK(nearest("url", keys) == "data.url");
  CHECK(nearest("data.url", keys) == "data.url");
  CHECK(nearest("", keys) == "data.url");
  CHECK(nearest("x", {}).empty());
}

TEST_CASE("nearest: of two as near the first declared", "[config]") {
  CHECK(nearest("ac", {{"ab", "", "", ""}, {"ad", "", "", ""}}) == "ab");
}
