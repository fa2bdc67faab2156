// /v1/operations.
#include <catch2/catch.hpp>

#include "hub/api/operation_request.h"
#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

json operation_body(const std::string& kind = "retry", json selection = {{"code", "posting.unknown_item"}, {"cause", kCause}}) {
  return {{"kind", kind}, {"selection", std::move(selection)}, {"reason", "item created"}, {"start_in_s", 0}};
}
json begun(ApiStand& stand, const json& body, const std::string& token = "operator") {
  const auto answer = stand.call("POST", "/v1/operations", body.dump(), token);
  INFO(answer.body);
  REQUIRE(answer.status == 202);
  return json::parse(answer.body);
}

}  // namespace

TEST_CASE("operations: preview, answer at once, then every row of the frozen selection and none besides", "[api]") {
  ApiStand stand;
  add_sales(stand, 250);
  refuse_queued(stand);
  json body = operation_body();
  body["dry_run"] = true;
  const auto preview = json::parse(stand.call("POST", "/v1/operations", body.dump(), "operator").body);
  CHECK(preview.at("count") == 250);
  CHECK(preview.at("stores") == 1);
  CHECK(preview.at("worth") == json{{"GBP", "4495.00"}});
  CHECK(preview.at("samples").size() == 5);
  CHECK(preview.at("dry_run").at("outcome") == "done");
  CHECK(postings_in(stand, "refused") == 250);

  const json taken = begun(stand, operation_body());
  CHECK(taken.at("status") == "waiting");
  CHECK(taken.at("selected") == 250);
  CHECK(taken.at("left") == 250);
  add_sales(stand, 10, 1'001);
  refuse_queued(stand);
  stand.work_on_operations();
  const json done = stand.ended_operation(taken.at("operation_id"));
  CHECK(done.at("status") == "finished");
  CHECK(done.at("done") == 250);
  CHECK(done.at("failed") == 0);
  CHECK(done.at("left") == 0);
  CHECK(done.at("who") == "operator");
  CHECK(done.at("kind") == "retry");
  CHECK(done.at("selection").at("cause") == kCause);
  CHECK(postings_in(stand, "queued") == 250);
  CHECK(postings_in(stand, "refused") == 10);
  CHECK(stand.items("/v1/operations").at(0).at("operation_id") == taken.at("operation_id"));
}

TEST_CASE("operations: undone before its time nothing happens; stopped it keeps what it has done", "[api]") {
  ApiStand stand;
  add_sales(stand, 3);
  refuse_queued(stand);
  stand.work_on_operations();
  json later = operation_body();
  later["start_in_s"] = 3'600;
  const std::string path = "/v1/operations/" + begun(stand, later).at("operation_id").get<std::string>();
  CHECK(stand.call("POST", path + "/undo", "", "viewer").status == 403);
  const auto undone = stand.call("POST", path + "/undo", "", "operator");
  REQUIRE(undone.status == 200);
  CHECK(json::parse(undone.body).at("status") == "undone");
  CHECK(json::parse(undone.body).at("ended_by") == "operator");
  CHECK(stand.call("POST", path + "/undo", "", "operator").status == 200);
  CHECK(stand.call("POST", path + "/stop", "", "operator").status == 409);
  CHECK(postings_in(stand, "refused") == 3);

  const std::string second = "/v1/operations/" + begun(stand, later).at("operation_id").get<std::string>();
  CHECK(json::parse(stand.call("POST", second + "/stop", "", "operator").body).at("status") == "stopped");
  CHECK(stand.call("POST", second + "/undo", "", "operator").status == 409);
  CHECK(stand.call("POST", "/v1/operations/o_nosuch/stop", "", "operator").status == 404);
  const json finished = stand.ended_operation(begun(stand, operation_body()).at("operation_id"));
  CHECK(stand.call("POST", "/v1/operations/" + finished.at("operation_id").get<std::string>() + "/undo", "", "operator").status == 409);
}

TEST_CASE("operations: no selection, no key, no right, nothing found", "[api]") {
  ApiStand stand;
  CHECK(stand.call("POST", "/v1/operations", json{{"kind", "retry"}}.dump()).status == 422);
  CHECK(stand.call("POST", "/v1/operations", operation_body("retry", json::object()).dump()).status == 422);
  CHECK(code_of(stand.call("POST", "/v1/operations", operation_body().dump())) == "nothing_selected");
  CHECK(stand.call("POST", "/v1/operations", operation_body("retry", {{"ids", {"x_nosuch"}}}).dump()).status == 404);
  add_sales(stand, 1);
  refuse_queued(stand);
  CHECK(stand.call("POST", "/v1/operations", operation_body().dump(), "viewer").status == 403);
  CHECK(stand.call("POST", "/v1/operations", operation_body().dump(), "operator", {"Idempotency-Key;"}).status == 400);
  const auto first = stand.call("POST", "/v1/operations", operation_body().dump(), "operator", {"Idempotency-Key: same"});
  const auto again = stand.call("POST", "/v1/operations", operation_body().dump(), "operator", {"Idempotency-Key: same"});
  CHECK(first.body == again.body);
  CHECK(stand.items("/v1/operations").size() == 1);
  CHECK(stand.call("POST", "/v1/operations", operation_body("skip").dump(), "operator", {"Idempotency-Key: same"}).status == 422);
}

TEST_CASE("operations: postings by their ids are skipped, exceptions assigned and dismissed, a range replayed", "[api]") {
  ApiStand stand;
  stand.work_on_operations();
  add_sales(stand, 4);
  refuse_queued(stand);
  json ids = json::array();
  for (const json& posting : stand.items("/v1/postings?status=refused&limit=2")) ids.push_back(posting.at("posting_id"));
  json preview = operation_body("skip", {{"ids", ids}});
  preview["dry_run"] = true;
  CHECK(json::parse(stand.call("POST", "/v1/operations", preview.dump()).body).at("worth") == json{{"GBP", "35.96"}});
  CHECK(stand.ended_operation(begun(stand, operation_body("skip", {{"ids", ids}})).at("operation_id")).at("done") == 2);
  CHECK(postings_in(stand, "skipped") == 2);

  json assign = operation_body("assign", {{"owner", "master_data"}});
  assign["arguments"] = {{"assignee", "ana"}};
  CHECK(stand.ended_operation(begun(stand, assign).at("operation_id")).at("done") == 2);
  CHECK(stand.items("/v1/exceptions?status=assigned&assignee=ana").size() == 2);
  // Their postings are refused and would be forgotten.
  const json dismissed = stand.ended_operation(begun(stand, operation_body("dismiss", {{"assignee", "ana"}})).at("operation_id"));
  CHECK(dismissed.at("failed") == 2);
  CHECK(dismissed.at("left_alone") == json{{"posting_waits", 2}});

  CHECK(stand.ended_operation(begun(stand, operation_body("retry", {{"q", "85123a"}})).at("operation_id")).at("done") == 2);
  post_queued(stand);
  const json range = {{"from", "2010-12-01"}, {"to", "2010-12-01"}};
  json replay = operation_body("replay", range);
  replay["dry_run"] = true;
  const json of_range = json::parse(stand.call("POST", "/v1/operations", replay.dump()).body);
  CHECK(of_range.at("count") == 2);
  CHECK(of_range.at("stores") == 1);
  CHECK(stand.ended_operation(begun(stand, operation_body("replay", range)).at("operation_id")).at("done") == 2);
}
