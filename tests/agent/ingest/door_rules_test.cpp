#include <catch2/catch.hpp>

#include "agent/ingest/door_rules.h"

namespace tillsync::agent {
namespace {

std::uint16_t status(const DoorRules& rules, const DoorHeaders& headers) {
  const auto problem = check_caller(rules, headers);
  return problem ? problem->status : 0;
}
DoorHeaders from(std::string_view host, std::optional<std::string_view> authorization = std::nullopt) {
  return {host, std::nullopt, authorization, std::nullopt};
}

}  // namespace

TEST_CASE("door rules: a web page and a foreign name are turned away", "[agent][ingest]") {
  const DoorRules rules{{}, {"10.0.0.5:7070", "Till-Box.local"}};
  CHECK(status(rules, from("127.0.0.1:7070")) == 0);
  CHECK(status(rules, from("localhost")) == 0);
  CHECK(status(rules, from("LOCALHOST:1")) == 0);
  CHECK(status(rules, from("[::1]:7070")) == 0);
  CHECK(status(rules, from("10.0.0.5:7070")) == 0);
  CHECK(status(rules, from("till-box.LOCAL")) == 0);
  CHECK(status(rules, from("evil.example")) == 421);
  CHECK(status(rules, from("127.0.0.1.evil.example")) == 421);
  CHECK(status(rules, from("")) == 421);
  CHECK(status(rules, {}) == 421);
  DoorHeaders page = from("127.0.0.1");
  page.origin = "http://evil.example";
  CHECK(status(rules, page) == 403);
  page.origin = "null";
  CHECK(status(rules, page) == 403);
}

TEST_CASE("door rules: once one token is set each caller needs one", "[agent][ingest]") {
  DoorRules rules;
  rules.tokens = {*parse_till_token(format_till_token("GB-1", "secret-1")), *parse_till_token(format_till_token("GB-2", "secret-2"))};
  CHECK(status(rules, from("localhost", "Bearer secret-1")) == 0);
  CHECK(status(rules, from("localhost", "bearer secret-2")) == 0);
  CHECK(status(rules, from("localhost")) == 401);
  CHECK(status(rules, from("localhost", "Bearer ")) == 401);
  CHECK(status(rules, from("localhost", "Bearer secret-3")) == 401);
  CHECK(status(rules, from("localhost", "Basic secret-1")) == 401);
  CHECK(status(rules, from("localhost", "Bearer " + rules.tokens[0].sha256_hex)) == 401);
}

TEST_CASE("door rules: tokens of the file count as those of the configuration, and the last one's end opens nothing", "[agent][ingest]") {
  DoorRules rules;
  const std::vector<TillToken> more = {*parse_till_token(format_till_token("GB-3", "secret-3"))};
  CHECK_FALSE(check_caller(rules, from("localhost", "Bearer secret-3"), more));
  CHECK(check_caller(rules, from("localhost"), more)->status == 401);
  CHECK(check_caller(rules, from("localhost", "Bearer secret-4"), more)->status == 401);
  CHECK_FALSE(check_caller(rules, from("localhost"), {}));
  rules.needs_token = true;
  CHECK(check_caller(rules, from("localhost"), {})->status == 401);
  CHECK(check_caller(rules, from("localhost", "Bearer secret-3"), {})->status == 401);
}

TEST_CASE("door rules: a token in the configuration is a till and a SHA-256", "[agent][ingest]") {
  const std::string hash(64, 'a');
  CHECK(parse_till_token("GB:1:" + hash)->till == "GB:1");
  CHECK(parse_till_token("GB-1:" + std::string(64, 'A'))->sha256_hex == hash);
  CHECK_FALSE(parse_till_token(hash));
  CHECK_FALSE(parse_till_token(":" + hash));
  CHECK_FALSE(parse_till_token("GB-1:" + hash + "a"));
  CHECK_FALSE(parse_till_token("GB-1:" + std::string(64, 'g')));
  CHECK(format_till_token("GB-1", "x").find("x") == std::string::npos);
}

TEST_CASE("door rules: only the two types are taken", "[agent][ingest]") {
  const auto type = [](std::optional<std::string_view> text) { return check_content_type({std::nullopt, std::nullopt, std::nullopt, text}); };
  CHECK(*type("application/json") == Syntax::kJson);
  CHECK(*type("Application/JSON; charset=utf-8") == Syntax::kJson);
  CHECK(*type("application/msgpack") == Syntax::kMessagePack);
  for (const auto text : {"text/plain", "application/jsonx", "", "application/x-www-form-urlencoded"}) {
    REQUIRE_FALSE(type(text));
    CHECK(type(text).error().status == 415);
  }
  CHECK(type(std::nullopt).error().status == 415);
}

TEST_CASE("door rules: a door beyond loopback needs tokens and TLS", "[agent][ingest]") {
  CHECK(check_listen(true, false, false));
  CHECK(check_listen(false, true, true));
  CHECK(check_listen(false, false, true).error().code == ErrorCode::kDenied);
  CHECK(check_listen(false, true, false).error().code == ErrorCode::kDenied);
}

}  // namespace tillsync::agent
