#include "agent/ingest/answer.h"

#include "common/contract/text.h"

namespace tillsync::agent {
namespace {

constexpr std::uint16_t kAccepted = 201, kSame = 200, kConflict = 409;

/// Puts members before the first one of a JSON object that is not empty.
std::string with_members(const std::string& members, const std::string& object) { return "{" + members + "," + object.substr(1); }

std::string recorded_members(const Appended& appended) {
  std::string json = "\"event_id\":";
  append_json_string(json, event_id_text(appended.event_id));
  json += ",\"seq\":" + std::to_string(appended.seq);
  return json;
}

}  // namespace

Answer answer_of(const Problem& problem) { return {problem.status, to_problem_json(problem)}; }

Answer answer_of(const Appended& appended, const NewRow& row, const LocationId& location) {
  if (appended.status == AppendStatus::kConflict) {
    const Problem problem = door_problem(kConflict, "conflict", "Another document has this number",
                                         "the first one stands; this content was kept and is on the exceptions list");
    std::string members = "\"exception_id\":";
    append_json_string(members, exception_of_conflict(row, location).value);
    return {kConflict, with_members(members + "," + recorded_members(appended), to_problem_json(problem))};
  }
  std::string json = "{" + recorded_members(appended) + ",\"status\":\"accepted\",\"warnings\":";
  json += appended.warnings.empty() ? "[]" : appended.warnings;
  json += '}';
  return {appended.status == AppendStatus::kAccepted ? kAccepted : kSame, std::move(json)};
}

std::string with_code(const Answer& answer) { return with_members("\"code\":" + std::to_string(answer.code), answer.json); }

Answer answer_of(const IngestedRequest& request, std::span<const Appended> appended, const LocationId& location) {
  TS_CHECK(appended.size() == request.rows.size());
  std::size_t next_row = 0;
  const auto answer_at = [&](std::size_t i) {
    if (request.refusals[i]) return answer_of(*request.refusals[i]);
    const std::size_t row = next_row++;
    return answer_of(appended[row], request.rows[row], location);
  };
  if (!request.is_array) return answer_at(0);
  std::string json = "{\"results\":[";
  for (std::size_t i = 0; i < request.refusals.size(); ++i) {
    if (i > 0) json += ',';
    json += with_code(answer_at(i));
  }
  return {kSame, json + "]}"};
}

Problem door_problem(std::uint16_t status, std::string_view code, std::string_view title, std::string detail) {
  return Problem{status, std::string(code), std::string(title), std::move(detail), ""};
}

Problem problem_of(const Error& error) {
  const std::string nothing = "; nothing of this request was recorded, send it again";
  switch (error.code) {
    case ErrorCode::kDiskFull:
      return door_problem(507, "disk_full", "The agent's disk is full", "make room on the agent's disk" + nothing);
    case ErrorCode::kShuttingDown:
      return door_problem(503, "shutting_down", "The agent is shutting down", "it takes no more input" + nothing);
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
      return door_problem(503, "unavailable", "The agent cannot write now", error.detail + nothing);
    default:
      return door_problem(500, "internal", "The agent failed", std::string(to_string(error.code)) + nothing);
  }
}

}  // namespace tillsync::agent
