#include "common/base/error.h"

#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <set>

using namespace tillsync;

namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(ErrorCode::kInvalid, "halve", "odd", "take an even one");
  return value / 2;
}

Result<int> quarter(int value) {
  TS_ASSIGN_OR_RETURN(const int first, half(value));
  TS_ASSIGN_OR_RETURN(const int second, half(first));
  return second;
}

Result<void> check_even(int value) {
  TS_RETURN_IF_ERROR(half(value));
  return {};
}

}  // namespace

TEST_CASE("error: it is written as operation, detail and hint", "[base][error]") {
  CHECK(to_string(Error{ErrorCode::kIo, "write x", "no space", "make room"}) == "write x: no space (make room)");
  CHECK(to_string(Error{ErrorCode::kIo, "write x", "no space", ""}) == "write x: no space");
  CHECK(to_string(Error{ErrorCode::kIo, "", "no space", ""}) == "no space");
}

TEST_CASE("error: every code has a name of its own", "[base][error]") {
  std::set<std::string_view> names;
  for (int code = 1; code <= 14; ++code) names.insert(to_string(static_cast<ErrorCode>(code)));
  CHECK(names.size() == 14);
  CHECK(names.contains("disk_full"));
  CHECK(to_string(static_cast<ErrorCode>(999)) == "internal");
}

TEST_CASE("error: the macros hand a value on, or return the error", "[base][error]") {
  CHECK(quarter(12) == 3);
  CHECK(quarter(7).error().detail == "odd");
  CHECK(quarter(6).error().hint == "take an even one");
  CHECK(check_even(2).has_value());
  CHECK(check_even(1).error().code == ErrorCode::kInvalid);
}

TEST_CASE("error: a broken invariant ends the process", "[base][error]") {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL);
    TS_CHECK(child == 0);  // holds: goes on
    TS_CHECK(child != 0);
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}
