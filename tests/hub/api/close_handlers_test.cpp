// /v1/closes, /v1/certificate-key.
#include <catch2/catch.hpp>

#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::code_of;
using nlohmann::json;

namespace {

const std::string kDayPath = "/v1/closes/GB/2010-12-01";

json till_close_of(const std::string& z_no, int sales, const std::string& net, const std::string& tax, const std::string& gross) {
  return {{"contract", "till-close/1"}, {"location", "GB"}, {"source", "POS"}, {"till", "GB-1"}, {"document_no", "Z-" + z_no}, {"z_no", z_no},
          {"business_date", "2010-12-01"}, {"occurred_at", "2010-12-01T18:00:00Z"}, {"counts", {{"sale", sales}}},
          {"totals", {{{"currency", "GBP"}, {"net", net}, {"tax", tax}, {"gross", gross}}}},
          {"tenders", {{{"type", "card"}, {"currency", "GBP"}, {"expected", gross}}}}};
}
void put_store(ApiStand& stand) {
  REQUIRE(stand.call("PUT", "/v1/locations/GB", R"({"id":"GB","name":"London","status":"open","tills":[{"id":"GB-1"}]})").status == 200);
}
void put_document(ApiStand& stand, const json& document) {
  const auto answered = stand.call("POST", "/v1/documents", document.dump());
  INFO(answered.body);
  REQUIRE(answered.status == 201);
}
void acknowledge_postings(ApiStand& stand) {
  stand.write([](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE posting SET status = 'posted', is_open = 0"));
    TS_RETURN_IF_ERROR(connection.run("UPDATE OR REPLACE posting_total SET status = 'posted'"));
    return {};
  });
}
/// A store whose day is complete.
void complete_day(ApiStand& stand) {
  stand.add_sale("1");
  put_store(stand);
  put_document(stand, till_close_of("1", 1, "15.30", "2.68", "17.98"));
  acknowledge_postings(stand);
}

}  // namespace

TEST_CASE("closes: the list of the morning names what is missing and whose work it is", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  put_store(stand);
  const json rows = stand.items("/v1/closes?business_date=2010-12-01");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].at("location") == "GB");
  CHECK(rows[0].at("name") == "London");
  CHECK(rows[0].at("state") == "blocked");
  CHECK(rows[0].at("missing_tills") == json{"GB-1"});
  CHECK(rows[0].at("owner") == "store_it");
  CHECK(rows[0].at("postings_open") == 1);
  CHECK(rows[0].at("overdue_s") > 0);
  CHECK(rows[0].at("expected_at") == "2010-12-02T06:00:00Z");
  CHECK(rows[0].at("certificate").is_null());
  CHECK(stand.items("/v1/closes?business_date=2010-12-01&state=unclosed").size() == 1);
  CHECK(stand.items("/v1/closes?business_date=2010-12-01&state=closed").empty());
  // Yesterday, of which nothing came: the listed till is missing all the same.
  CHECK(stand.items("/v1/closes").size() == 1);
  CHECK(stand.call("GET", "/v1/closes?state=open").status == 422);
  CHECK(stand.call("GET", "/v1/closes?business_date=2010-02-30").status == 422);
}

TEST_CASE("closes: pages by location", "[api]") {
  ApiStand stand;
  for (const std::string id : {"A", "B", "C"})
    REQUIRE(stand.call("PUT", "/v1/locations/" + id, json{{"id", id}, {"name", id}, {"tills", {{{"id", "1"}}}}}.dump()).status == 200);
  REQUIRE(stand.call("PUT", "/v1/locations/D", R"({"id":"D","name":"depot without tills"})").status == 200);
  const json first = stand.get("/v1/closes?limit=2");
  CHECK(first.at("items").size() == 2);
  REQUIRE(first.at("next") == "B");
  const json second = stand.get("/v1/closes?limit=2&after=B");
  REQUIRE(second.at("items").size() == 1);
  CHECK(second.at("items")[0].at("location") == "C");
  CHECK(second.at("next").is_null());
}

