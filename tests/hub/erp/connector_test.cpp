#include "hub/erp/connector.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hub/erp/connector_reader.h"

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

namespace {

json generic() {
  for (const BuiltInConnector& connector : built_in_connectors()) {
    if (connector.name == "generic") return json::parse(connector.json_text);
  }
  FAIL("generic is not built in");
  return {};
}

std::string fault(const json& changed) {
  const auto connector = parse_connector(changed.dump());
  return connector ? "" : connector.error().detail;
}

}  // namespace

TEST_CASE("connector: the generic one reads, with its headers and limits", "[erp]") {
  const auto connector = parse_connector(generic().dump());
  REQUIRE(connector);
  CHECK(connector->create.method == "POST");
  CHECK(connector->timeout == seconds(30));
  CHECK(connector->found.exact == std::vector<int>{200});
  CHECK(connector->posted.hundreds == std::vector<int>{2});
}

TEST_CASE("connector: a missing, misspelt or mistyped field is named", "[erp]") {
  json changed = generic();
  changed["answers"].erase("refused");
  CHECK(fault(changed).find("refused") != std::string::npos);
  changed = generic();
  changed["limits"]["timeout"] = 3;
  CHECK(fault(changed).find("limits/timeout") != std::string::npos);
  changed = generic();
  changed["limits"]["concurrency"] = 0;
  CHECK(fault(changed).find("concurrency") != std::string::npos);
  changed = generic();
  changed["answers"]["posted"] = {"2x"};
  CHECK(fault(changed).find("posted") != std::string::npos);
  changed = generic();
  changed["answers"]["posted"] = {600};
  CHECK(fault(changed).find("posted") != std::string::npos);
  CHECK(!parse_connector("[]"));
  CHECK(!parse_connector("{"));
}

TEST_CASE("template: known names are filled in, others stay", "[erp]") {
  CHECK(fill_template("/by-key/{k}?x={y}", {{"k", "a"}}) == "/by-key/a?x={y}");
  CHECK(fill_template("{k}{k}", {{"k", "{k}"}}) == "{k}{k}");
  CHECK(fill_template("open { brace", {{"k", "a"}}) == "open { brace");
}

TEST_CASE("percent encoding: everything but unreserved characters", "[erp]") {
  CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encode("a/b c\xC3\xA9") == "a%2Fb%20c%C3%A9");
}

TEST_CASE("traceparent: has the form of W3C, one trace per correlation id", "[erp]") {
  const std::string first = traceparent_of("c1", "k1");
  CHECK(first.size() == 55);
  CHECK(first.starts_with("00-"));
  CHECK(first.ends_with("-01"));
  CHECK(first.substr(0, 36) == traceparent_of("c1", "k2").substr(0, 36));
  CHECK(first != traceparent_of("c1", "k2"));
  CHECK(first.substr(0, 36) != traceparent_of("c2", "k1").substr(0, 36));
}
