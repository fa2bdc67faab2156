// Plans of bulks from what is stored of them.
#include "hub/api/bulk_plans.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync;
using namespace tillsync::hub;

namespace {

BulkOperation stored(const std::string& route, const std::string& request) {
  BulkOperation operation;
  operation.operation_id = "o_1";
  operation.scope = {"ann", route, "key"};
  operation.request = request;
  return operation;
}

}  // namespace

TEST_CASE("bulk plans: a stored request can be read again; what cannot is told", "[api]") {
  CHECK(plan_of(stored("/v1/exceptions/bulk /v1/exceptions/bulk", R"({"action":"retry","code":"c","cause":"k","reason":"r"})")));
  CHECK(plan_of(stored("/v1/postings/replay /v1/postings/replay", R"({"from":"2010-12-01","to":"2010-12-01","reason":"r"})")));
  for (const auto& broken : {stored("/v1/exceptions/bulk", "{"), stored("/v1/exceptions/bulk", "{}"), stored("/v1/postings/replay", "{}"), stored("/v1/nosuch", "{}")}) {
    const auto plan = plan_of(broken);
    REQUIRE_FALSE(plan);
    CHECK(plan.error().code == ErrorCode::kInvalid);
  }
}

TEST_CASE("bulk plans: a bad row is an outcome, a broken database is not", "[api]") {
  CHECK(outcome_of_row(CaseOutcome{"done", ""})->is_done());
  CHECK(outcome_of_row(fail(ErrorCode::kInvalid, "t", "bad amount"))->outcome == "failed");
  CHECK_FALSE(outcome_of_row(fail(ErrorCode::kDiskFull, "t", "full")));
}