TEST_CASE("closes: a day that is not ready is refused with the list, and may be forced with a reason", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  put_store(stand);
  const auto refused = stand.call("POST", kDayPath + "/close", "{}", "finance");
  CHECK(refused.status == 409);
  CHECK(code_of(refused) == "day_not_ready");
  const json missing = json::parse(refused.body).at("in_the_way");
  REQUIRE(missing.size() == 2);
  CHECK(missing[0].at("code") == "close_missing");
  CHECK(missing[0].at("till") == "GB-1");
  CHECK(stand.call("POST", kDayPath + "/close", R"({"force":true})", "finance").status == 422);
  const auto forced = stand.call("POST", kDayPath + "/close", R"({"force":true,"reason":"the till is gone"})", "finance");
  INFO(forced.body);
  REQUIRE(forced.status == 200);
  const json day = json::parse(forced.body);
  CHECK(day.at("state") == "closed");
  CHECK(day.at("issued").at("certificate").at("forced") == true);
  CHECK(day.at("history")[0].at("who") == "finance");
  CHECK(day.at("history")[0].at("reason") == "the till is gone");
}

TEST_CASE("closes: a complete day is closed, its certificate can be checked by anybody", "[api]") {
  ApiStand stand;
  complete_day(stand);
  CHECK(stand.get(kDayPath).at("state") == "ready");
  const auto closed = stand.call("POST", kDayPath + "/close", "{}", "finance");
  INFO(closed.body);
  REQUIRE(closed.status == 200);
  CHECK(stand.call("POST", kDayPath + "/close", "{}", "finance").status == 409);
  const auto file = stand.call("GET", kDayPath + "/certificate");
  REQUIRE(file.status == 200);
  const json signed_one = json::parse(file.body);
  const std::string key = stand.get("/v1/certificate-key").at("public_key");
  CHECK(signed_one.at("public_key") == key);
  const auto signature = Signature::from_view(*from_hex(signed_one.at("signature").get<std::string>()));
  const auto public_key = SignaturePublicKey::from_view(*from_hex(key));
  CHECK(is_signed_by(signed_one.at("certificate").dump(), *signature, *public_key));
  CHECK(stand.call("GET", kDayPath + "/certificate?number=1").status == 200);
  CHECK(stand.call("GET", kDayPath + "/certificate?number=2").status == 404);
  CHECK(stand.call("GET", kDayPath + "/certificate?number=x").status == 422);
  CHECK(stand.items("/v1/closes?business_date=2010-12-01&state=closed").size() == 1);
}

TEST_CASE("closes: the same request again gives the same answer and one certificate", "[api]") {
  ApiStand stand;
  complete_day(stand);
  const std::vector<std::string> key = {"Idempotency-Key: close-1"};
  const auto first = stand.call("POST", kDayPath + "/close", "{}", "finance", key);
  const auto again = stand.call("POST", kDayPath + "/close", "{}", "finance", key);
  CHECK(first.status == 200);
  CHECK(again.status == 200);
  CHECK(first.body == again.body);
  CHECK(stand.get(kDayPath).at("history").size() == 1);
}

TEST_CASE("closes: a late document reopens, a person opens the period, the next certificate supersedes", "[api]") {
  ApiStand stand;
  complete_day(stand);
  REQUIRE(stand.call("POST", kDayPath + "/close", "{}", "finance").status == 200);
  put_document(stand, ApiStand::sale("2"));
  json day = stand.get(kDayPath);
  CHECK(day.at("state") == "reopened");
  CHECK(day.at("period_closed") == true);
  CHECK(stand.call("POST", kDayPath + "/reopen", "{}", "finance").status == 422);
  const auto opened = stand.call("POST", kDayPath + "/reopen", R"({"reason":"a late sale"})", "finance");
  REQUIRE(opened.status == 200);
  CHECK(json::parse(opened.body).at("period_closed") == false);
  CHECK(stand.call("POST", kDayPath + "/reopen", R"({"reason":"again"})", "finance").status == 409);
  const auto closed = stand.call("POST", kDayPath + "/close", R"({"force":true,"reason":"its close is lost"})", "finance");
  REQUIRE(closed.status == 200);
  CHECK(json::parse(closed.body).at("issued").at("certificate").at("supersedes") == 1);
  CHECK(json::parse(closed.body).at("history").size() == 4);
}

