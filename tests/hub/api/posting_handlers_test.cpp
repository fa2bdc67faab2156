// /v1/postings and its steps, /v1/connectors.
#include <catch2/catch.hpp>

#include "hub/postings/posting_store.h"
#include "tests/hub/api/api_stand.h"

using namespace tillsync;
using namespace tillsync::hub;
using tillsync::hub::test::ApiStand;
using nlohmann::json;

namespace {

std::string add_posting(ApiStand& stand) {
  stand.add_sale("1");
  return stand.items("/v1/postings").at(0).at("posting_id");
}

/// What the forwarder does, as far as the tables are concerned.
void forward(ApiStand& stand, PostingStatus status) {
  const std::int64_t posting_no = stand.items("/v1/postings").at(0).at("posting_no");
  stand.write([status, posting_no](sql::Connection& connection) -> Result<void> {
    TS_ASSIGN_OR_RETURN(const auto marked, mark_sending(connection, std::span(&posting_no, 1), os::now()));
    CHECK(marked.size() == 1);
    PostingResult result;
    result.posting_no = posting_no;
    result.status = status;
    result.erp_reference = status == PostingStatus::kPosted ? "ERP-1" : "";
    result.error = status == PostingStatus::kPosted ? "" : "unknown_item: item A is not known";
    TS_RETURN_IF_ERROR(record_results(connection, std::span(&result, 1), os::now()));
    return {};
  });
}

}  // namespace

TEST_CASE("postings: listed by status and location, shown with document and history", "[api]") {
  ApiStand stand;
  const std::string id = add_posting(stand);
  CHECK(stand.items("/v1/postings?status=queued&location=GB").size() == 1);
  CHECK(stand.items("/v1/postings?status=posted").empty());
  CHECK(stand.call("GET", "/v1/postings?status=nosuch").status == 422);
  CHECK(stand.items("/v1/postings?business_date=2010-12-01&kind=sale").size() == 1);
  CHECK(stand.items("/v1/postings?business_date=2010-12-02").empty());
  CHECK(stand.call("GET", "/v1/postings?business_date=2010-12-32").status == 422);
  const json posting = stand.get("/v1/postings/" + id);
  CHECK(posting.at("gross") == "17.98");
  CHECK(posting.at("posting").at("idempotency_key") == id);
  CHECK(posting.at("history").size() == 1);
  CHECK(stand.call("GET", "/v1/postings/p_nosuch").status == 404);
}

TEST_CASE("postings: a refused one is retried, a posted one replayed, each step with who and why", "[api]") {
  ApiStand stand;
  const std::string id = add_posting(stand);
  const std::string path = "/v1/postings/" + id;
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);  // it waits for its turn already
  CHECK(stand.call("POST", path + "/replay", "{}").status == 409);
  forward(stand, PostingStatus::kRefused);
  CHECK(stand.items("/v1/postings?status=refused").at(0).at("last_error") == "unknown_item: item A is not known");
  const auto retried = stand.call("POST", path + "/retry", R"({"reason":"item created"})", "operator");
  CHECK(retried.status == 200);
  CHECK(json::parse(retried.body).at("status") == "queued");
  CHECK(json::parse(retried.body).at("history").back().at("who") == "operator");
  forward(stand, PostingStatus::kPosted);
  CHECK(stand.call("POST", path + "/retry", "{}").status == 409);
  CHECK(stand.call("POST", path + "/skip", R"({"reason":"r"})").status == 409);
  CHECK(stand.call("POST", path + "/replay", "{}").status == 200);
}

TEST_CASE("postings: skipping needs a reason", "[api]") {
  ApiStand stand;
  const std::string path = "/v1/postings/" + add_posting(stand) + "/skip";
  CHECK(stand.call("POST", path, "{}").status == 422);
  CHECK(stand.call("POST", path, json{{"reason", std::string(1'001, 'r')}}.dump()).status == 422);
  CHECK(stand.call("POST", path, json{{"reason", std::string(1'000, 'r')}}.dump()).status == 200);
  CHECK(stand.call("POST", "/v1/postings/p_nosuch/skip", R"({"reason":"r"})").status == 404);
}

TEST_CASE("connectors: one is tried on a sample, and what is wrong with it is told", "[api]") {
  ApiStand stand;
  const auto tried = stand.call("POST", "/v1/connectors/tryton/test", R"({"operation":"post"})");
  CHECK(tried.status == 200);
  CHECK(json::parse(tried.body).at("result").at("sample") == R"({"operation":"post"})");
  CHECK(stand.call("POST", "/v1/connectors/nosuch/test", "{}").status == 404);
}

TEST_CASE("connectors: state of the breaker and what waits", "[api]") {
  ApiStand stand;
  add_posting(stand);
  const json connector = stand.items("/v1/connectors").at(0);
  CHECK(connector.at("breaker") == "flowing");
  CHECK(connector.at("waiting") == 1);
}

TEST_CASE("postings: searched by id, document number or location, sorted, and counted before paging", "[api]") {
  ApiStand stand;
  const std::string id = add_posting(stand);
  stand.add_sale("2");
  for (const std::string& q : {id, std::string("1")}) {
    INFO(q);
    const json found = stand.get("/v1/postings?q=" + q);
    REQUIRE(found.at("total") == 1);
    CHECK(found.at("items").at(0).at("posting_id") == id);
  }
  CHECK(stand.get("/v1/postings?q=GB&limit=1").at("total") == 2);
  CHECK(stand.get("/v1/postings?q=nosuch").at("total") == 0);
  CHECK(stand.get("/v1/postings?q=GB&location=FR").at("total") == 0);
  CHECK(stand.get("/v1/postings?status=queued").at("total") == 2);
  CHECK(stand.get("/v1/postings?status=refused").at("total") == 0);
  CHECK(stand.get("/v1/postings?currency=GBP&kind=sale").at("total") == 2);
  CHECK(stand.get("/v1/postings?connector=generic").at("total") == 2);
  CHECK(stand.get("/v1/postings?connector=nosuch").at("total") == 0);
  CHECK(stand.items("/v1/postings?sort=created_at").at(0).at("posting_id") == id);
  CHECK(stand.items("/v1/postings?sort=-created_at").at(1).at("posting_id") == id);
  CHECK(stand.call("GET", "/v1/postings?sort=gross").status == 422);
}

TEST_CASE("connectors: one with its queue and what became of postings of late", "[api]") {
  ApiStand stand;
  add_posting(stand);
  stand.add_sale("2");
  forward(stand, PostingStatus::kPosted);  // the newest
  const json connector = stand.get("/v1/connectors/generic");
  CHECK(connector.at("breaker") == "flowing");
  CHECK(connector.at("waiting") == 1);
  CHECK(connector.at("queue") == json{{"queued", 1}, {"posted", 1}});
  CHECK(connector.at("rates").at("steps").at("posted") == 1);
  CHECK(connector.at("probe_at").is_null());
  CHECK(stand.call("GET", "/v1/connectors/nosuch").status == 404);
}
