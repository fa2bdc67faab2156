#include "hub/api/etag.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync::hub;

TEST_CASE("etag: a revision and a content have one each", "[api]") {
  CHECK(etag_of(std::int64_t{3}) == "\"r3\"");
  CHECK(etag_of("a") == etag_of("a"));
  CHECK(etag_of("a") != etag_of("b"));
  CHECK(etag_of("a").starts_with('"'));
  CHECK(etag_of("a").ends_with('"'));
}

TEST_CASE("etag: If-Match names one of a list, or any; weak ones never match", "[api]") {
  CHECK(if_match("\"r3\"", "\"r3\""));
  CHECK(if_match("\"r1\", \"r3\"", "\"r3\""));
  CHECK(if_match("*", "\"r3\""));
  for (const char* header : {"", "r3", "\"r33\"", "W/\"r3\"", ",", "\"r1\",\"r2\""}) CHECK_FALSE(if_match(header, "\"r3\""));
}

TEST_CASE("etag: a change without it is 428, on another version 412 with the one that holds", "[api]") {
  CHECK(!refuse_unless_matched("\"r3\"", "\"r3\"", "{}"));
  CHECK(refuse_unless_matched(std::nullopt, "\"r3\"", "{}")->status == 428);
  const auto refusal = refuse_unless_matched("\"r2\"", "\"r3\"", R"({"name":"ana"})");
  REQUIRE(refusal);
  CHECK(refusal->status == 412);
  CHECK(nlohmann::json::parse(refusal->body).at("current").at("name") == "ana");
  CHECK(refusal->headers.at(0) == std::pair<std::string, std::string>{"ETag", "\"r3\""});
}
