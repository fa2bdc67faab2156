// POST /v1/documents.
#include <catch2/catch.hpp>

#include "common/base/limits.h"
#include "tests/hub/api/api_stand.h"
#include "tests/support/bad_documents.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using tillsync::hub::test::code_of;
using nlohmann::json;

TEST_CASE("documents: the same content again gets the same answer, other content a conflict", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  const auto again = stand.call("POST", "/v1/documents", ApiStand::sale("1").dump());
  CHECK(again.status == 200);
  json other = ApiStand::sale("1");
  other["operator"] = "somebody else";
  const auto conflict = stand.call("POST", "/v1/documents", other.dump());
  CHECK(conflict.status == 409);
  const std::string exception_id = json::parse(conflict.body).at("exception_id");
  CHECK(stand.get("/v1/exceptions/" + exception_id).at("exception_id") == exception_id);
  CHECK(stand.items("/v1/events").size() == 1);
  CHECK(stand.items("/v1/stock?location=GB&sku=A").at(0).at("on_hand") == "-6");
  const json event = stand.get("/v1/events/" + json::parse(again.body).at("event_id").get<std::string>());
  CHECK(event.at("document").at("document_no") == "1");
  CHECK(event.at("conflicts").size() == 1);
}

TEST_CASE("documents: what is no document is refused and leaves nothing", "[api]") {
  ApiStand stand;
  const auto refused = [&](const json& body, const std::string& code) {
    const auto answer = stand.call("POST", "/v1/documents", body.dump());
    INFO(answer.body);
    CHECK(answer.status == 422);
    CHECK(code_of(answer) == code);
  };
  json document = ApiStand::sale("1");
  document.erase("location");
  refused(document, "no_location");
  document = ApiStand::sale("1");
  document.erase("source");
  refused(document, "no_source");
  document = ApiStand::sale("1");
  document.erase("document_no");
  refused(document, "no_identity");
  document = ApiStand::sale("1");
  document["contract"] = "sale/99";
  refused(document, "unknown_contract");
  refused(json::array(), "no_documents");
  refused(json::array({ApiStand::sale("1"), {{"contract", "sale/1"}}}), "no_identity");  // all or none
  CHECK(stand.items("/v1/events").empty());
}

TEST_CASE("documents: each kind of bad input gets its refusal and changes nothing", "[api]") {
  ApiStand stand;
  for (const auto& document : tillsync::test::bad_documents(ApiStand::sale("1").dump(), "1")) {
    INFO(document.what);
    const auto refused = stand.call("POST", "/v1/documents", document.bytes, "administrator", {"Content-Type: application/json"});
    CHECK(refused.status == document.status);
    CHECK(code_of(refused) == document.code);
  }
  CHECK(stand.items("/v1/events").empty());
  CHECK(stand.items("/v1/exceptions").empty());
  CHECK(stand.items("/v1/stock?location=GB").empty());
}

TEST_CASE("documents: one that is small as text and beyond the limit once encoded is too large", "[api]") {
  ApiStand stand;
  const std::string text = tillsync::test::grows_when_encoded(ApiStand::sale("1").dump());
  REQUIRE(text.size() < kDocumentBytesMax);
  const auto refused = stand.call("POST", "/v1/documents", text);
  CHECK(refused.status == 413);
  CHECK(code_of(refused) == "too_large");
  CHECK(refused.body.find("it takes") != std::string::npos);  // refused for its encoded size, not for its text
  CHECK(stand.items("/v1/events").empty());
}

TEST_CASE("documents: strange facts are taken, each with its warning and its exception", "[api]") {
  ApiStand stand;
  for (const auto& document : tillsync::test::strange_documents(ApiStand::sale("1").dump(), "1")) {
    INFO(document.code);
    const auto taken = stand.call("POST", "/v1/documents", document.bytes);
    CHECK(taken.status == 201);
    CHECK(taken.body.find("\"" + document.code + "\"") != std::string::npos);
    CHECK(!stand.items("/v1/exceptions?code=" + document.code).empty());
  }
}

TEST_CASE("documents: a list is taken up to its limit, one result each, in order", "[api]") {
  ApiStand stand;
  stand.add_sale("1");
  json list = json::array({ApiStand::sale("2"), ApiStand::sale("1")});
  const auto answer = stand.call("POST", "/v1/documents", list.dump());
  CHECK(answer.status == 200);
  const json results = json::parse(answer.body);
  REQUIRE(results.size() == 2);
  CHECK(results[0].at("code") == 201);
  CHECK(results[1].at("code") == 200);
  json tiny = {{"contract", "till-event/1"}, {"location", "GB"}, {"source", "WMS"}, {"till", "GB-1"}, {"business_date", "2010-12-01"},
               {"occurred_at", "2010-12-01T08:26:00Z"}, {"type", "no_sale"}};
  list = json::array();
  for (std::size_t i = 0; i <= kDocumentsPerRequestMax; ++i) {
    tiny["document_no"] = "n" + std::to_string(i);
    list.push_back(tiny);
  }
  CHECK(stand.call("POST", "/v1/documents", list.dump()).status == 413);
  list.erase(0);
  CHECK(stand.call("POST", "/v1/documents", list.dump()).status == 200);
}

TEST_CASE("documents: doubts come back as warnings and stand on the exceptions list", "[api]") {
  ApiStand stand;
  json document = ApiStand::sale("1", "NOSUCH");
  document["colour"] = "red";
  const auto answer = stand.call("POST", "/v1/documents", document.dump());
  CHECK(answer.status == 201);
  CHECK(!json::parse(answer.body).at("warnings").empty());
  const json exceptions = stand.items("/v1/exceptions?code=unknown_sku");
  REQUIRE(exceptions.size() == 1);
  CHECK(exceptions[0].at("cause_key") == "sku:NOSUCH");
  CHECK(stand.call("PUT", "/v1/products/NOSUCH", R"({"sku":"NOSUCH","description":"found"})").status == 200);
  CHECK(stand.items("/v1/exceptions?code=unknown_sku&status=open").empty());
}
