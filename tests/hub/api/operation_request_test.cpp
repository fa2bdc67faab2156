// What an operation in the background is asked to do.
#include "hub/api/operation_request.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace tillsync;
using namespace tillsync::hub;
using nlohmann::json;

namespace {

const Instant kRequestNow{1'800'000'000'000'000};

auto asked_for(const json& body) { return read_operation(body.dump(), kRequestNow); }
std::string pointer_of(const json& body) {
  const auto request = asked_for(body);
  return request ? "taken" : request.error().pointer;
}
json ids(std::size_t count, const std::string& prefix = "x_") {
  json list = json::array();
  for (std::size_t i = 0; i < count; ++i) list.push_back(prefix + std::to_string(i));
  return {{"ids", list}};
}

}  // namespace

TEST_CASE("operation request: without a selection nothing is selected, never everything", "[api]") {
  for (const json& selection : {json(), json::object(), json("all"), json::array(), json{{"code", ""}}, json{{"overdue", false}}, json{{"location", nullptr}}, json{{"ids", json::array()}}}) {
    INFO(selection.dump());
    CHECK(pointer_of({{"kind", "retry"}, {"selection", selection}}).starts_with("/selection"));
  }
  CHECK(pointer_of({{"kind", "retry"}}) == "/selection");
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"statuses", "open"}}}}) == "/selection/statuses");
}

TEST_CASE("operation request: filters of the exceptions list", "[api]") {
  const auto request = asked_for({{"kind", "assign"}, {"selection", {{"code", "gap"}, {"cause", "agent:a"}, {"overdue", true}}}, {"arguments", {{"assignee", "ana"}}}});
  REQUIRE(request);
  CHECK(request->rows == SelectedRows::kExceptions);
  CHECK(request->filter.code == "gap");
  CHECK(request->filter.overdue_at == kRequestNow);
  CHECK(request->assignee == "ana");
  CHECK(request->start_in_s == kOperationStartDelayDefault);
  CHECK(asked_for({{"kind", "retry"}, {"selection", {{"overdue", true}}}}));
  CHECK(pointer_of({{"kind", "assign"}, {"selection", {{"code", "gap"}}}}) == "/arguments/assignee");
  CHECK(pointer_of({{"kind", "dismiss"}, {"selection", {{"code", "gap"}}}}) == "/reason");
  CHECK(pointer_of({{"kind", "erase"}, {"selection", {{"code", "gap"}}}}) == "/kind");
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"code", 1}}}}) == "/selection/code");
}

TEST_CASE("operation request: ids up to the limit, of one sort, for what can be done to them", "[api]") {
  CHECK(asked_for({{"kind", "retry"}, {"selection", ids(kOperationIdsMax)}})->ids.size() == kOperationIdsMax);
  CHECK(pointer_of({{"kind", "retry"}, {"selection", ids(kOperationIdsMax + 1)}}) == "/selection/ids");
  CHECK(asked_for({{"kind", "skip"}, {"reason", "r"}, {"selection", ids(1, "p_")}})->rows == SelectedRows::kPostings);
  CHECK(pointer_of({{"kind", "dismiss"}, {"reason", "r"}, {"selection", ids(1, "p_")}}) == "/selection/ids");
  CHECK(pointer_of({{"kind", "replay"}, {"reason", "r"}, {"selection", ids(1)}}) == "/selection/ids");
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"ids", {"x_1", "p_1"}}}}}) == "/selection/ids");
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"ids", {"x_1", 2}}}}}) == "/selection/ids/1");
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"ids", {"x_1"}}, {"code", "gap"}}}}) == "/selection");
}

TEST_CASE("operation request: a range to replay", "[api]") {
  const auto request = asked_for({{"kind", "replay"}, {"reason", "r"}, {"selection", {{"from", "2010-12-01"}, {"to", "2010-12-02"}, {"location", "GB"}}}});
  REQUIRE(request);
  CHECK(request->rows == SelectedRows::kRange);
  CHECK(request->range.location == "GB");
  CHECK(pointer_of({{"kind", "replay"}, {"reason", "r"}, {"selection", {{"from", "2010-12-02"}, {"to", "2010-12-01"}}}}) == "/selection/to");
  CHECK(pointer_of({{"kind", "replay"}, {"reason", "r"}, {"selection", {{"location", "GB"}}}}) == "/selection");
  CHECK(pointer_of({{"kind", "replay"}, {"selection", {{"from", "2010-12-01"}, {"to", "2010-12-02"}}}}) == "/reason");
}

TEST_CASE("operation request: the time to undo has its bounds, and a body that is none is refused", "[api]") {
  const auto with_start = [](const json& start) { return json{{"kind", "retry"}, {"selection", {{"code", "gap"}}}, {"start_in_s", start}}; };
  CHECK(asked_for(with_start(0))->start_in_s == 0);
  CHECK(asked_for(with_start(kOperationStartDelayMax))->start_in_s == kOperationStartDelayMax);
  for (const json& bad : {json(-1), json(kOperationStartDelayMax + 1), json(1.5), json("10"), json(true)}) CHECK(pointer_of(with_start(bad)) == "/start_in_s");
  for (const char* body : {"", "[]", "{", "null"}) CHECK_FALSE(read_operation(body, kRequestNow));
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"code", "gap"}}}, {"dry_run", "yes"}}) == "/dry_run");
  CHECK(pointer_of({{"kind", "retry"}, {"selection", {{"code", "gap"}}}, {"reason", std::string(1'001, 'r')}}) == "/reason");
}
