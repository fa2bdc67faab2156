// /v1/exceptions and its steps.
#include <catch2/catch.hpp>

#include "tests/hub/api/refused_postings.h"

using namespace tillsync;
using namespace tillsync::hub;
using namespace tillsync::hub::test;
using nlohmann::json;

TEST_CASE("exceptions: assigned and dismissed with a reason, once", "[api]") {
  ApiStand stand;
  stand.add_sale("1", "NOSUCH");
  const std::string path = "/v1/exceptions/" + stand.items("/v1/exceptions?code=unknown_sku").at(0).at("exception_id").get<std::string>();
  CHECK(stand.call("POST", path + "/assign", "{}").status == 422);
  CHECK(stand.call("POST", path + "/assign", json{{"assignee", std::string(1'001, 'a')}}.dump()).status == 422);
  CHECK(stand.call("POST", path + "/assign", json{{"assignee", std::string(1'000, 'a')}}.dump()).status == 200);
  const auto assigned = stand.call("POST", path + "/assign", R"({"assignee":"ana"})");
  CHECK(assigned.status == 200);
  CHECK(json::parse(assigned.body).at("status") == "assigned");
  CHECK(stand.items("/v1/exceptions?status=assigned&assignee=ana").size() == 1);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":""})").status == 422);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":"known"})").status == 200);
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":"again"})").status == 409);
  CHECK(stand.get(path).at("steps").size() == 4);
  CHECK(stand.call("GET", "/v1/exceptions/x_nosuch").status == 404);
  CHECK(stand.call("POST", "/v1/exceptions/x_nosuch/dismiss", R"({"reason":"r"})").status == 404);
  CHECK(stand.call("GET", "/v1/exceptions?status=nosuch").status == 422);
}

TEST_CASE("exceptions: the assigned ones are chosen before they are paged", "[api]") {
  ApiStand stand;
  for (const char* number : {"1", "2", "3"}) stand.add_sale(number, std::string("NOSUCH") + number);
  const json all = stand.items("/v1/exceptions?code=unknown_sku");
  REQUIRE(all.size() == 3);
  // The oldest one, which an unfiltered page of one would not show.
  const std::string id = all.at(2).at("exception_id");
  REQUIRE(stand.call("POST", "/v1/exceptions/" + id + "/assign", R"({"assignee":"ana"})").status == 200);
  const json page = stand.get("/v1/exceptions?status=assigned&limit=1");
  REQUIRE(page.at("items").size() == 1);
  CHECK(page.at("items").at(0).at("exception_id") == id);
  CHECK(page.at("next").is_null());
}

TEST_CASE("exceptions: filters, search and sorts run before paging, and the total says how many there are", "[api]") {
  ApiStand stand;
  for (const char* number : {"1", "2", "3"}) stand.add_sale(number, std::string("NOSUCH") + number);
  const json all = stand.get("/v1/exceptions?code=unknown_sku");
  CHECK(all.at("total") == 3);
  CHECK(all.at("total_is_exact") == true);
  CHECK(stand.get("/v1/exceptions?code=unknown_sku&q=nosuch2").at("total") == 1);
  CHECK(stand.get("/v1/exceptions?q=nosuch9").at("total") == 0);
  CHECK(stand.get("/v1/exceptions?code=unknown_sku&overdue=true").at("total") == 0);
  CHECK(stand.call("GET", "/v1/exceptions?overdue=maybe").status == 422);
  CHECK(stand.call("GET", "/v1/exceptions?sort=code").status == 422);
  CHECK(stand.call("GET", "/v1/exceptions?q=" + std::string(101, 'a')).status == 422);
  for (const char* sort : {"raised_at", "-raised_at", "due_at", "-due_at"}) {
    INFO(sort);
    std::vector<std::string> walked;
    std::string after;
    for (int page = 0; page < 4; ++page) {
      const json one = stand.get(std::string("/v1/exceptions?code=unknown_sku&limit=1&sort=") + sort + (after.empty() ? "" : "&after=" + after));
      CHECK(one.at("total") == 3);
      for (const json& item : one.at("items")) walked.push_back(item.at("exception_id"));
      if (one.at("next").is_null()) break;
      after = one.at("next");
    }
    std::vector<std::string> expected;
    for (const json& item : stand.items(std::string("/v1/exceptions?code=unknown_sku&sort=") + sort)) expected.push_back(item.at("exception_id"));
    CHECK(walked == expected);
    CHECK(walked.size() == 3);
  }
  CHECK(stand.call("GET", "/v1/exceptions?sort=due_at&after=1").status == 422);
}

TEST_CASE("exceptions: overdue, with its worth, next to its neighbours in the list", "[api]") {
  ApiStand stand;
  add_sales(stand, 3);
  refuse_queued(stand);
  stand.write([](sql::Connection& connection) -> Result<void> {
    TS_RETURN_IF_ERROR(connection.run("UPDATE exception_case SET due_at = 1 WHERE exception_no = (SELECT min(exception_no) FROM exception_case WHERE code = 'posting.unknown_item')"));
    return {};
  });
  const json overdue = stand.items("/v1/exceptions?overdue=true");
  REQUIRE(overdue.size() == 1);
  CHECK(overdue.at(0).at("is_overdue") == true);
  CHECK(overdue.at(0).at("worth") == json{{"amount", "17.98"}, {"currency", "GBP"}});
  const json list = stand.items("/v1/exceptions?code=posting.unknown_item&sort=raised_at");
  const auto shown = stand.get("/v1/exceptions/" + list.at(1).at("exception_id").get<std::string>() + "?code=posting.unknown_item&sort=raised_at");
  CHECK(shown.at("neighbours") == json{{"previous", list.at(0).at("exception_id")}, {"next", list.at(2).at("exception_id")}, {"position", 2}, {"total", 3}, {"total_is_exact", true}});
  CHECK(stand.get("/v1/exceptions/" + list.at(1).at("exception_id").get<std::string>() + "?q=nosuch").at("neighbours") ==
        json{{"previous", nullptr}, {"next", nullptr}, {"position", nullptr}, {"total", 0}, {"total_is_exact", true}});
  const auto late = stand.get("/v1/exceptions/" + overdue.at(0).at("exception_id").get<std::string>() + "?code=posting.unknown_item&sort=-due_at").at("neighbours");
  CHECK(late.at("position") == 3);
  CHECK(late.at("next").is_null());
  const json causes = stand.get("/v1/exceptions/causes?code=posting.unknown_item");
  CHECK(causes.at("total") == 1);
  CHECK(causes.at("items").at(0).at("worth") == json{{"GBP", "53.94"}});
  CHECK(causes.at("items").at(0).at("stores") == 1);
  CHECK(stand.get("/v1/exceptions/causes?overdue=true").at("items").at(0).at("count") == 1);
  CHECK(stand.get("/v1/exceptions/causes?q=nosuch").at("total") == 0);
}

TEST_CASE("exceptions: a step on what has changed meanwhile is refused with both versions", "[api]") {
  ApiStand stand;
  stand.add_sale("1", "NOSUCH");
  const std::string path = "/v1/exceptions/" + open_exception(stand, "unknown_sku");
  const auto seen = stand.call("GET", path);
  const std::string etag = seen.headers.at("etag");
  CHECK(json::parse(seen.body).at("etag") == etag);
  CHECK(stand.call("POST", path + "/assign", R"({"assignee":"ana"})", "operator", {"If-Match: " + etag}).status == 200);
  const auto clash = stand.call("POST", path + "/dismiss", R"({"reason":"known"})", "operator", {"If-Match: " + etag});
  REQUIRE(clash.status == 412);
  CHECK(code_of(clash) == "changed_meanwhile");
  CHECK(json::parse(clash.body).at("current").at("assignee") == "ana");
  CHECK(json::parse(clash.body).at("submitted") == json{{"reason", "known"}});
  const std::string now = json::parse(clash.body).at("current").at("etag");
  CHECK(stand.call("POST", path + "/dismiss", R"({"reason":"known"})", "operator", {"If-Match: " + now}).status == 200);
  CHECK(stand.get(path).at("status") == "dismissed");
}
