#include "hub/jq/jq_client.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "hub/jq/jq_frame.h"

using namespace tillsync;
using namespace tillsync::hub;

namespace {

std::filesystem::path hub_program() {
  const char* folder = std::getenv("TILLSYNC_BIN_DIR");
  REQUIRE(folder != nullptr);
  return std::filesystem::path(folder) / "tillsync-hub";
}

std::string ran(ProgramRunner& runner, const std::string& program, const std::string& input = "null") {
  const auto made = runner.run(program, input);
  if (made) return *made;
  CHECK(made.error().code == ErrorCode::kInvalid);
  return "error: " + made.error().detail;
}

}  // namespace

TEST_CASE("jq client: programs give their one value, again and again", "[jq]") {
  const auto jq = make_jq_client(hub_program());
  CHECK(ran(*jq, ".a + 1", R"({"a": 41})") == "42");
  CHECK(ran(*jq, ".a + 1", R"({"a": 1})") == "2");
  CHECK(ran(*jq, "def f(x): x * 2; [.[] | f(.)]", "[1,2,3]") == "[2,4,6]");
  CHECK(ran(*jq, R"({text: "é\n"})") == "{\"text\":\"é\\n\"}");
  CHECK(ran(*jq, "null") == "null");
  const std::string large = "[" + std::string(200'000, ' ') + "\"" + std::string(1'000'000, 'x') + "\"]";
  CHECK(ran(*jq, ".[0] | length", large) == "1000000");
  CHECK(ran(*jq, ".[0] * 3 | length", large) == "3000000");
}

TEST_CASE("jq client: many programs are compiled and forgotten without harm", "[jq]") {
  const auto jq = make_jq_client(hub_program());
  for (int i = 0; i < 200; ++i) REQUIRE(ran(*jq, ". + " + std::to_string(i), "1") == std::to_string(i + 1));
}

TEST_CASE("jq client: a program's faults are told in its own words", "[jq]") {
  const auto jq = make_jq_client(hub_program());
  CHECK(ran(*jq, ".a.b", R"({"a": 1})") == "error: Cannot index number with string \"b\"");
  CHECK(ran(*jq, R"(error("no account"))") == "error: no account");
  CHECK(ran(*jq, R"(error({"code": 1}))") == "error: {\"code\":1}");
  CHECK(ran(*jq, "empty") == "error: it gave no value; give one");
  CHECK(ran(*jq, "1, 2") == "error: it gave several values; give one");
  CHECK(ran(*jq, "1, error(\"late\")") == "error: late");
  CHECK(ran(*jq, "halt") == "error: it called halt");
  CHECK(ran(*jq, "\"x\" | halt_error") == "error: it called halt");
  CHECK(ran(*jq, ".[").starts_with("error: does not compile: "));
  CHECK(ran(*jq, "nosuch(1)").find("nosuch/1 is not defined") != std::string::npos);
  CHECK(ran(*jq, ".", "{").starts_with("error: its input is no JSON"));
  CHECK(ran(*jq, ".", "1") == "1");
}

TEST_CASE("jq client: a program sees neither environment nor files", "[jq][security]") {
  setenv("TILLSYNC_SECRET_OF_TEST", "s", 1);
  const auto jq = make_jq_client(hub_program());
  CHECK(ran(*jq, "env") == "{}");
  CHECK(ran(*jq, "$ENV") == "{}");
  CHECK(ran(*jq, R"(import "x" as x; 1)").starts_with("error: does not compile: "));
  CHECK(ran(*jq, R"(import "/etc/passwd" as $x {raw: true}; $x)").starts_with("error: does not compile: "));
  CHECK(ran(*jq, R"(include "x"; 1)").starts_with("error: does not compile: "));
  CHECK(ran(*jq, R"("x" | modulemeta)").starts_with("error: "));
  CHECK(ran(*jq, "[inputs]") == "[]");
  CHECK(ran(*jq, "input").starts_with("error: "));
  CHECK(ran(*jq, "input_filename") == "null");
  CHECK(ran(*jq, "1 | debug") == "1");
  CHECK(ran(*jq, "1 | stderr") == "1");
}

TEST_CASE("jq client: a program that loops is stopped, and the next one runs", "[jq][limits]") {
  const auto jq = make_jq_client(hub_program(), {milliseconds(200), seconds(60)});
  CHECK(ran(*jq, "def f: f; f") == "error: it took more than 200 ms of processor time");
  CHECK(ran(*jq, "last(repeat(1))") == "error: it took more than 200 ms of processor time");
  CHECK(ran(*jq, "1 + 1") == "2");
}

TEST_CASE("jq client: a program that explodes is stopped, and the next one runs", "[jq][limits]") {
  const auto jq = make_jq_client(hub_program(), {seconds(60), seconds(60)});
  CHECK(ran(*jq, "[limit(1e9; repeat(\"x\" * 1000))]") == "error: it needed more memory than it may have, or crashed");
  CHECK(ran(*jq, "reduce range(40) as $i (\"x\"; . + .)").starts_with("error: it "));
  CHECK(ran(*jq, "1 + 1") == "2");
}

TEST_CASE("jq client: sizes at the limit and one beyond", "[jq][limits]") {
  const auto jq = make_jq_client(hub_program());
  CHECK(ran(*jq, std::string(kJqProgramBytesMax - 1, ' ') + "1") == "1");
  CHECK(ran(*jq, std::string(kJqProgramBytesMax, ' ') + "1").starts_with("error: program or input is too large"));
  CHECK(ran(*jq, "length", "\"" + std::string(kJqInputBytesMax - 2, 'x') + "\"") == std::to_string(kJqInputBytesMax - 2));
  CHECK(ran(*jq, "length", "\"" + std::string(kJqInputBytesMax - 1, 'x') + "\"").starts_with("error: program or input is too large"));
  CHECK(ran(*jq, "\"x\" * " + std::to_string(kJqOutputBytesMax - 2)) == "\"" + std::string(kJqOutputBytesMax - 2, 'x') + "\"");
  CHECK(ran(*jq, "\"x\" * " + std::to_string(kJqOutputBytesMax - 1)).starts_with("error: its value has more than"));
}

TEST_CASE("jq client: without a child to start it is the hub's fault, not the program's", "[jq]") {
  const auto nothing = make_jq_client("/nonexistent/tillsync-hub")->run("1", "1");
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == ErrorCode::kIo);
  const auto other = make_jq_client("/bin/true")->run("1", "1");
  REQUIRE_FALSE(other);
}
