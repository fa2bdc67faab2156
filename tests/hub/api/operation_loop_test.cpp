// Who works on operations.
#include "hub/api/operation_loop.h"

#include <catch2/catch.hpp>

#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

namespace {

std::string begin_retry(ApiStand& stand, int start_in_s = 0) {
  const json body = {{"kind", "retry"}, {"selection", {{"code", "posting.unknown_item"}}}, {"reason", "r"}, {"start_in_s", start_in_s}};
  const auto answer = stand.call("POST", "/v1/operations", body.dump());
  REQUIRE(answer.status == 202);
  return json::parse(answer.body).at("operation_id");
}

}  // namespace

TEST_CASE("operation loop: what was begun before a restart goes on by itself", "[api]") {
  ApiStand stand;
  add_sales(stand, 350);
  refuse_queued(stand);
  const std::string id = begin_retry(stand);
  // The writer takes two chunks and then goes down with the hub.
  stand.port.left = 2;
  stand.work_on_operations();
  while (stand.port.left != 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const json between = stand.get("/v1/operations/" + id);
  CHECK(between.at("finished_at").is_null());
  stand.port.left = -1;
  stand.work_on_operations();
  const json done = stand.ended_operation(id);
  CHECK(done.at("status") == "finished");
  CHECK(done.at("done") == 350);
  CHECK(number_of(stand, "SELECT count(*) FROM exception_step WHERE action = 'retried'") == 350);
}

TEST_CASE("operation loop: a synchronous bulk that a crash has cut off does not stay unfinished, and its request gets the whole answer", "[api]") {
  ApiStand stand;
  add_sales(stand, 350);
  refuse_queued(stand);
  stand.port.left = 2;
  const std::vector<std::string> key = {"Idempotency-Key: cut-off"};
  CHECK(stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "finance", key).status == 503);
  stand.port.left = -1;
  CHECK(stand.items("/v1/operations").at(0).at("status") == "unfinished");
  stand.work_on_operations();
  const std::string id = stand.items("/v1/operations").at(0).at("operation_id");
  CHECK(stand.ended_operation(id).at("done") == 350);
  const auto again = stand.call("POST", "/v1/exceptions/bulk", bulk_body("retry").dump(), "finance", key);
  CHECK(again.status == 200);
  CHECK(json::parse(again.body).at("operation_id") == id);
  CHECK(json::parse(again.body).at("done") == 350);
}

TEST_CASE("operation loop: several go on in turn, and one that waits does not hold them up", "[api]") {
  ApiStand stand;
  add_sales(stand, 210);
  refuse_queued(stand);
  stand.work_on_operations();
  const std::string waiting = begin_retry(stand, 3'600);
  const std::string first = begin_retry(stand), second = begin_retry(stand);
  const json a = stand.ended_operation(first), b = stand.ended_operation(second);
  CHECK(a.at("done").get<int>() + a.at("failed").get<int>() == 210);
  CHECK(b.at("done").get<int>() + b.at("failed").get<int>() == 210);
  CHECK(stand.get("/v1/operations/" + waiting).at("status") == "waiting");
}

TEST_CASE("operation loop: one whose request cannot be read is given up after its failures, and the others go on", "[api]") {
  ApiStand stand;
  add_sales(stand, 3);
  refuse_queued(stand);
  const std::string broken = begin_retry(stand), whole = begin_retry(stand);
  stand.write([&](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE bulk_operation SET request = '{' WHERE operation_id = $1", {std::string_view(broken)}));
    return {};
  });
  stand.skip_time = seconds(3'600);  // between two looks, so that no failure is waited for
  stand.work_on_operations();
  CHECK(stand.ended_operation(whole).at("done") == 3);
  const json given_up = stand.ended_operation(broken);
  CHECK(given_up.at("status") == "stopped");
  CHECK(given_up.at("ended_by") == "hub");
  CHECK(given_up.at("trouble") != "");
}
