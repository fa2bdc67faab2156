#include "common/contract/problem.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync;

TEST_CASE("problem: it is written as application/problem+json", "[contract][problem]") {
  const Problem problem = make_problem("wrong_type", "expected \"a\"\n", "/lines/0/qty");
  const auto json = nlohmann::json::parse(to_problem_json(problem));
  CHECK(json == nlohmann::json{{"type", "urn:tillsync:problem:wrong_type"},
                               {"title", "A field has a value of the wrong type"},
                               {"status", 422},
                               {"detail", "expected \"a\"\n"},
                               {"pointer", "/lines/0/qty"}});
  CHECK(to_problem_json(problem).find('\n') == std::string::npos);
}

TEST_CASE("problem: bytes that are no UTF-8 make no broken JSON", "[contract][problem]") {
  // A path holds whatever its %XX say.
  const auto json = nlohmann::json::parse(to_problem_json(Problem{404, "not_found", "Not found", "there is no posting \xf0\xf0", "/\xff"}));
  CHECK(json.at("detail") == "there is no posting \uFFFD\uFFFD");
  CHECK(json.at("pointer") == "/\uFFFD");
}

TEST_CASE("problem: sizes are 413, everything else that is no document is 422", "[contract][problem]") {
  CHECK(make_problem("too_large", "").status == 413);
  CHECK(make_problem("too_many_documents", "").status == 413);
  for (const char* code :
       {"not_json", "not_msgpack", "wrong_type", "no_identity", "unknown_contract", "wrong_location", "too_deep",
        "too_many_lines", "bad_text", "text_too_long", "duplicate_field", "number_out_of_range"})
    CHECK(make_problem(code, "").status == 422);
}

TEST_CASE("problem: the detail repeats no card number", "[contract][problem]") {
  CHECK(make_problem("wrong_type", "'4111111111111111' is not a date").detail == "'************1111' is not a date");
}
