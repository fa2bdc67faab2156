#include "hub/access/audit_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync::hub;
using nlohmann::json;

TEST_CASE("audit text: secrets are masked at any depth, the rest stays", "[access]") {
  const auto text = audit_text(R"({"name":"ana","password":"p","deep":[{"token":"t","new":"n"}],"token":{"id":1},"secret":null})");
  REQUIRE(text);
  CHECK(json::parse(*text) == json::parse(R"({"name":"ana","password":"***","deep":[{"token":"***","new":"***"}],"token":{"id":1},"secret":null})"));
}

TEST_CASE("audit text: what is no JSON object or list is left out", "[access]") {
  for (const char* text : {"", "not json", "1", "\"text\"", "null", "{"}) CHECK(!audit_text(text));
  CHECK(audit_text("[]") == "[]");
}

TEST_CASE("audit text: is kept up to its limit, beyond it by size and hash", "[access]") {
  const auto of_size = [](std::size_t bytes) { return json{{"t", std::string(bytes - 8, 'x')}}.dump(); };
  CHECK(audit_text(of_size(kAuditTextBytesMax)) == of_size(kAuditTextBytesMax));
  const json beyond = json::parse(*audit_text(of_size(kAuditTextBytesMax + 1)));
  CHECK(beyond.at("too_long") == true);
  CHECK(beyond.at("bytes") == kAuditTextBytesMax + 1);
  CHECK(beyond.at("sha256").get<std::string>().size() == 64);
}

TEST_CASE("audit text: the reason of a request is found, and cut at its limit", "[access]") {
  CHECK(reason_of(R"({"reason":"wrong store"})") == "wrong store");
  for (const char* body : {"", "{}", R"({"reason":1})", R"(["reason"])", R"({"reason")", R"({"a":{"reason":"deep"}})"}) CHECK(reason_of(body).empty());
  CHECK(reason_of(json{{"reason", std::string(kAuditReasonBytesMax + 1, 'r')}}.dump()).size() == kAuditReasonBytesMax);
}
