// operations on the command line.
#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

#include "hub/ctl/ctl_app.h"
#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

struct ToldOfOperation {
  CtlExit code;
  std::string out, err;
  bool says(const std::string& text) const { return (out + err).find(text) != std::string::npos; }
};

ToldOfOperation operate(const ApiStand& stand, std::vector<std::string> arguments, const std::string& input = {}) {
  const std::string url = stand.url("");
  arguments.insert(arguments.begin(), {"tillsyncctl", "--hub", url, "--token", "operator", "operations"});
  std::vector<const char*> pointers;
  for (const auto& argument : arguments) pointers.push_back(argument.c_str());
  std::ostringstream out, err;
  std::istringstream in(input);
  auto* old_out = std::cout.rdbuf(out.rdbuf());
  auto* old_err = std::cerr.rdbuf(err.rdbuf());
  auto* old_in = std::cin.rdbuf(in.rdbuf());
  const int code = run_ctl(static_cast<int>(pointers.size()), pointers.data());
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  std::cin.rdbuf(old_in);
  std::cin.clear();
  return {static_cast<CtlExit>(code), out.str(), err.str()};
}

const std::vector<std::string> kCreateRetry{"create", "retry", "--code", "posting.unknown_item", "--reason", "item created"};
std::vector<std::string> created_with(std::vector<std::string> more) {
  more.insert(more.begin(), kCreateRetry.begin(), kCreateRetry.end());
  return more;
}

}  // namespace

TEST_CASE("ctl: an operation is previewed, asked about, begun, watched to its end", "[ctl]") {
  ApiStand stand;
  add_sales(stand, 4);
  refuse_queued(stand);
  stand.work_on_operations();
  CHECK(operate(stand, created_with({"--dry-run"})).says("Would retry 4 rows of 1 stores, GBP 71.92."));
  CHECK(operate(stand, kCreateRetry, "n\n").code == CtlExit::kNotConfirmed);
  CHECK(postings_in(stand, "refused") == 4);
  const auto done = operate(stand, created_with({"--start-in", "0", "--wait"}), "y\n");
  CHECK(done.code == CtlExit::kOk);
  CHECK(done.says("finished, 4 done, 0 failed, 0 left"));
  CHECK(postings_in(stand, "queued") == 4);
  const std::string id = stand.items("/v1/operations").at(0).at("operation_id");
  CHECK(operate(stand, {"watch", id}).code == CtlExit::kOk);
  CHECK(operate(stand, {"watch", "o_nosuch"}).code == CtlExit::kRefused);
  CHECK(operate(stand, {"list"}).says(id));
  // None of them can be retried now.
  CHECK(operate(stand, created_with({"--yes", "--start-in", "0", "--wait"})).code == CtlExit::kDifferences);
}

TEST_CASE("ctl: an operation is undone while it waits, and stopped", "[ctl]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  CHECK(operate(stand, created_with({"--yes", "--start-in", "3600"})).says("waiting, 0 done, 0 failed, 1 left"));
  const std::string first = stand.items("/v1/operations").at(0).at("operation_id");
  CHECK(operate(stand, {"undo", first}).says("undone"));
  CHECK(operate(stand, {"stop", first}).code == CtlExit::kRefused);
  CHECK(operate(stand, created_with({"--yes"})).code == CtlExit::kOk);
  const std::string second = stand.items("/v1/operations").at(0).at("operation_id");
  CHECK(operate(stand, {"stop", second}).says("stopped"));
  CHECK(operate(stand, {"create", "retry", "--yes"}).code == CtlExit::kRefused);  // no selection, no bulk
}
