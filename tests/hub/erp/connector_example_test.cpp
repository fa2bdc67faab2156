#include "hub/erp/connector_example.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "hub/erp/connector_reader.h"
#include "hub/jq/jq_client.h"

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  REQUIRE(value != nullptr);
  return value;
}

/// Settings without a default: their names, so that a secret that shows would be seen.
json filled(const Connector& connector) {
  std::map<std::string, std::string> given;
  for (const ConnectorSetting& setting : connector.settings)
    if (!setting.value_if_unset) given[setting.name] = setting.name;
  const auto settings = fill_settings(connector, given);
  REQUIRE(settings);
  return *settings;
}

class Scripted : public ProgramRunner {
 public:
  explicit Scripted(std::vector<json> says) : says_(std::move(says)) {}
  Result<std::string> run(const std::string&, const std::string& input) override {
    inputs.push_back(json::parse(input));
    return says_.at(inputs.size() - 1).dump();
  }
  std::vector<json> inputs;

 private:
  std::vector<json> says_;
};

Connector scripted_connector() {
  return *parse_connector(R"({"name": "x", "operations": {"post": {"program": "post.jq", "turns_max": 3}, "look_up": {"program": "look_up.jq", "turns_max": 2}},
    "settings": {"company": {"default": "1", "meaning": "which"}, "password": {"secret": true, "meaning": "of the user"}},
    "answers": {"handled": ["2xx"]}, "limits": {"concurrency": 2, "connect_timeout_ms": 1, "timeout_ms": 2, "answer_bytes_max": 3}})");
}

}  // namespace

TEST_CASE("connectors: every one that ships reads, with its programs, and every example of it goes as it says", "[erp][connectors]") {
  const auto jq = make_jq_client(std::filesystem::path(environment("TILLSYNC_BIN_DIR")) / "tillsync-hub");
  const std::filesystem::path folder = std::filesystem::path(environment("TILLSYNC_SOURCE_DIR")) / "hub/erp/connectors";
  for (const std::string& name : built_in_connectors()) {
    const auto connector = load_connector(name, {});
    if (!connector) FAIL(name << ": " << to_string(connector.error()));
    CHECK(connector->name == name);
    CHECK(std::filesystem::exists(folder / name / "README.md"));
    if (!connector->is_talking()) continue;
    std::size_t examples = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder / name / "examples")) {
      ++examples;
      std::ifstream stream(file.path());
      const json example = json::parse(stream, nullptr, false);
      INFO(file.path().string());
      REQUIRE(example.is_object());
      CHECK(example.contains("about"));
      CHECK(example.contains("source"));
      REQUIRE(example.contains("result"));
      const auto run = run_example(*connector, example, filled(*connector), *jq);
      if (!run) FAIL(to_string(run.error()));
      for (const std::string& difference : run->differences) FAIL_CHECK(difference);
      CHECK_FALSE(run->result.is_null());
    }
    CHECK(examples >= 8);
  }
}

TEST_CASE("connector example: it tells where what is asked or ended differs", "[erp][connectors]") {
  const Connector connector = scripted_connector();
  const json ask = {{"request", {{"name", "a"}, {"method", "GET"}, {"path", "/a"}}}};
  const json posted = {{"outcomes", {{{"status", "posted"}, {"reference", "1"}}}}};
  const json example = json::parse(R"({"operation": "post", "postings": [{}], "turns": [{"request": {"name": "a", "method": "GET", "path": "/a"}, "answer": {"status": 200, "body": 1}}],
    "result": {"outcomes": [{"status": "posted", "reference": "1"}]}})");
  const auto run = [&](const json& changed, std::vector<json> says) {
    Scripted programs(std::move(says));
    const auto done = run_example(connector, changed, {{"company", "1"}}, programs);
    REQUIRE(done);
    return *done;
  };
  CHECK(run(example, {ask, posted}).differences.empty());
  json changed = example;
  changed["turns"][0]["request"]["path"] = "/b";
  CHECK(run(changed, {ask, posted}).differences.size() == 1);
  changed = example;
  changed["result"]["outcomes"][0]["reference"] = "2";
  CHECK(run(changed, {ask, posted}).differences.size() == 1);
  changed = example;
  changed["result"]["outcomes"][0].erase("reference");
  CHECK(run(changed, {ask, posted}).differences.size() == 1);
  changed = example;
  changed["turns"].push_back(changed["turns"][0]);
  CHECK(run(changed, {ask, posted}).differences.size() == 1);
  changed["turns"] = json::array();
  const ExampleRun waits = run(changed, {ask, posted});
  CHECK(waits.result.is_null());
  REQUIRE(waits.turns.size() == 1);
  CHECK(waits.turns[0].request["path"] == "/a");
  CHECK(waits.turns[0].answer.is_null());
}

TEST_CASE("connector example: what it lacks is named", "[erp][connectors]") {
  const Connector connector = scripted_connector();
  Scripted programs({});
  const auto problem = [&](const char* text) {
    const auto run = run_example(connector, json::parse(text), json::object(), programs);
    REQUIRE_FALSE(run);
    return run.error().detail;
  };
  CHECK(problem("[]").find("operation") != std::string::npos);
  CHECK(problem(R"({"operation": "fly"})").find("fly") != std::string::npos);
  CHECK(problem(R"({"operation": "post"})").find("postings") != std::string::npos);
  CHECK(run_example(*load_connector("generic", {}), json::object(), json::object(), programs).error().code == ErrorCode::kUnsupported);
}

TEST_CASE("connector settings: given, else the default; what is missing or unknown is named; secrets do not show", "[erp][connectors]") {
  const Connector connector = scripted_connector();
  const auto settings = fill_settings(connector, {{"password", "s3cret"}});
  REQUIRE(settings);
  CHECK(*settings == json({{"company", "1"}, {"password", "s3cret"}}));
  CHECK(fill_settings(connector, {}).error().detail.find("password (of the user)") != std::string::npos);
  CHECK(fill_settings(connector, {{"password", "x"}, {"pasword", "x"}}).error().detail.find("pasword") != std::string::npos);
  CHECK(without_secrets(connector, *settings, {{"headers", {{"a", "Basic s3cret s3cret"}}}, {"list", {"s3cret", 1}}}) == json::parse(R"({"headers":{"a":"Basic *** ***"},"list":["***",1]})"));
}
