#include "hub/api/action_body.h"

#include <catch2/catch.hpp>

#include "hub/api/api_call.h"

using namespace tillsync;
using namespace tillsync::hub;

TEST_CASE("action body: nothing is an object without members, other JSON is refused", "[api]") {
  CHECK(ActionBody::parse(""));
  CHECK(ActionBody::parse("{}"));
  for (const char* text : {"[]", "1", "null", "{", "\"x\""}) CHECK_FALSE(ActionBody::parse(text));
}

TEST_CASE("action body: texts have a limit and a type, the first fault stays", "[api]") {
  auto body = *ActionBody::parse(R"({"reason":")" + std::string(kReasonBytesMax, 'x') + R"(","long":")" + std::string(kReasonBytesMax + 1, 'x') + R"(","n":1,"none":null})");
  CHECK(body.needed_text("reason").size() == kReasonBytesMax);
  CHECK(body.text("none").empty());
  CHECK(body.text("absent").empty());
  CHECK_FALSE(body.fault());
  body.text("long");
  REQUIRE(body.fault());
  CHECK(body.fault()->pointer == "/long");
  body.text("n");
  CHECK(body.fault()->pointer == "/long");
}

TEST_CASE("action body: flags and objects", "[api]") {
  auto body = *ActionBody::parse(R"({"yes":true,"no":false,"word":"true","object":{"a":1}})");
  CHECK(body.flag("yes"));
  CHECK_FALSE(body.flag("no"));
  CHECK_FALSE(body.flag("absent"));
  CHECK(body.needed_object("object"));
  CHECK_FALSE(body.fault());
  CHECK_FALSE(body.flag("word"));
  CHECK(body.fault()->pointer == "/word");
  auto other = *ActionBody::parse(R"({"object":1})");
  CHECK_FALSE(other.needed_object("object"));
  CHECK(other.fault()->code == "wrong_type");
  auto missing = *ActionBody::parse("{}");
  CHECK_FALSE(missing.needed_object("object"));
  CHECK(missing.fault()->code == "missing_field");
}

TEST_CASE("action body: each verb asks for what it needs", "[api]") {
  const auto fault = [](CaseVerb verb, std::string_view content) {
    auto body = *ActionBody::parse(content);
    read_case_request(body, verb, "ann");
    return body.fault() ? body.fault()->pointer : "";
  };
  CHECK(fault(CaseVerb::kRetry, "{}") == "");
  CHECK(fault(CaseVerb::kDismiss, "{}") == "/reason");
  CHECK(fault(CaseVerb::kSkip, R"({"reason":""})") == "/reason");
  CHECK(fault(CaseVerb::kAssign, "{}") == "/assignee");
  CHECK(fault(CaseVerb::kCorrect, R"({"reason":"r"})") == "/correction");
  CHECK(fault(CaseVerb::kCorrect, R"({"reason":"r","correction":{}})") == "");
}

TEST_CASE("action body: why something was left alone has its status", "[api]") {
  CHECK(failure_of({"no_posting", ""}).code == ErrorCode::kNotFound);
  CHECK(failure_of({"unbalanced", ""}).code == ErrorCode::kInvalid);
  CHECK(failure_of({"posted", ""}).code == ErrorCode::kConflict);
  CHECK(failure_of({"already_closed", "x"}).detail == "x");
}
