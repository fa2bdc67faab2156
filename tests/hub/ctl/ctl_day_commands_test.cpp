// day: against a real API.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "hub/ctl/ctl_app.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

struct DayOutcome {
  CtlExit code;
  std::string out, err;
};
DayOutcome run_day(const ApiStand& stand, std::vector<std::string> arguments, const std::string& token = "finance") {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", token, "day"});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}
bool has_text(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("ctl day: lists, refuses with what stands in the way, closes by force, reopens", "[ctl]") {
  ApiStand stand;
  stand.add_sale("1");
  DayOutcome outcome = run_day(stand, {"list", "--business-date", "2010-12-01"});
  CHECK(outcome.code == CtlExit::kOk);
  CHECK(has_text(outcome.out, "blocked"));
  CHECK(has_text(outcome.out, "GB-1"));
  CHECK(has_text(outcome.out, "store_it"));
  CHECK(json::parse(run_day(stand, {"list", "--business-date", "2010-12-01", "--state", "unclosed", "--json"}).out).at("items").size() == 1);

  outcome = run_day(stand, {"close", "GB", "2010-12-01"});
  CHECK(outcome.code == CtlExit::kRefused);
  CHECK(has_text(outcome.err, "close_missing"));
  CHECK(has_text(outcome.err, "postings_open"));
  CHECK(run_day(stand, {"close", "GB", "2010-12-01", "--force"}).code == CtlExit::kRefused);
  CHECK(run_day(stand, {"close", "GB", "2010-12-01", "--force", "--reason", "r"}, "operator").code == CtlExit::kDenied);
  outcome = run_day(stand, {"close", "GB", "2010-12-01", "--force", "--reason", "the till is gone"});
  CHECK(outcome.code == CtlExit::kOk);
  CHECK(has_text(outcome.out, "GB 2010-12-01: closed, not complete, period closed"));
  CHECK(has_text(outcome.out, "the till is gone"));

  CHECK(run_day(stand, {"release", "GB", "2010-12-01", "--reason", "r"}).code == CtlExit::kOk);
  CHECK(run_day(stand, {"release", "GB", "2010-12-01", "--reason", "r", "--posting-date", "2010-12-01"}).code == CtlExit::kRefused);
  CHECK(run_day(stand, {"reopen", "GB", "2010-12-01"}).code == CtlExit::kUsage);
  CHECK(has_text(run_day(stand, {"reopen", "GB", "2010-12-01", "--reason", "a mistake"}).out, "reopened"));
  CHECK(has_text(run_day(stand, {"show", "GB", "2010-12-01"}).out, "a mistake"));
  CHECK(run_day(stand, {"show", "XX", "2010-12-01"}).code == CtlExit::kRefused);
}

TEST_CASE("ctl day: a saved certificate is checked without the hub", "[ctl]") {
  ApiStand stand;
  stand.add_sale("1");
  REQUIRE(run_day(stand, {"close", "GB", "2010-12-01", "--force", "--reason", "r"}).code == CtlExit::kOk);
  const std::string text = run_day(stand, {"certificate", "GB", "2010-12-01"}).out;
  const std::string key = json::parse(run_day(stand, {"key", "--json"}).out).at("public_key");
  const auto file = std::filesystem::temp_directory_path() / random_secret("tillsync-certificate-");
  REQUIRE(os::write_file_durably(file, text, false));
  DayOutcome outcome = run_day(stand, {"verify", file.string(), "--key", key});
  CHECK(outcome.code == CtlExit::kOk);
  CHECK(has_text(outcome.out, "valid: certificate 1 of GB 2010-12-01"));
  CHECK(has_text(outcome.out, "forced: r"));
  std::string changed = text;
  changed.replace(changed.find("17.98"), 5, "17.99");
  REQUIRE(os::write_file_durably(file, changed, false));
  outcome = run_day(stand, {"verify", file.string(), "--key", key});
  CHECK(outcome.code == CtlExit::kDifferences);
  CHECK(has_text(outcome.err, "changed after it was signed"));
  CHECK(json::parse(run_day(stand, {"verify", file.string(), "--key", key, "--json"}).out).at("valid") == false);
  CHECK(run_day(stand, {"verify", file.string()}).code == CtlExit::kUsage);
  std::filesystem::remove(file);
}

TEST_CASE("ctl day: differences and stock", "[ctl]") {
  ApiStand stand;
  stand.add_sale("1");
  CHECK(has_text(run_day(stand, {"differences", "2010-12-01", "--location", "GB"}).out, "not_acknowledged"));
  CHECK(has_text(run_day(stand, {"differences", "2010-12-02"}).out, "Nothing differs."));
  CHECK(run_day(stand, {"differences"}).code == CtlExit::kUsage);
  CHECK(has_text(run_day(stand, {"stock"}).out, "No comparison yet."));
  CHECK(has_text(run_day(stand, {"stock", "--location", "GB"}).out, "Nothing differs."));
}
