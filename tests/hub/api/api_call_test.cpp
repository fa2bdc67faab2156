// Answers, failures and pages as every route gives them.
#include <catch2/catch.hpp>

#include "hub/api/api_call.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

struct KeepAnswer final : http::Responder {
  explicit KeepAnswer(std::vector<http::Response>& sent) : sent_(sent) {}
  void send(http::Response response) override { sent_.push_back(std::move(response)); }
  std::vector<http::Response>& sent_;
};

}  // namespace

TEST_CASE("api: each kind of failure has its status, its code, and says what to do", "[api]") {
  for (const auto& [code, status] : {std::pair{ErrorCode::kInvalid, 422}, {ErrorCode::kLimitExceeded, 422}, {ErrorCode::kUnsupported, 422},
                                     {ErrorCode::kNotFound, 404}, {ErrorCode::kAlreadyExists, 409}, {ErrorCode::kConflict, 409},
                                     {ErrorCode::kDenied, 403}, {ErrorCode::kUnavailable, 503}, {ErrorCode::kShuttingDown, 503},
                                     {ErrorCode::kTimeout, 503}, {ErrorCode::kDiskFull, 507}, {ErrorCode::kIo, 500},
                                     {ErrorCode::kCorrupt, 500}, {ErrorCode::kInternal, 500}}) {
    std::vector<http::Response> sent;
    ApiReply(std::make_unique<KeepAnswer>(sent), "trace-1").failure(Error{code, "operation", "what happened", "do this"});
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].status == status);
    CHECK(sent[0].content_type == "application/problem+json");
    const json body = json::parse(sent[0].body);
    CHECK(body.at("type") == "urn:tillsync:problem:" + std::string(to_string(code)));
    CHECK(body.at("detail") == "what happened; do this");
  }
}

TEST_CASE("api: the first answer of a call counts", "[api]") {
  std::vector<http::Response> sent;
  ApiReply reply(std::make_unique<KeepAnswer>(sent), "trace-1");
  reply.json(200, "{}");
  reply.problem(500, "internal", "The hub failed", "late");
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].status == 200);
  CHECK(std::ranges::count(sent[0].headers, std::pair<std::string, std::string>{"X-Correlation-Id", "trace-1"}) == 1);
}

TEST_CASE("api: every list holds its page limit", "[api]") {
  ApiStand stand;
  for (const char* path : {"/v1/events", "/v1/stock", "/v1/postings", "/v1/exceptions", "/v1/agents", "/v1/enrolment-tokens", "/v1/locations"}) {
    INFO(path);
    for (const char* limit : {"0", "201", "-1", "1x", "", "99999999999999999999"}) {
      CHECK(stand.call("GET", std::string(path) + "?limit=" + limit).status == 422);
    }
    const json page = stand.get(std::string(path) + "?limit=200");
    CHECK(page.at("items").is_array());
    CHECK(page.at("next").is_null());
  }
  for (const char* path : {"/v1/events", "/v1/postings", "/v1/exceptions"}) {
    CHECK(stand.call("GET", std::string(path) + "?after=junk").status == 422);
    CHECK(stand.call("GET", std::string(path) + "?after=-1").status == 422);
  }
}
