#include "hub/api/if_match.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync::hub;

TEST_CASE("if-match: a change without it is 428, on another version 412 with the one that holds", "[api]") {
  CHECK(revision_etag(3) == "\"r3\"");
  CHECK(!refuse_unless_matched("\"r3\"", "\"r3\"", "{}"));
  CHECK(!refuse_unless_matched("*", "\"r3\"", "{}"));
  CHECK(refuse_unless_matched(std::nullopt, "\"r3\"", "{}")->status == 428);
  const auto refusal = refuse_unless_matched("\"r2\"", "\"r3\"", R"({"name":"ana"})");
  REQUIRE(refusal);
  CHECK(refusal->status == 412);
  CHECK(nlohmann::json::parse(refusal->body).at("current").at("name") == "ana");
  CHECK(refusal->headers.at(0) == std::pair<std::string, std::string>{"ETag", "\"r3\""});
}
