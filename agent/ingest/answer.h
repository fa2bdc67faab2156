// The texts that a POS gets: INTERFACES "Answers", as README.md beside this file shows them. Pure. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "agent/ingest/ingest.h"
#include "common/base/error.h"
#include "common/contract/problem.h"

namespace tillsync::agent {

/// json: the body as HTTP sends it. code: its HTTP status.
struct Answer {
  std::uint16_t code = 500;
  std::string json;
  bool is_problem() const { return code >= 400; }
};

Answer answer_of(const Problem& problem);
/// What became of one row: 201, 200 with the first answer, or 409 with the exception_id.
Answer answer_of(const Appended& appended, const NewRow& row, const LocationId& location);
/// {"code":201, …the body's members}: the form of one result among several, and of every answer without HTTP's status line.
std::string with_code(const Answer& answer);

/// The answer to the whole request, when its rows were committed: `appended` has one entry for each row.
Answer answer_of(const IngestedRequest& request, std::span<const Appended> appended, const LocationId& location);

/// Problems of the doors themselves (codes in README.md). A failed commit is 507 for a full disk, 503 where trying again
/// helps, else 500: nothing was recorded in each case.
Problem problem_of(const Error& error);
Problem door_problem(std::uint16_t status, std::string_view code, std::string_view title, std::string detail);

}  // namespace tillsync::agent
