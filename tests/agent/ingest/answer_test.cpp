#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "agent/ingest/answer.h"
#include "tests/agent/sales.h"

namespace tillsync::agent {
namespace {

using nlohmann::json;
const LocationId kLocation("GB");

IngestedRequest request_of(const std::string& body) { return *ingest(body, Syntax::kJson, {kLocation, Instant{1}, ""}); }
Appended appended(const NewRow& row, AppendStatus status, std::uint64_t seq) {
  return {status, row.event_id, seq, row.warnings, row.content_hash};
}

}  // namespace

TEST_CASE("answer: an accepted document and the same one again get the same body", "[agent][ingest]") {
  const auto request = request_of(sale("1"));
  const std::array accepted = {appended(request.rows[0], AppendStatus::kAccepted, 7)};
  const std::array duplicate = {appended(request.rows[0], AppendStatus::kDuplicate, 7)};
  const Answer first = answer_of(request, accepted, kLocation);
  const Answer again = answer_of(request, duplicate, kLocation);
  CHECK(first.code == 201);
  CHECK(again.code == 200);
  CHECK(first.json == again.json);
  const json body = json::parse(first.json);
  CHECK(body.at("event_id") == event_id_text(request.rows[0].event_id));
  CHECK(body.at("seq") == 7);
  CHECK(body.at("status") == "accepted");
  CHECK(body.at("warnings") == json::array());
}

TEST_CASE("answer: a conflict is a problem that names the exception of this content", "[agent][ingest]") {
  const auto request = request_of(sale("1"));
  const std::array conflict = {appended(request.rows[0], AppendStatus::kConflict, 7)};
  const Answer answer = answer_of(request, conflict, kLocation);
  CHECK(answer.code == 409);
  CHECK(answer.is_problem());
  const json body = json::parse(answer.json);
  for (const char* member : {"type", "title", "status", "detail", "pointer", "event_id", "seq"}) CHECK(body.contains(member));
  CHECK(body.at("status") == 409);
  const auto document = *decode_document(request.rows[0].payload);
  CHECK(body.at("exception_id") == conflict_exception_id(identity_of(document, kLocation), request.rows[0].content_hash).value);
}

TEST_CASE("answer: an array has one result each, in order, with a code", "[agent][ingest]") {
  const auto request = request_of("[" + sale("1") + R"(,{"contract":"sale/1"},)" + sale("3") + "]");
  const std::array rows = {appended(request.rows[0], AppendStatus::kAccepted, 1), appended(request.rows[1], AppendStatus::kDuplicate, 9)};
  const Answer answer = answer_of(request, rows, kLocation);
  CHECK(answer.code == 200);
  const json results = json::parse(answer.json).at("results");
  REQUIRE(results.size() == 3);
  CHECK(results[0].at("code") == 201);
  CHECK(results[1].at("code") == 422);
  CHECK(results[1].at("pointer") == "/1/till");
  CHECK(results[2].at("code") == 200);
  CHECK(results[2].at("seq") == 9);
}

TEST_CASE("answer: a failed commit says whether trying again helps", "[agent][ingest]") {
  const auto code = [](ErrorCode error) { return problem_of(Error{error, "op", "detail", ""}).status; };
  CHECK(code(ErrorCode::kDiskFull) == 507);
  CHECK(code(ErrorCode::kShuttingDown) == 503);
  CHECK(code(ErrorCode::kUnavailable) == 503);
  CHECK(code(ErrorCode::kIo) == 500);
  CHECK(json::parse(with_code(answer_of(problem_of(Error{ErrorCode::kDiskFull, "", "", ""})))).at("code") == 507);
}

}  // namespace tillsync::agent
