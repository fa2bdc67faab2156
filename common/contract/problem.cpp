#include "common/contract/problem.h"

#include <algorithm>
#include <array>

#include "common/base/error.h"
#include "common/contract/codec.h"
#include "common/contract/text.h"

namespace tillsync {
namespace {

struct KnownProblem {
  std::string_view code;
  std::uint16_t status;
  std::string_view title;
};

constexpr std::array kKnownProblems = {
    KnownProblem{"not_json", 422, "The body is not JSON"},
    KnownProblem{"not_msgpack", 422, "The body is not MessagePack"},
    KnownProblem{"wrong_type", 422, "A field has a value of the wrong type"},
    KnownProblem{"no_identity", 422, "The document cannot be identified"},
    KnownProblem{"unknown_contract", 422, "The contract or its version is not known here"},
    KnownProblem{"wrong_location", 422, "The document names another location"},
    KnownProblem{"too_large", 413, "The document or the request is too large"},
    KnownProblem{"too_deep", 422, "The document is nested too deeply"},
    KnownProblem{"too_many_lines", 422, "A list has too many entries"},
    KnownProblem{"too_many_documents", 413, "The request holds too many documents"},
    KnownProblem{"bad_text", 422, "A text holds bytes or characters that are not allowed"},
    KnownProblem{"text_too_long", 422, "A text is too long"},
    KnownProblem{"duplicate_field", 422, "A field is given twice"},
    KnownProblem{"number_out_of_range", 422, "A number is too large or has too many decimals"},
    KnownProblem{"idempotency_key_missing", 400, "Idempotency-Key needed"},
    KnownProblem{"no_lines", 422, "Nothing is asked for"},
    KnownProblem{"missing_field", 422, "A field that is needed is not given"},
    KnownProblem{"bad_quantity", 422, "A quantity is not above zero"},
    KnownProblem{"unknown_value", 422, "A word is not known here"},
    KnownProblem{"duplicate_line_no", 422, "Two lines have one number"},
    KnownProblem{"hold_out_of_range", 422, "A hold of that length cannot be"},
    KnownProblem{"too_many_locations", 422, "A line names too many locations"},
};

}  // namespace

Problem make_problem(std::string_view code, std::string detail, std::string pointer) {
  const auto* known = std::ranges::find(kKnownProblems, code, &KnownProblem::code);
  TS_CHECK(known != kKnownProblems.end());
  return Problem{.status = known->status,
                 .code = std::string(code),
                 .title = std::string(known->title),
                 .detail = mask_card_numbers(std::move(detail)),
                 .pointer = std::move(pointer)};
}

std::string to_problem_json(const Problem& problem) {
  std::string json = "{\"type\":";
  append_json_string(json, "urn:tillsync:problem:" + problem.code);
  json += ",\"title\":";
  append_json_string(json, with_valid_utf8(problem.title));
  json += ",\"status\":" + std::to_string(problem.status) + ",\"detail\":";
  append_json_string(json, with_valid_utf8(problem.detail));
  json += ",\"pointer\":";
  append_json_string(json, with_valid_utf8(problem.pointer));
  return json + "}";
}

}  // namespace tillsync
