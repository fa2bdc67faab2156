#include "hub/erp/connector.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hub/erp/connector_reader.h"

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

namespace {

json generic() {
  for (const BuiltInFile& file : built_in_files()) {
    if (file.connector == "generic" && file.file == "connector.json") return json::parse(file.text);
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

namespace {
json talking() {
  return json::parse(R"({"name": "x", "title": "X 1", "operations": {"post": {"program": "post.jq", "turns_max": 3}, "look_up": {"program": "look_up.jq", "turns_max": 2}},
    "settings": {"company": {"default": "1", "meaning": "which"}, "password": {"secret": true, "meaning": "of the user"}}, "batch": {"postings_max": 50},
    "answers": {"handled": ["2xx", 422], "transient": [503], "stale_session": [401]}, "folds_case": true,
    "limits": {"concurrency": 2, "rate_per_s": 2.5, "connect_timeout_ms": 1, "timeout_ms": 2, "answer_bytes_max": 3, "settle_ms": 4, "known_ttl_s": 5, "backoff_max_ms": 6}})");
}
}  // namespace

TEST_CASE("connector: a talking one reads, with its programs, settings and limits", "[erp]") {
  const auto connector = parse_connector(talking().dump());
  REQUIRE(connector);
  CHECK(connector->is_talking());
  CHECK(connector->operations.at("post").file == "post.jq");
  CHECK(connector->operations.at("post").turns_max == 3);
  REQUIRE(connector->settings.size() == 2);
  CHECK(connector->settings[0].value_if_unset == "1");
  CHECK_FALSE(connector->settings[0].is_secret);
  CHECK_FALSE(connector->settings[1].value_if_unset);
  CHECK(connector->settings[1].is_secret);
  CHECK(connector->postings_max == 50);
  CHECK(connector->folds_case);
  CHECK(connector->rate_per_s == 2.5);
  CHECK(connector->settle == milliseconds(4));
  CHECK(connector->backoff_max == milliseconds(6));
  CHECK(connector->known_ttl == seconds(5));
}

TEST_CASE("connector: a talking one's faults are named; limits at and beyond", "[erp][limits]") {
  const auto with = [](const char* pointer, json value) {
    json changed = talking();
    changed[json::json_pointer(pointer)] = std::move(value);
    return fault(changed);
  };
  CHECK(with("/operations/post/turns_max", kTurnsMax).empty());
  CHECK(with("/operations/post/turns_max", kTurnsMax + 1).find("turns_max") != std::string::npos);
  CHECK(with("/operations/post/turns_max", 0).find("turns_max") != std::string::npos);
  CHECK(with("/batch/postings_max", kBatchPostingsMax).empty());
  CHECK(with("/batch/postings_max", kBatchPostingsMax + 1).find("postings_max") != std::string::npos);
  CHECK(with("/operations/post/program", "../post.jq").find("program") != std::string::npos);
  CHECK(with("/operations/post/program", "post.py").find("program") != std::string::npos);
  CHECK(with("/operations/pots", json::object()).find("operations/pots") != std::string::npos);
  CHECK(with("/settings/company", "1").find("settings/company") != std::string::npos);
  CHECK(with("/limits/rate_per_s", -1).find("rate_per_s") != std::string::npos);
  CHECK(with("/limits/settle_ms", -1).find("settle_ms") != std::string::npos);
  CHECK(with("/create", json::object()).find("create") != std::string::npos);
  json without = talking();
  without["operations"].erase("look_up");
  CHECK(fault(without).find("look_up") != std::string::npos);
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
