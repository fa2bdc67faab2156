#include "hub/api/effect_audit.h"

#include "tests/hub/api/people.h"
#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;

namespace {

json newest_record(ApiStand& stand) {
  const json items = stand.items("/v1/audit?limit=1");
  REQUIRE(items.size() == 1);
  return items[0];
}

}  // namespace

TEST_CASE("audit: a change tells who, role, from where, what, before, after and the trace", "[api]") {
  ApiStand stand;
  const auto put = [&](const std::string& name) {
    return stand.call("PUT", "/v1/locations/GB", json{{"id", "GB"}, {"name", name}}.dump(), "operator", {"X-Correlation-Id: trace-" + name}).status;
  };
  REQUIRE(put("London") == 200);
  const json first = newest_record(stand);
  CHECK(first.at("who") == "operator");
  CHECK(first.at("role") == "operator");
  CHECK(first.at("address") == "127.0.0.1");
  CHECK(first.at("action") == "PUT /v1/locations/{id}");
  CHECK(first.at("object") == "locations/GB");
  CHECK(first.at("correlation_id") == "trace-London");
  CHECK(first.at("before").is_null());
  CHECK(first.at("after").at("name") == "London");
  REQUIRE(put("Leeds") == 200);
  CHECK(newest_record(stand).at("before").at("name") == "London");
  CHECK(newest_record(stand).at("after").at("name") == "Leeds");
}

TEST_CASE("audit: what changed nothing is not recorded: refusals, repeats, dry runs, reads", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  const auto before = newest_record(stand).at("audit_no");
  CHECK(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  CHECK(stand.call("PUT", "/v1/locations/FR", R"({"id":"GB","name":"London"})").status == 422);
  CHECK(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"York"})", "viewer").status == 403);
  CHECK(stand.call("POST", "/v1/agents/a_none/revoke", R"({"reason":"r"})").status == 404);
  CHECK(stand.call("GET", "/v1/locations").status == 200);
  CHECK(newest_record(stand).at("audit_no") == before);
  const std::vector<std::string> key = {"Idempotency-Key: once"};
  REQUIRE(stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})", "operator", key).status == 201);
  const auto created = newest_record(stand).at("audit_no");
  CHECK(created != before);
  REQUIRE(stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})", "operator", key).status == 201);
  CHECK(newest_record(stand).at("audit_no") == created);
}

TEST_CASE("audit: no secret is recorded", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  const std::string enrolment = json::parse(stand.call("POST", "/v1/enrolment-tokens", R"({"location":"GB"})").body).at("token");
  const std::string token = json::parse(stand.call("POST", "/v1/tokens", R"({"name":"n","role":"viewer"})").body).at("token");
  REQUIRE(stand.call("POST", "/v1/users", R"({"name":"ana","password":"correct horse battery","role":"viewer"})").status == 201);
  REQUIRE(stand.call("POST", "/v1/users/ana/password", R"({"new":"another long password"})").status == 204);
  const std::string all = stand.call("GET", "/v1/audit").body;
  for (const std::string& secret : {enrolment, token, std::string("correct horse battery"), std::string("another long password"), std::string("argon2id")})
    CHECK(all.find(secret) == std::string::npos);
}

TEST_CASE("audit: a step of a person has its reason; one request over many rows is one record", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London"})").status == 200);
  REQUIRE(stand.call("POST", "/v1/postings/replay", R"({"from":"2010-12-01","to":"2010-12-02","reason":"the ERP was restored"})").status == 200);
  const json record = newest_record(stand);
  CHECK(record.at("action") == "POST /v1/postings/replay");
  CHECK(record.at("object").get<std::string>().starts_with("operations/o_"));
  CHECK(record.at("reason") == "the ERP was restored");
}

TEST_CASE("audit: settings of stock are recorded, and what a person does to reservations; what a program does is a record itself", "[api]") {
  ApiStand stand;
  REQUIRE(stand.call("PUT", "/v1/safety-stock", R"({"items":[{"location":"GB","sku":"A","qty":"4"}]})", "operator").status == 200);
  CHECK(newest_record(stand).at("action") == "PUT /v1/safety-stock");
  REQUIRE(stand.call("POST", "/v1/stock/repair", R"({"reason":"they differed"})").status == 200);
  const json repair = newest_record(stand);
  CHECK(repair.at("action") == "POST /v1/stock/repair");
  CHECK(repair.at("reason") == "they differed");
  const json receipt = {{"contract", "stock-movement/1"}, {"location", "GB"}, {"source", "WMS"}, {"till", "WMS"}, {"document_no", "audit-1"},
                        {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T08:00:00Z"}, {"type", "receipt"}, {"lines", {{{"sku", "B"}, {"qty", "9"}}}}};
  REQUIRE(stand.call("POST", "/v1/documents", receipt.dump()).status == 201);
  const auto reserve_by = [&](const std::string& key, const std::string& token, std::vector<std::string> headers) {
    const json body = {{"purpose", "web"}, {"idempotency_key", key}, {"lines", {{{"line_no", 1}, {"sku", "B"}, {"qty", "1"}, {"locations", {"GB"}}}}}};
    return stand.call("POST", "/v1/reservations", body.dump(), token, std::move(headers)).status;
  };
  REQUIRE(reserve_by("by-token", "operator", {}) == 201);
  CHECK(newest_record(stand).at("audit_no") == repair.at("audit_no"));
  put_person(stand, "ana", Role::kOperator);
  REQUIRE(reserve_by("by-person", "", put_session(stand, "ana").headers()) == 201);
  CHECK(newest_record(stand).at("who") == "ana");
  CHECK(newest_record(stand).at("action") == "POST /v1/reservations");
}
