// Why a door refuses a document, in the form of RFC 9457 (application/problem+json). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tillsync {

/// status: the HTTP status of the refusal (INTERFACES "POS doors": 413, 422, …). type: "urn:tillsync:problem:" + code.
/// pointer: JSON pointer (RFC 6901) to the fault inside the request, "" = the whole.
struct Problem {
  std::uint16_t status = 422;
  std::string code;  // snake_case, stable: not_json, not_msgpack, wrong_type, no_identity, unknown_contract, wrong_location,
                     // too_large, too_deep, too_many_lines, bad_text, duplicate_field, number_out_of_range, …
  std::string title;
  std::string detail;
  std::string pointer;
};

/// A problem of the published list (README.md beside this file), with its status and title. The detail never repeats a
/// card number. TS_CHECK: the code is in the list.
Problem make_problem(std::string_view code, std::string detail, std::string pointer = {});

/// {"type","title","status","detail","pointer"} as one line of JSON.
std::string to_problem_json(const Problem& problem);

}  // namespace tillsync
