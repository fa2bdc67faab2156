#include "hub/ctl/ctl_app.h"

#include <catch2/catch.hpp>

using tillsync::hub::CtlExit;
using tillsync::hub::run_ctl;

namespace {

int run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "tillsyncctl");
  return run_ctl(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

TEST_CASE("ctl: a wrong command line is exit code 2, help is 0", "[ctl]") {
  CHECK(run({}) == static_cast<int>(CtlExit::kUsage));
  CHECK(run({"nonsense"}) == static_cast<int>(CtlExit::kUsage));
  CHECK(run({"location", "put"}) == static_cast<int>(CtlExit::kUsage));
  CHECK(run({"enrolment-token", "create", "--location", "GB", "--uses", "0"}) == static_cast<int>(CtlExit::kUsage));
  CHECK(run({"--help"}) == static_cast<int>(CtlExit::kOk));
  CHECK(run({"--version"}) == static_cast<int>(CtlExit::kOk));
}

TEST_CASE("ctl: an unreachable hub is exit code 3", "[ctl]") {
  CHECK(run({"--hub", "http://127.0.0.1:1/", "agent", "list"}) == static_cast<int>(CtlExit::kUnreachable));
  CHECK(run({"--hub", "http://127.0.0.1:1", "location", "put", "GB", "--name", "London"}) == static_cast<int>(CtlExit::kUnreachable));
}
