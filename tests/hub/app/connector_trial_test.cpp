#include "hub/app/connector_trial.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hub/jq/jq_client.h"

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

namespace {

struct TrialFolder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("tillsync-trial-" + std::to_string(::getpid()));
  TrialFolder() {
    std::filesystem::create_directories(path / "own");
    std::ofstream(path / "own" / "connector.json") << R"({"name": "own", "operations": {"post": {"program": "post.jq", "turns_max": 3}, "look_up": {"program": "post.jq", "turns_max": 2}},
      "settings": {"password": {"secret": true, "meaning": "of the user"}}, "answers": {"handled": ["2xx"]},
      "limits": {"concurrency": 2, "connect_timeout_ms": 1, "timeout_ms": 2, "answer_bytes_max": 3}})";
    std::ofstream(path / "own" / "post.jq") << R"(if .answers.create then {outcomes: [{status: "posted", reference: .answers.create.body.id}]}
      else {request: {name: "create", method: "POST", path: "/e", headers: {authorization: .settings.password}, body: .postings[0].items, effect: true}} end)";
  }
  ~TrialFolder() { std::filesystem::remove_all(path); }
};

std::unique_ptr<ProgramRunner> worker() { return make_jq_client(std::filesystem::path(std::getenv("TILLSYNC_BIN_DIR")) / "tillsync-hub"); }

}  // namespace

TEST_CASE("connector trial: a posting alone shows the request, an example its end; secrets do not show", "[app][connectors]") {
  const TrialFolder folder;
  ConnectorTrial trial(folder.path, "own", {{"password", "s3cret"}}, worker());
  const auto alone = trial.run("own", R"({"posting_id": "p_1", "business_date": "2026-11-26", "stock": [{"sku": "A"}]})");
  REQUIRE(alone);
  json shown = json::parse(*alone);
  CHECK(shown["turns"][0]["request"]["body"] == json({{"A", "A"}}));
  CHECK(shown["turns"][0]["request"]["headers"]["authorization"] == "***");
  CHECK(shown["result"].is_null());
  const auto whole = trial.run("own", R"({"operation": "post", "postings": [{}], "turns": [{"answer": {"status": 200, "body": {"id": "7"}}}], "result": {"outcomes": [{"status": "posted", "reference": "8"}]}})");
  REQUIRE(whole);
  shown = json::parse(*whole);
  CHECK(shown["result"]["outcomes"][0]["reference"] == "7");
  CHECK(shown["differences"].size() == 1);
}

TEST_CASE("connector trial: what is no sample, no connector or needs none is told", "[app][connectors]") {
  const TrialFolder folder;
  ConnectorTrial trial(folder.path, "generic", {}, worker());
  CHECK(trial.run("nosuch", "{}").error().code == ErrorCode::kNotFound);
  CHECK(trial.run("own", "[1]").error().code == ErrorCode::kInvalid);
  CHECK(trial.run("own", "{").error().code == ErrorCode::kInvalid);
  CHECK(trial.run("generic", "{}").error().code == ErrorCode::kUnsupported);
  const auto other = trial.run("own", R"({"posting_id": "p_1"})");  // not the configured one: its settings stand in by their names
  REQUIRE(other);
  CHECK(json::parse(*other)["turns"][0]["request"]["headers"]["authorization"] == "***");
}