TEST_CASE("closes: held postings can be given another date", "[api]") {
  ApiStand stand;
  complete_day(stand);
  REQUIRE(stand.call("POST", kDayPath + "/close", "{}", "finance").status == 200);
  CHECK(stand.call("POST", kDayPath + "/release", R"({"reason":"r","posting_date":"2010-12-01"})", "finance").status == 409);
  CHECK(stand.call("POST", kDayPath + "/release", R"({"reason":"r","posting_date":"soon"})", "finance").status == 422);
  const auto done = stand.call("POST", kDayPath + "/release", R"({"reason":"r"})", "finance");
  REQUIRE(done.status == 200);
  CHECK(json::parse(done.body) == json{{"location", "GB"}, {"business_date", "2010-12-01"}, {"posting_date", "2010-12-02"}, {"released", 0}});
}

TEST_CASE("closes: only finance closes, and what is no day is refused", "[api]") {
  ApiStand stand;
  put_store(stand);
  for (const std::string step : {"/close", "/reopen", "/release"}) {
    CHECK(stand.call("POST", kDayPath + step, R"({"reason":"r"})", "operator").status == 403);
    CHECK(stand.call("POST", kDayPath + step, R"({"reason":"r"})", "finance", {"Idempotency-Key:"}).status == 400);
    CHECK(stand.call("POST", kDayPath + step, "[]", "finance").status == 422);
    CHECK(stand.call("POST", kDayPath + step, R"({"reason":1})", "finance").status == 422);
    CHECK(stand.call("POST", kDayPath + step, json{{"reason", std::string(1'001, 'x')}}.dump(), "finance").status == 422);
    CHECK(stand.call("POST", "/v1/closes/GB/2010-02-30" + step, "{}", "finance").status == 422);
  }
  CHECK(stand.call("POST", kDayPath + "/close", R"({"force":"yes"})", "finance").status == 422);
  CHECK(stand.call("GET", kDayPath, {}, "viewer").status == 200);
  CHECK(stand.call("GET", "/v1/closes/XX/2010-12-01").status == 404);
  CHECK(stand.call("POST", "/v1/closes/XX/2010-12-01/close", R"({"force":true,"reason":"r"})", "finance").status == 404);
  CHECK(stand.call("GET", kDayPath + "/certificate").status == 404);
}

TEST_CASE("closes: counted by state, filtered by state, and a step of a person shows at once", "[api]") {
  ApiStand stand;
  complete_day(stand);
  const auto summary = [&stand] { return stand.get("/v1/closes/summary?business_date=2010-12-01"); };
  CHECK(summary().at("by_state").at("ready") == 1);
  CHECK(summary().at("unclosed") == 1);
  CHECK(stand.get("/v1/closes?business_date=2010-12-01&state=ready").at("total") == 1);
  CHECK(stand.get("/v1/closes?business_date=2010-12-01&state=blocked").at("total") == 0);
  CHECK(stand.get("/v1/closes?business_date=2010-12-01&q=nosuch").at("total") == 0);
  REQUIRE(stand.call("POST", kDayPath + "/close", "{}").status == 200);
  CHECK(summary().at("by_state").at("closed") == 1);
  CHECK(summary().at("unclosed") == 0);
  CHECK(summary().at("all") == 1);
  CHECK(stand.items("/v1/closes?business_date=2010-12-01&state=unclosed").empty());
  CHECK(stand.call("GET", "/v1/closes/summary?business_date=2010-13-01").status == 422);
  CHECK(stand.get("/v1/closes/summary").at("all") == 1);  // yesterday: a listed till of an open location is expected
}
