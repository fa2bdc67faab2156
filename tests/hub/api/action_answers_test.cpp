// Dry runs: they tell what would be sent and change nothing.
#include "hub/api/action_answers.h"

#include <catch2/catch.hpp>

#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

json dry(ApiStand& stand, const std::string& path, json body) {
  body["dry_run"] = true;
  const HttpAnswer answer = stand.call("POST", path, body.dump());
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  return json::parse(answer.body);
}

}  // namespace

TEST_CASE("dry run: a retry and a correction show the effective posting and change nothing", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item");
  const json before = stand.get(path);
  const json retry = dry(stand, path + "/retry", {});
  CHECK(retry.at("outcome") == "done");
  CHECK(retry.at("balanced") == true);
  CHECK(retry.at("posting").at("journal").at(1).at("account") == "4000");
  CHECK(retry.at("erp_request").is_null());
  const json correct = dry(stand, path + "/correct", {{"reason", "r"}, {"correction", {{"accounts", {{"4000", "4010"}}}}}});
  CHECK(correct.at("posting").at("journal").at(1).at("account") == "4010");
  const json unbalanced = dry(stand, path + "/correct", {{"reason", "r"}, {"correction", {{"added_lines", {{{"account", "1"}, {"debit", "1.00"}}}}}}});
  CHECK(unbalanced.at("outcome") == "unbalanced");
  CHECK(unbalanced.at("balanced") == false);
  CHECK(unbalanced.at("balance_problem") == "debit 18.98, credit 17.98 GBP");
  CHECK(dry(stand, path + "/dismiss", {{"reason", "r"}}).at("outcome") == "posting_waits");
  CHECK(dry(stand, path + "/skip", {{"reason", "r"}}).at("outcome") == "done");
  CHECK(dry(stand, path + "/assign", {{"assignee", "ana"}}).at("outcome") == "done");
  json after = stand.get(path);
  after["as_of"] = before.at("as_of");
  CHECK(after == before);
  CHECK(postings_in(stand, "refused") == 1);
}

TEST_CASE("dry run: of a posting, by its status", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  const std::string path = "/v1/postings/" + stand.items("/v1/postings").at(0).at("posting_id").get<std::string>();
  CHECK(dry(stand, path + "/retry", {}).at("outcome") == "not_possible");
  CHECK(dry(stand, path + "/correct", {{"reason", "r"}, {"correction", {{"posting_date", "2010-12-02"}}}}).at("outcome") == "waiting");
  CHECK(dry(stand, path + "/skip", {{"reason", "r"}}).at("outcome") == "done");
  post_queued(stand);
  CHECK(dry(stand, path + "/replay", {}).at("outcome") == "done");
  CHECK(dry(stand, path + "/retry", {}).at("detail").get<std::string>().find("replay") != std::string::npos);
  CHECK(stand.call("POST", "/v1/postings/p_nosuch/retry", R"({"dry_run":true})").status == 404);
  CHECK(stand.call("POST", path + "/retry", R"({"dry_run":"yes"})").status == 422);
}

TEST_CASE("dry run: needs no key, a step does", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  const std::string path = "/v1/postings/" + stand.items("/v1/postings").at(0).at("posting_id").get<std::string>() + "/skip";
  const std::vector<std::string> headers{"Authorization: Bearer operator", "Content-Type: application/json"};
  CHECK(tillsync::test::http("POST", stand.url(path), R"({"reason":"r","dry_run":true})", headers).status == 200);
  CHECK(tillsync::test::http("POST", stand.url(path), R"({"reason":"r"})", headers).status == 400);
}

TEST_CASE("dry run: the ERP's request is told where the connector can make it", "[api]") {
  ApiStand stand;
  add_sales(stand, 1);
  refuse_queued(stand);
  const std::string path = "/v1/exceptions/" + open_exception(stand, "posting.unknown_item") + "/retry";
  stand.tell_erp_request([](const Posting& posting) -> Result<std::string> { return R"({"path":"/)" + posting.kind + "\"}"; });
  CHECK(dry(stand, path, {}).at("erp_request") == json{{"path", "/sale"}});
  stand.tell_erp_request([](const Posting&) -> Result<std::string> { return fail(ErrorCode::kInvalid, "map", "no such item"); });
  CHECK(dry(stand, path, {}).at("erp_request") == json{{"error", "no such item"}});
}
